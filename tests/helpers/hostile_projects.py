"""Projects that somebody changed on purpose, one change each, to point at private files."""

import os
import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

from curator.domain.decision import keep
from tests.helpers.canary import Canary
from tests.helpers.sets import a_set

Change = Callable[[Path, Canary], None]

TRIGGERS = {
    "a trigger": "CREATE TRIGGER drops AFTER UPDATE ON written BEGIN DELETE FROM decision; END",
    "a trigger with a name of SQLite's in a comment": "CREATE TRIGGER /* sqlite_ */ drops AFTER "
    "UPDATE ON written BEGIN DELETE FROM decision; END",
    "a trigger with sqlite_ in its name": 'CREATE TRIGGER "my_sqlite_trigger" AFTER UPDATE ON '
    "written BEGIN DELETE FROM decision; END",
    "a view": "CREATE VIEW \"a sqlite_ view\" AS SELECT 1",
    "a table": "CREATE TABLE my_sqlite_table(a)",
    "an index": "CREATE INDEX more_sqlite_ ON edit(made_at)",
}  # fmt: skip


def passed_on(folder: Path) -> Path:
    """A project with kept clips, its sound and a backup, which the changes start from."""
    with a_set(folder, "show", [(1, "wav")]) as project:
        project.decisions.apply(keep(project.clips.ids()))
        project.backup("before it was passed on")
        return project.path


def change(project: Path, sql: str, *values: object) -> None:
    """Run SQL in a closed project."""
    connection = sqlite3.connect(project / "project.sqlite")
    connection.execute(sql, values)
    connection.commit()
    connection.close()


