"""killed-restore.py SCRIPT   kills backup/pod/restore.py before each of its changes on the disk, and runs it again

Prints how often it was killed, and fails when anything but the whole backup, or after an undo all that was there
before, is in the data folder at the end.
"""

import hashlib
import io
import os
import shutil
import signal
import sqlite3
import sys
import tarfile
import tempfile

SCRIPT = compile(sys.argv[1], "restore.py", "exec")
CHANGES = ("mkdir", "remove", "rename", "replace", "rmdir", "unlink")
killed = 0


def database(path, content):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE chat AS SELECT ? AS content", (content,))
    connection.commit()
    connection.close()
    with open(path, "rb") as file:
        return file.read()


with tempfile.TemporaryDirectory() as scratch:
    OLD = {"webui.db": database(f"{scratch}/old", "old"), "webui.db-wal": b"old", "uploads/a": b"old", "uploads/b": b"old"}
    NEW = {"webui.db": database(f"{scratch}/new", "new"), "uploads/b": b"new", "vector_db/c/d": b"new"}
STAYS = {"cache/e": b"cached"}


def archive():
    buffer, sums = io.BytesIO(), ""
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:

        def add(name, content):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))

        for path, content in NEW.items():
            name = "database.sqlite" if path == "webui.db" else f"data/{path}"
            sums += f"{hashlib.sha256(content).hexdigest()}  {name}\n"
            add(name, content)
        add("SHA256SUMS", sums.encode())
    return buffer.getvalue()


def write(folder, files):
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def read(folder):
    files = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, folder)] = file.read()
    return files


def die_before(count):
    """The next so many changes are made; before the one after them this process dies."""
    left = count

    def patch(name):
        original = getattr(os, name)

        def change(*args, **options):
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return original(*args, **options)

        setattr(os, name, change)

    for name in CHANGES:
        patch(name)


def run(data, command, survives=None):
    """@returns whether it came to its end"""
    global killed
    arguments = ["the-backup", str(sum(map(len, NEW.values())))] if command == "receive" else []
    child = os.fork()
    if child == 0:
        sys.argv = ["restore.py", data, command, *arguments]
        sys.stdin = io.TextIOWrapper(io.BytesIO(archive()))
        os.sync = os.fsync = lambda *_: None
        if survives is not None:
            die_before(survives)
        try:
            exec(SCRIPT, {"__name__": "__main__"})
        except BaseException as error:
            print(f"{command}: {error!r}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        killed += 1
        return False
    if status != 0:
        sys.exit(f"{command} failed.")
    return True


def has_state(data):
    return os.path.exists(os.path.join(data, ".restore", "state.json"))


def forward(data):
    """As ops/restore.ts goes on."""
    for command in ["swap", "finish"] if has_state(data) else ["receive", "swap", "finish"]:
        run(data, command)


def back(data):
    if has_state(data):
        run(data, "undo")
    # Rubbish, as nothing says what it is: the next restore removes it.
    shutil.rmtree(os.path.join(data, ".restore"), ignore_errors=True)


def kill_everywhere(before, command, go_on, expected):
    for survives in range(1000):
        data = tempfile.mkdtemp()
        write(data, {**OLD, **STAYS})
        for step in before:
            run(data, step)
        ended = run(data, command, survives)
        go_on(data)
        found, wanted = read(data), {**expected, **STAYS}
        if found != wanted or os.path.exists(os.path.join(data, ".restore")):
            sys.exit(f"{command}, killed after {survives} changes: {sorted(found)} instead of {sorted(wanted)}")
        shutil.rmtree(data)
        if ended:
            return
    sys.exit(f"{command} never ended.")


kill_everywhere([], "receive", forward, NEW)
kill_everywhere(["receive"], "swap", forward, NEW)
kill_everywhere(["receive", "swap"], "finish", forward, NEW)
kill_everywhere(["receive"], "swap", back, OLD)
kill_everywhere(["receive", "swap"], "undo", back, OLD)
print(killed)
