"""Lists of clips written by other programs: recognised by content, read row by row.

Every row of a list becomes a clip or a refused row with its file, line and reason.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import path_inside
from curator.domain.merging import RejectedRow
from curator.jobs.lists import delimited, json_rows
from curator.jobs.lists.record import ListedClip, ListedSet, NotAList
from curator.jobs.lists.sound_files import SoundFiles, is_sound
from curator.jobs.lists.text_file import (
    LARGEST,
    LONGEST_LINE,
    TOO_LONG,
    TextFile,
    has_control,
    read_text,
)

__all__ = ["ListedClip", "ListedSet", "read_list"]

ALWAYS_LISTS = frozenset({".csv", ".tsv", ".list", ".jsonl"})
MAYBE_LISTS = frozenset({".txt", ".json", ".lst"})
DEPTH = 2
"""How many folders below the given one may hold the lists (audiofolder: one a split)."""

KINDS = ("bundle", "lhotse", "nemo", "table", "rows")
"""Which kind is read where a folder holds several: a bundle also holds coqui-tts's lists."""

READABLE = (
    "Supported: a project, a bundle, a folder of folders named by category, or a list of "
    "coqui-tts, LJ Speech, VITS, GPT-SoVITS, NeMo, Lhotse or an audiofolder."
)


def read_list(path: Path, language: str = "") -> ListedSet:
    """Clips of a list file, or of all lists of a folder.

    language: of the project; decides between code pages where a file is not UTF-8.
    Raises CuratorError when nothing is a list.
    """
    if not path.exists():
        raise CuratorError(f"There is nothing at {printable(str(path))}.")
    if path.is_dir():
        return _read_folder(path, language)
    try:
        return _ListFile(path, language).read()
    except NotAList as error:
        raise CuratorError(
            f"{printable(path.name)} is in no format that can be merged: {error}.", READABLE
        ) from None


class _ListFile:
    """One list: its text, its kind and what it lists. Raises NotAList."""

    def __init__(self, path: Path, language: str) -> None:
        self.path = path
        self.text: TextFile = read_text(path, language)
        self._layout: delimited.Layout | None = None
        if json_rows.looks_like_json(self.text):
            self.kind = json_rows.recognise(self.text)
        else:
            self._layout = delimited.recognise(self.text)
            self.kind = self._layout.kind

    def _rows(self) -> Iterator[ListedClip | RejectedRow]:
        if self._layout is None:
            return json_rows.read(self.text, self.kind)
        return delimited.read(self.text, self._layout)

    def read(self) -> ListedSet:
        """All rows, with their sounds resolved."""
        rows = [_usable(row) for row in self._rows()]
        return _with_sounds(self.path.parent, rows, self.text.notes)


def _with_sounds(
    folder: Path, rows: Sequence[ListedClip | RejectedRow], notes: Iterable[str] = ()
) -> ListedSet:
    """Rows of a list in a folder with their sounds resolved."""
    sounds = SoundFiles(folder)
    named = [row for row in rows if isinstance(row, ListedClip)]
    where = sounds.resolve([(row.named, row.is_id) for row in named])
    clips, refused = [], [row for row in rows if isinstance(row, RejectedRow)]
    for row in named:
        sound = where[(row.named, row.is_id)]
        if isinstance(sound, Path):
            clips.append(row.at(sound))
        else:
            refused.append(RejectedRow(row.file, row.line, sound))
    return ListedSet(len(rows), tuple(clips), tuple(refused), (*notes, *sounds.notes))


def _usable(row: ListedClip | RejectedRow) -> ListedClip | RejectedRow:
    """A row, refused where a value holds a control character or no clip has a text so long."""
    if isinstance(row, ListedClip):
        values = (row.named, row.text or "", row.emotion, row.language)
        if any(map(has_control, values)):
            return RejectedRow(row.file, row.line, "it holds a control character")
        if any(len(value) > LONGEST_LINE for value in values):
            return RejectedRow(row.file, row.line, TOO_LONG)
    return row