def write_super_journal(project: Path, named: Path) -> None:
    """Write a rollback journal whose end names a file, which SQLite deletes when it plays it back.

    SQLite's file format, chapter 3: an empty header, then the record of the super-journal.
    """
    file = project / "project.sqlite"
    page = int.from_bytes(file.read_bytes()[16:18])
    magic = bytes.fromhex("d9d505f920a163d7")
    header = magic + struct.pack(">IIIII", 0, 0, file.stat().st_size // page, 512, page)
    name = os.fsencode(named)
    lock_page = (1 << 30) // page + 1
    record = struct.pack(">I", lock_page) + name + struct.pack(">II", len(name), sum(name)) + magic
    (project / "project.sqlite-journal").write_bytes(header.ljust(512, b"\0") + record)


def make_endless(project: Path, root: int, last: bytes = b"") -> None:
    """Let the rows of a table never end: twelve levels of pages that refer 300 times to the next.

    root: page of the table's root (SQLite's file format, 1.6). last: leaf page after its own rows.
    """
    path = project / "project.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    data = bytearray(path.read_bytes())
    page = int.from_bytes(data[16:18])

    def added(content: bytes) -> int:
        data.extend(content.ljust(page, b"\0"))
        return len(data) // page

    def interior(first: int, child: int, before: int = 0) -> bytes:
        cells, at = b"", page
        body = bytearray(page)
        for key in range(1, 301):
            varint = bytes([key] if key < 128 else [0x80 | key >> 7, key & 0x7F])
            cell = struct.pack(">I", first if key == 1 else child) + varint
            at -= len(cell)
            body[at : at + len(cell)] = cell
            cells += struct.pack(">H", at)
        body[before : before + 12] = struct.pack(">BHHHBI", 5, 0, 300, at, 0, child)
        body[before + 12 : before + 12 + len(cells)] = cells
        return bytes(body)

    start = (root - 1) * page
    before = 100 if root == 1 else 0  # the file's header
    content = bytes(data[start + before : start + page])
    if root == 1:  # offsets of its cells count from the start of the page
        cells = int.from_bytes(content[3:5])
        own = bytearray(page)
        head = 12 if content[0] == 5 else 8  # an interior page, or a leaf
        own[: head + 2 * cells] = content[: head + 2 * cells]
        places = (own[head + 2 * n : head + 2 * n + 2] for n in range(cells))
        first_cell = min(map(int.from_bytes, places))
        own[first_cell:] = data[start + first_cell : start + page]
        content = bytes(own)
    own_rows = added(content)
    child = added(last) if last else own_rows
    for _ in range(12):
        child = added(interior(child, child))
    new = interior(own_rows, child, before)
    data[start + before : start + page] = new[before:]
    data[28:32] = struct.pack(">I", len(data) // page)
    path.write_bytes(data)


def leaf_of_an_index(project: Path) -> bytes:
    """Leaf page with a row of the schema that may come any number of times: an automatic index."""
    connection = sqlite3.connect(project / "project.sqlite")
    sql = "SELECT name, tbl_name, rootpage FROM sqlite_schema WHERE sql IS NULL"
    name, table, root = connection.execute(sql).fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    values = b"index" + name.encode() + table.encode() + bytes([root])
    types = bytes([13 + 2 * 5, 13 + 2 * len(name), 13 + 2 * len(table), 1, 0])
    record = bytes([len(types) + 1]) + types + values
    cell = bytes([len(record), 1]) + record
    body = bytearray(page)
    body[page - len(cell) :] = cell
    body[:10] = struct.pack(">BHHHBH", 13, 0, 1, page - len(cell), 0, page - len(cell))
    return bytes(body)


def _sql(sql: str) -> Change:
    return lambda project, _: change(project, sql)


def _hash(text: str) -> Change:
    def point(project: Path, canary: Canary) -> None:
        change(project, "UPDATE recording SET content_hash = ?", text.format(canary.folders[0]))

    return point


def _recording(make: Callable[[Path, Canary], Path]) -> Change:
    def point(project: Path, canary: Canary) -> None:
        path = make(project, canary)
        change(project, "UPDATE recording SET path = ?", os.fsencode(path))

    return point


def _link(name: str, target: str = "letter.txt") -> Change:
    def make(project: Path, canary: Canary) -> None:
        path = project / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.symlink_to(canary.folders[0] / target)

    return make


def _hard_link(project: Path, canary: Canary) -> None:
    (project / "lock").unlink(missing_ok=True)
    os.link(canary.letter, project / "lock")


def _linked_files(folder: str) -> Change:
    def make(project: Path, canary: Canary) -> None:
        for path in [each for each in (project / folder).rglob("*") if each.is_file()]:
            path.unlink()
            path.symlink_to(canary.letter)

    return make


def _pipe(project: Path, _: Canary) -> Path:
    os.mkfifo(project / "pipe.wav")
    return project / "pipe.wav"


CHANGES: dict[str, Change] = {
    "a trigger with sqlite_ in its name": _sql(TRIGGERS["a trigger with sqlite_ in its name"]),
    "a hash that leads to private files": _hash("../../private/outside"),
    "a hash that is an absolute path": _hash("{}/outside"),
    **{
        f"{name} is a link": _link(name)
        for name in ("lock", "project.sqlite", "project.sqlite-wal", "project.sqlite-journal")
    },
    "cache is a link": _link("cache", "photos"),
    "backups is a link": _link("backups", "photos"),
    "lock is a hard link": _hard_link,
    "backups are links": _linked_files("backups"),
    "cached files are links": _linked_files("cache"),
    "a recording is a pipe": _recording(_pipe),
    "a recording is a device": _recording(lambda _, __: Path("/dev/zero")),
    "a recording is a private file of another size": _recording(lambda _, c: c.letter),
    "a recording is the private folder": _recording(lambda _, c: c.folders[0]),
    "a recording is in the private folder and gone": _recording(lambda _, c: c.folders[0] / "x"),
    "10^18 samples": _sql("UPDATE recording SET samples = 1000000000000000000"),
}
"""Changes of a closed project by name; of the schema only one, as all are refused at opening."""
