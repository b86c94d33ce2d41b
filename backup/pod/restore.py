"""Puts a backup into Open WebUI's data folder. Killed at any point, each step can be run again.

restore.py DATA knows REVISION     whether this image's migrations know the database, as JSON: else it is a newer one's
restore.py DATA state              which restore is going on, as JSON: its backup's id, and the last step; or null
restore.py DATA receive ID SIZE    reads an archive of SIZE bytes from standard input, checks it and keeps it aside
restore.py DATA swap               exchanges the data for what was received; nobody may use them meanwhile
restore.py DATA undo               exchanges them back
restore.py DATA finish             removes what was there before

Everything happens by renaming inside of the volume. The step is written before its first rename:
received, moving-out, moving-in, swapped; and undoing-out, undoing-in.
"""

import glob
import hashlib
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import sys
import tarfile

# Below DATA/.restore.
STATE, INCOMING, NEW, OLD, DISCARDED = "state.json", "incoming", "new", "old", "discarded"
# What isn't exchanged: caches, and what a file system has by itself.
STAYS = {"cache", ".restore", "lost+found"}
SPARE = 32 * 1024 * 1024


class Restore:
    def __init__(self, data):
        self.data = data
        self.work = os.path.join(data, ".restore")

    def path(self, *names):
        return os.path.join(self.work, *names)

    def read_state(self):
        try:
            with open(self.path(STATE)) as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def write_state(self, id, step):
        """All at once, and on the disk before anything else happens."""
        aside = self.path(STATE + ".new")
        with open(aside, "w") as file:
            json.dump({"id": id, "step": step}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, self.path(STATE))
        os.sync()

    def require(self, *steps):
        state = self.read_state()
        if state is None or state["step"] not in steps:
            sys.exit(f"The restore is at another step: {state}")
        return state["id"], state["step"]

    def receive(self, id, size):
        if self.read_state() is not None:
            self.require("received")
        self.remove()
        os.makedirs(self.path(INCOMING), mode=0o700)
        require_room(self.data, int(size))
        extract(self.path(INCOMING))
        check_database(self.path(INCOMING))
        os.rename(self.path(INCOMING), self.path(NEW))
        self.write_state(id, "received")

    def swap(self):
        id, step = self.require("received", "moving-out", "moving-in", "swapped")
        if step in ("received", "moving-out"):
            # First: an undo looks into it from the next step on.
            os.makedirs(self.path(OLD), exist_ok=True)
            self.write_state(id, "moving-out")
            self.move_out(OLD)
        if step != "swapped":
            self.write_state(id, "moving-in")
            self.move_in(NEW)
            self.write_state(id, "swapped")

    def undo(self):
        id, step = self.require("received", "moving-out", "moving-in", "swapped", "undoing-out", "undoing-in")
        if step in ("moving-in", "swapped", "undoing-out"):
            self.write_state(id, "undoing-out")
            self.move_out(DISCARDED)
        if step != "received":
            self.write_state(id, "undoing-in")
            self.move_in(OLD)
        self.remove()

    def finish(self):
        if self.read_state() is not None:
            self.require("swapped")
        self.remove()

    def remove(self):
        # The state first: without it the rest is rubbish.
        remove(self.path(STATE))
        remove(self.work)

    def move_out(self, folder):
        os.makedirs(self.path(folder), exist_ok=True)
        for name in os.listdir(self.data):
            if name in STAYS:
                continue
            # Somebody started the chat in mid-way, which made an empty one: what was there first is what counts.
            if os.path.exists(self.path(folder, name)):
                remove(os.path.join(self.data, name))
            else:
                os.rename(os.path.join(self.data, name), self.path(folder, name))

    def move_in(self, folder):
        for name in os.listdir(self.path(folder)):
            remove(os.path.join(self.data, name))
            os.rename(self.path(folder, name), os.path.join(self.data, name))


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def require_room(data, size):
    needed, free = size + SPARE, shutil.disk_usage(data).free
    if free < needed:
        mib = 1024 * 1024
        sys.exit(
            f"The volume has {free // mib} MiB free, and the backup needs {needed // mib}: "
            "what is there now stays beside it until the chat runs."
        )


def extract(folder):
    """The archive's files at their places in a data folder, each with the checksum that the archive ends with."""
    found, expected = [], None
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|gz") as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            if entry.name == "SHA256SUMS":
                expected = content.read().decode()
                continue
            target = place(folder, entry.name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            digest = hashlib.sha256()
            with open(target, "xb") as file:
                while chunk := content.read(1024 * 1024):
                    digest.update(chunk)
                    file.write(chunk)
            found.append(checksum(entry.name, digest.hexdigest()))
    if expected != "".join(found):
        sys.exit("The backup didn't arrive as it was sent: the checksums differ.")


def place(folder, name):
    if name == "database.sqlite":
        return os.path.join(folder, "webui.db")
    target = os.path.normpath(os.path.join(folder, name.removeprefix("data/")))
    if not name.startswith("data/") or not target.startswith(folder + os.sep):
        sys.exit(f"The backup has a file that doesn't belong into the data folder: {name}")
    return target


def checksum(name, digest):
    """As sha256sum writes it, also of a name with a line break."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n"


def check_database(folder):
    path = os.path.join(folder, "webui.db")
    # Postgres checks its own.
    if not os.path.exists(path):
        return
    database = sqlite3.connect(path)
    [(integrity,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
    database.close()
    if integrity != "ok":
        sys.exit(f"The backup's database is damaged: {integrity}")


def knows(revision):
    """By the names that the migrations' files give themselves; Open WebUI itself isn't imported, which takes seconds."""
    [package] = importlib.util.find_spec("open_webui").submodule_search_locations
    pattern = re.compile(r"^revision\b[^=]*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
    known = set()
    for path in glob.glob(os.path.join(package, "migrations", "versions", "*.py")):
        with open(path, encoding="utf-8") as file:
            known.update(pattern.findall(file.read()))
    if not known:
        sys.exit("This image's migrations aren't where they were expected, so that nothing is known of its age.")
    return revision in known


def main(data, command, *arguments):
    if command == "knows":
        print(json.dumps(knows(*arguments)))
    elif command == "state":
        print(json.dumps(Restore(data).read_state()))
    else:
        getattr(Restore(data), command)(*arguments)


main(*sys.argv[1:])
