"""A list of clips as a set to merge: files imported, rows checked against their sound."""

import os
import time
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from curator.audio.waveform import CACHE_RATE
from curator.domain.category_union import keys_of, unknown
from curator.domain.decision import Field, State
from curator.domain.emotion import EmotionSet
from curator.domain.errors import CuratorError, printable
from curator.domain.intake import Intake
from curator.domain.languages import language_code
from curator.domain.merge_planning import is_same_span
from curator.domain.merging import Labelled, OtherSet, RejectedRow
from curator.domain.recording import USUAL, Recording, display_name
from curator.domain.span import Span
from curator.jobs.context import JobContext
from curator.jobs.intake import SoundFile, take_in_files
from curator.jobs.lists import ListedClip, ListedSet, read_list
from curator.jobs.messages import TakenIn, WorkerResult
from curator.stages.segmentation.segment import ends_group
from curator.store.project import Project

ROUNDED_S = 0.05
"""A list may round times; a span ending this much after its sound is shortened and counted."""

SHOWN_REASONS = 3


def listed_set(work: JobContext, path: Path, licence: str, consent: str) -> OtherSet:
    """A list as a set in which every clip is kept. CuratorError when no row can be used."""
    settings = work.project.settings
    listed = read_list(path, settings.language)
    files = sorted({_sound_of(row) for row in listed.clips}, key=_order)
    imported = _imported(work, files)
    check = _RowCheck(imported, _recordings(imported, licence, consent))
    good = [row for row in listed.clips if check.accepts(row)]
    refused = sorted((*listed.refused, *check.refused), key=lambda row: (row.file, row.line))
    if not good:
        raise _nothing_taken(path, listed, refused)
    keys = keys_of((row.emotion for row in good if row.emotion), settings.categories)
    known = set(EmotionSet.from_text(settings.categories).keys)
    names = {keys[row.emotion]: row.emotion for row in good if row.emotion}
    listed_at = _listed_at(path)
    clips = [
        _labelled(number, row, keys, check.spans[id(row)], listed_at)
        for number, row in enumerate(good, start=1)
    ]
    recordings = {each.recording for each in clips}
    used = [each for each in check.recordings.values() if each.id in recordings]
    return OtherSet(
        printable(path.name),
        tuple({each.id: each for each in used}.values()),
        _with_pause_groups(clips, used),
        tuple(
            unknown(name, settings.categories, key)
            for key, name in sorted(names.items())
            if key not in known
        ),
        notes=(*listed.notes, *check.notes(), *_language_notes(good)),
        rows=listed.rows,
        refused=tuple(refused),
    )


def _nothing_taken(path: Path, listed: ListedSet, refused: Sequence[RejectedRow]) -> CuratorError:
    reasons = " ".join(row.sentence for row in refused[:SHOWN_REASONS])
    name = printable(path.name)
    return CuratorError(
        f"None of the {listed.rows} rows of {name} can be used. {reasons}"
        if listed.rows > 1
        else f"The row of {name} cannot be used. {reasons}"
        if listed.rows
        else f"{name} has no rows.",
        "Paths are relative to the folder of the list.",
    )


@dataclass(frozen=True, slots=True)
class _RowSpan:
    """Where a row's clip lies."""

    recording: int
    span: Span


class _RowCheck:
    """Accepts rows with a span inside their audio, each stretch once.

    imported: by file. recordings: by content hash. spans: of accepted rows, by object.
    """

    def __init__(
        self, imported: Mapping[SoundFile, Intake], recordings: Mapping[str, Recording]
    ) -> None:
        self._imported = imported
        self.recordings = recordings
        self.refused: list[RejectedRow] = []
        self.spans: dict[int, _RowSpan] = {}
        self._accepted: dict[int, list[tuple[Span, ListedClip]]] = defaultdict(list)
        self._shortened = 0

    def accepts(self, row: ListedClip) -> bool:
        """Whether a row gives a clip; otherwise it is among the refused."""
        reason = self._reason(row)
        if reason:
            self.refused.append(RejectedRow(row.file, row.line, reason))
        return not reason

    def notes(self) -> list[str]:
        """What is unusual about the files, and how many spans were shortened."""
        notes = [
            f"{printable(display_name(file.path, intake.decoding))}: {note}"
            for file, intake in self._imported.items()
            for note in intake.notes
        ]
        if self._shortened:
            clips = "1 clip ends" if self._shortened == 1 else f"{self._shortened} clips end"
            notes.append(
                f"{clips} up to {ROUNDED_S * 1000:.0f} ms after the sound; shortened to its end."
            )
        return notes

    def _reason(self, row: ListedClip) -> str:
        intake = self._imported.get(_sound_of(row))
        if intake is None and row.channel is not None:
            name = printable(row.audio.name)
            return f"channel {row.channel} of {name} (counted from 0) cannot be read"
        if intake is None:
            return f"{printable(row.audio.name)} cannot be read as audio"
        if row.channel is not None and row.channel >= intake.channels:
            count = "1 channel" if intake.channels == 1 else f"{intake.channels} channels"
            return (
                f"{printable(row.audio.name)} has {count}; there is no channel {row.channel} "
                "(counted from 0)"
            )
        recording = self.recordings[intake.cache_key]
        seconds = recording.samples / recording.rate
        start, stop = row.start_s or 0.0, seconds if row.stop_s is None else row.stop_s
        if stop > seconds + ROUNDED_S or start >= seconds:
            return (
                f"it is {start:.3f} to {stop:.3f} s of {printable(row.audio.name)}, "
                f"which ends at {seconds:.3f} s"
            )
        first = round(start * recording.rate)
        last = recording.samples if row.stop_s is None else round(stop * recording.rate)
        if last <= first:
            return "it has no length"
        self._shortened += last > recording.samples
        span = Span(first, min(last, recording.samples))
        return self._repeats(row, recording, span)

    def _repeats(self, row: ListedClip, recording: Recording, span: Span) -> str:
        accepted = self._accepted[recording.id]
        # Spans that share more than half of the longer one start less than a length apart.
        first = bisect_right(accepted, span.start - span.samples, key=_start_of)
        last = bisect_left(accepted, span.start + span.samples, key=_start_of)
        near = [each for each in accepted[first:last] if is_same_span(each[0], span)]
        if not near:
            insort(accepted, (span, row), key=_start_of)
            self.spans[id(row)] = _RowSpan(recording.id, span)
            return ""
        its_span, earlier = min(near, key=lambda each: each[0] != span)
        where = f"line {earlier.line}" + ("" if earlier.file == row.file else f" of {earlier.file}")
        if its_span != span:
            return f"more than half of its audio is that of {where}"
        if (earlier.text, earlier.emotion) == (row.text, row.emotion):
            return f"it repeats {where}"
        return f"it has the same audio as {where} and another text or category"