def _read_folder(folder: Path, language: str) -> ListedSet:
    lists: dict[int, list[_ListFile]] = {}
    unknown: list[tuple[int, str]] = []
    others: list[str] = []
    letters = 0
    for depth, path in _candidates(folder):
        try:
            if path_inside(folder, str(path.relative_to(folder))) is None:
                raise NotAList("it is a link out of the folder")
            if letters > LARGEST:
                raise NotAList(f"the lists before it have {LARGEST >> 20} MB")
            file = _ListFile(path, language)
            letters += len(file.text.content)
        except NotAList as error:
            if path.suffix.lower() in ALWAYS_LISTS or error.looks_like_a_list:
                unknown.append((depth, f"{printable(path.name)}: {error}"))
            else:
                others.append(f"{printable(path.name)}: {error}")
        else:
            lists.setdefault(depth, []).append(file)
    if lists:
        try:
            return _read_lists(lists, [reason for _, reason in unknown])
        except NotAList as error:
            unknown = [(0, str(error))]
    if unknown:
        reasons = "; ".join(reason for _, reason in unknown[:3])
        raise CuratorError(
            f"{printable(folder.name)} holds a list that cannot be read. {reasons}.", READABLE
        )
    return _labelled_folders(folder).with_notes(_not_read(others))


def _read_lists(lists: dict[int, list[_ListFile]], unknown: Sequence[str]) -> ListedSet:
    """The lists of the best kind in the topmost folder that has any; the rest is noted."""
    here = lists[min(lists)]
    kind = min((each.kind for each in here), key=KINDS.index)
    chosen = [each for each in here if each.kind == kind]
    whole = {each.path.parent for each in chosen if each.path.stem == "metadata"}
    chosen = [
        each for each in chosen if each.path.stem == "metadata" or each.path.parent not in whole
    ]
    if kind == "lhotse":
        cuts = [each for each in chosen if "cuts" in each.path.name]
        supervisions = [each for each in chosen if "recordings" not in each.path.name]
        chosen = cuts or supervisions or chosen
    result = ListedSet.joined([each.read() for each in chosen])
    names = [
        printable(each.path.name)
        for files in lists.values()
        for each in files
        if each not in chosen and each.kind == kind and "recordings" not in each.path.name
    ]
    notes = _not_read(unknown)
    if names:
        read = ", ".join(printable(each.path.name) for each in chosen)
        notes.append(f"Not read, because {read} was: {', '.join(names)}.")
    return result.with_notes(notes)


def _not_read(reasons: Iterable[str]) -> list[str]:
    """Notes about files that are not read. reasons: name and reason of each."""
    return [f"{reason}; it was not read." for reason in reasons]


def _candidates(folder: Path, depth: int = 0) -> Iterator[tuple[int, Path]]:
    """Files that may be lists, with their depth below the folder; hidden ones left out."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        if depth:
            return
        raise CuratorError(f"{printable(folder.name)} cannot be read: {error.strerror}.") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        name = path.name.lower().removesuffix(".gz")
        if not entry.is_dir() and Path(name).suffix in ALWAYS_LISTS | MAYBE_LISTS:
            yield depth, path
        elif entry.is_dir(follow_symlinks=False) and depth < DEPTH:
            yield from _candidates(path, depth + 1)


def _labelled_folders(folder: Path) -> ListedSet:
    """An audiofolder without a list: its folders are the categories."""
    below = sorted(path for path in folder.iterdir() if path.is_dir())
    inside = [path for path in below if path_inside(folder, path.name) is not None]
    files = [file for path in inside for file in sorted(path.iterdir()) if is_sound(file)]
    if not files:
        raise CuratorError(
            f"{printable(folder.name)} is neither a project nor a folder with a list of clips.",
            "Import recordings without labels with `curator import`.",
        )
    return _with_sounds(
        folder,
        [
            ListedClip(
                printable(folder.name), number, f"{file.parent.name}/{file.name}",
                emotion=file.parent.name,
            )
            for number, file in enumerate(files, start=1)
        ],
        [
            f"{printable(path.name)} is a link out of the folder; it was not read."
            for path in below
            if path not in inside
        ],
    )  # fmt: skip
