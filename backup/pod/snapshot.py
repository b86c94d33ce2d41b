"""Copies what is worth keeping of Open WebUI's data folder, while the chat goes on.

snapshot.py DATA copy FOLDER   the database's copy into FOLDER, where none of Postgres is yet, and on standard output what
                               there is, as JSON; with the other files' names also in FOLDER/snapshot.json
snapshot.py DATA send FOLDER   the copy and the other files as a tar file on standard output; its last file is "end"

The database comes before the files: a file that is uploaded meanwhile is then one too many, never one too few.
"""

import json
import os
import shutil
import sqlite3
import sys
import tarfile
import time

DATABASE, COPY = "webui.db", "database.sqlite"
# What dump.sh printed.
DUMP = "database.dump"
# Caches, what a restore keeps aside, what the database's copy has already, and what a file system has by itself.
LEFT_OUT = {"cache", ".restore", "lost+found", DATABASE, DATABASE + "-wal", DATABASE + "-shm"}
# What is left for others on that disk.
SPARE = 32 * 1024 * 1024


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def require_room(data, folder):
    needed = size_of(os.path.join(data, DATABASE)) + size_of(os.path.join(data, DATABASE + "-wal")) + SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        mib = 1024 * 1024
        sys.exit(f"The database's copy needs {needed // mib} MiB for a while, and {free // mib} MiB are free there.")


def copy_database(data, target):
    """A copy of one moment, by SQLite's own means: it waits for nobody, and nobody for it."""
    source = sqlite3.connect(f"file:{os.path.join(data, DATABASE)}?mode=rw", uri=True, timeout=60)
    copy = sqlite3.connect(target)
    try:
        # All at once: in several steps it would start again whenever somebody writes.
        source.backup(copy)
        # In one file, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        [(integrity,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
        if integrity != "ok":
            sys.exit(f"The database is damaged: {integrity}")
        [(revision,)] = copy.execute("SELECT version_num FROM alembic_version").fetchall()
    finally:
        copy.close()
        source.close()
    return revision


def list_files(data):
    """Every other file by its path inside the data folder."""
    files = []
    for folder, folders, names in os.walk(data):
        if folder == data:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            names = [name for name in names if name not in LEFT_OUT]
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            # A file may be deleted meanwhile; a link could lead anywhere.
            if os.path.isfile(path) and not os.path.islink(path):
                files.append(os.path.relpath(path, data))
    return files


def copy_sqlite(data, folder):
    if not os.path.exists(os.path.join(data, DATABASE)):
        sys.exit("There is no database yet: Open WebUI hasn't been started once.")
    target = os.path.join(folder, COPY)
    # Of a run that was killed.
    if os.path.exists(target):
        os.remove(target)
    require_room(data, folder)
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    revision = copy_database(data, target)
    return {"created": created, "database": {"kind": "sqlite", "revision": revision}}


def take_dump(path):
    """Splits off what dump.sh says at its end: only then it is whole."""
    with open(path, "rb+") as file:
        file.seek(-min(os.path.getsize(path), 1000), os.SEEK_END)
        begin = file.tell()
        tail = file.read()
        try:
            at = tail.rindex(b"\n")
            facts = json.loads(tail[at:])
            created = facts.pop("created")
        except (ValueError, AttributeError, KeyError):
            sys.exit("The database's dump broke off on its way.")
        file.truncate(begin + at)
    return {"created": created, "database": {"kind": "postgres", **facts}}


def copy(data, folder):
    dump = os.path.join(folder, DUMP)
    facts = take_dump(dump) if os.path.exists(dump) else copy_sqlite(data, folder)
    names = list_files(data)
    with open(os.path.join(folder, "snapshot.json"), "w", encoding="utf-8") as file:
        json.dump({**facts, "names": names}, file)
    print(json.dumps({**facts, "files": len(names)}))


def send(data, folder):
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        # There is one of them.
        for name in (COPY, DUMP):
            add(tar, name, os.path.join(folder, name))
        for name in list_files(data):
            add(tar, "data/" + name, os.path.join(data, name))
        tar.addfile(tarfile.TarInfo("end"))


def add(tar, name, path):
    try:
        file = open(path, "rb")
    except FileNotFoundError:
        return
    with file:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(file.fileno()).st_size
        tar.addfile(entry, file)


def main(data, command, folder):
    {"copy": copy, "send": send}[command](data, folder)


main(*sys.argv[1:])