def _listed_at(path: Path) -> str:
    """When a list was written, at most now: a wrong clock makes its labels no later than ours."""
    seconds = min(max(path.stat().st_mtime, 0.0), time.time())
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _start_of(accepted: tuple[Span, ListedClip]) -> int:
    return accepted[0].start


def _recordings(
    imported: Mapping[SoundFile, Intake], licence: str, consent: str
) -> dict[str, Recording]:
    """Recordings of files, by sound key; copies of a file are one."""
    recordings: dict[str, Recording] = {}
    for number, intake in enumerate(imported.values(), start=1):
        if intake.cache_key not in recordings:
            recordings[intake.cache_key] = intake.recording(number, licence, consent)
    return recordings


def _labelled(
    number: int, row: ListedClip, keys: Mapping[str, str], placed: _RowSpan, listed_at: str
) -> Labelled:
    values: dict[Field, str] = {Field.STATE: State.KEPT}
    if row.text is not None:
        values[Field.TEXT] = row.text
    if row.emotion:
        values[Field.EMOTION] = keys[row.emotion]
    return Labelled(
        id=number,
        recording=placed.recording,
        span=placed.span,
        values=values,
        made_at=dict.fromkeys(values, listed_at),
        language=language_code(row.language),
    )


def _language_notes(rows: Iterable[ListedClip]) -> list[str]:
    """Which languages the rows state, and what is stated but is no language."""
    rows = [row for row in rows if row.language]
    codes = Counter(code for row in rows if (code := language_code(row.language)))
    unknown = Counter(row.language for row in rows if not language_code(row.language))
    notes = []
    if codes:
        stated = ", ".join(f"{code} ({count})" for code, count in codes.most_common())
        notes.append(f"Languages stated by the list: {stated}.")
    if unknown:
        stated = ", ".join(f"{printable(name)!r} ({n})" for name, n in unknown.most_common())
        notes.append(f"Not a language, and not used: {stated}.")
    return notes


def _with_pause_groups(
    clips: Iterable[Labelled], recordings: Iterable[Recording]
) -> tuple[Labelled, ...]:
    """The same clips with pause groups, as segmentation would count them."""
    rates = {each.id: each.rate for each in recordings}
    grouped: list[Labelled] = []
    group_start = 0
    for clip in sorted(clips, key=lambda each: (each.recording, each.span)):
        span = clip.span.at_rate(rates[clip.recording], CACHE_RATE)
        group, last = 0, grouped[-1] if grouped else None
        if last is not None and last.recording == clip.recording:
            stop = last.span.at_rate(rates[clip.recording], CACHE_RATE).stop
            is_over = ends_group(stop - group_start, span.start - stop)
            group = last.pause_group + is_over
        if last is None or (last.recording, last.pause_group) != (clip.recording, group):
            group_start = span.start
        grouped.append(replace(clip, pause_group=group))
    return tuple(grouped)


def _sound_of(row: ListedClip) -> SoundFile:
    path = Path(os.path.abspath(row.audio))  # noqa: PTH100  # keeps links, as importing does
    return SoundFile(path, USUAL.of_channel(row.channel))


def _order(file: SoundFile) -> tuple[Path, str]:
    return file.path, file.choice.channel


def _imported(work: JobContext, files: Sequence[SoundFile]) -> dict[SoundFile, Intake]:
    """The files that can be read, as they would be imported; the others are reported."""
    taken: dict[int, TakenIn] = {}

    def gather(_project: Project, messages: Sequence[WorkerResult]) -> None:
        taken.update({each.item: each for each in messages if isinstance(each, TakenIn)})

    if not files:
        return {}
    work.watcher.started("import", len(files), 0.0)
    take_in_files(work, files, gather)
    work.watcher.finished()
    return {files[item]: message.intake for item, message in sorted(taken.items())}
