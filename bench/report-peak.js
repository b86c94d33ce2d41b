// Preloaded by bench/measure.ts: at its end the process writes its largest resident set, in KiB.
process.on("exit", () => {
  const { BENCH_FOLDER: folder } = process.env;
  if (folder) require("node:fs").writeFileSync(`${folder}/${process.pid}`, String(process.resourceUsage().maxRSS));
});
