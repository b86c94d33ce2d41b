#!/bin/sh
# Chromium in a network of its own. In the host's it would drop every connection whenever a pod comes or goes
# (ERR_NETWORK_CHANGED). In this one it reaches nothing but what listens on the Unix socket $INGRESS_SOCKET.
exec unshare --net sh -c '
  ip link set lo up
  node -e "
    const net = require(\"node:net\");
    net.createServer((browser) => {
      const ingress = net.connect(process.env.INGRESS_SOCKET);
      for (const [from, to] of [[browser, ingress], [ingress, browser]])
        from.pipe(to).on(\"error\", () => from.destroy());
    }).listen(443, \"127.0.0.1\");" 3<&- 4>&- &
  relay=$!
  chromium "$@"
  kill $relay' chromium "$@"
