"""Another project or a manifest into this project: read, compared by ear, planned, done."""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from curator.audio.cache import is_cached, make_folder, peaks_path, sound_path
from curator.audio.encode import PARTIAL
from curator.audio.fingerprint import Fingerprint, Library, kept_fingerprint
from curator.audio.intake import Intake, cached16, take_in
from curator.audio.waveform import CACHE_RATE, Samples16
from curator.domain.category_union import key_of, unknown
from curator.domain.decision import Changes, Field, State
from curator.domain.emotion import EmotionSet
from curator.domain.errors import CuratorError, MissingSource, UnreadableAudio, printable
from curator.domain.merge_planning import MyRecording, Planner
from curator.domain.merging import Labelled, MergePlan, OtherSet, SameSound
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.jobs.context import Work
from curator.jobs.job import Job, path_bytes
from curator.jobs.manifests import read_manifest
from curator.jobs.manifests.listed import Listed
from curator.jobs.messages import Found, TakenIn
from curator.jobs.result_writer import Large
from curator.jobs.running import make_caches
from curator.jobs.step_table import producer_of, segmenter
from curator.jobs.worker_pool import Crew
from curator.stages import Failed
from curator.stages.segmentation.segment import ends_group
from curator.store.project import Project


def plan_merge(work: Work, path: Path, *, licence: str = "", consent: str = "") -> MergePlan:
    """Find out what merging the project or manifest at ``path`` would do; no decision is touched.

    licence, consent: of recordings that come by a manifest; those of a project have their own.
    """
    if Project.is_project(path):
        if path.resolve() == work.project.path.resolve():
            raise CuratorError("A project cannot be merged into itself.")
        with Project.open(path, write=False) as project:
            other = project.merging.as_other()
            _bring_caches(work, other.recordings, project.cache)
    else:
        other = _listed_set(work, path, licence, consent)
    mine = {each.id: each for each in work.project.recordings.all()}
    same = _same_sound(work, other)
    with work.project.reading():
        state = work.project.decisions.state_hash()
        planner = Planner(
            work.project.merging.labelled(),
            {number: MyRecording(each.rate, each.samples) for number, each in mine.items()},
            work.project.decisions.voice(),
        )
    return replace(planner.plan(other, same), made_for=state)


def merge(work: Work, plan: MergePlan) -> Changes:
    """Do what a plan without conflicts says, as one act."""
    done: list[Changes] = []

    def write(project: Project) -> None:
        project.backup("before a merge")
        cut_by = None if plan.other.project else producer_of(segmenter(project))
        done.append(project.merging.apply(plan, cut_by))

    work.write(Large(len(plan.come) + sum(map(len, plan.takes.values())), write))
    return done[0]


def _listed_set(work: Work, path: Path, licence: str, consent: str) -> OtherSet:
    """What a manifest lists, as a set: all of it kept."""
    rows = read_manifest(path)
    files = sorted({_absolute(row.audio) for row in rows})
    taken, missing = _taken_in(work, files)
    if files and not taken:
        raise CuratorError(
            f"None of the {len(files)} sound files that {printable(path.name)} names can be read."
            if len(files) > 1
            else f"The sound file that {printable(path.name)} names cannot be read.",
            "Its paths are taken from the folder in which the list is.",
        )
    recordings: dict[str, Recording] = {}
    for place, intake in sorted(taken.items()):
        if intake.content_hash not in recordings:
            recordings[intake.content_hash] = Recording(
                id=place + 1,
                path=intake.path,
                content_hash=intake.content_hash,
                size=intake.size,
                mtime_ns=intake.mtime_ns,
                rate=intake.rate,
                channels=intake.channels,
                samples=intake.samples,
                container=intake.container,
                licence=licence,
                consent=consent,
            )
    of_file = {files[place]: recordings[each.content_hash] for place, each in taken.items()}
    said = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    clips = [
        _labelled(number, row, of_file[_absolute(row.audio)], said)
        for number, row in enumerate(rows, start=1)
        if _absolute(row.audio) in of_file
    ]
    text = work.project.settings.categories
    known = set(EmotionSet.from_text(text).keys)
    here = [row for row in rows if _absolute(row.audio) in of_file]
    names = {key_of(row.emotion): row.emotion for row in here if row.emotion}
    return OtherSet(
        printable(path.name),
        tuple(recordings.values()),
        _grouped([clip for clip in clips if clip.span.samples], recordings.values()),
        tuple(unknown(name, text) for key, name in sorted(names.items()) if key not in known),
        notes=(f"{missing} of its files could not be read.",) if missing else (),
    )


def _labelled(number: int, row: Listed, recording: Recording, said: str) -> Labelled:
    whole = recording.samples
    start = 0 if row.start_s is None else round(row.start_s * recording.rate)
    stop = whole if row.stop_s is None else round(row.stop_s * recording.rate)
    values: dict[Field, str] = {Field.STATE: State.KEPT}
    if row.text is not None:
        values[Field.TEXT] = row.text
    if row.emotion:
        values[Field.EMOTION] = key_of(row.emotion)
    start = min(max(0, start), whole)
    return Labelled(
        id=number,
        recording=recording.id,
        span=Span(start, min(max(start, stop), whole)),
        values=values,
        made_at=dict.fromkeys(values, said),
    )


def _grouped(clips: Iterable[Labelled], recordings: Iterable[Recording]) -> tuple[Labelled, ...]:
    """The same with pause groups, as segmentation would count them."""
    rates = {each.id: each.rate for each in recordings}
    found: list[Labelled] = []
    began = 0
    for clip in sorted(clips, key=lambda each: (each.recording, each.span)):
        span = clip.span.at_rate(rates[clip.recording], CACHE_RATE)
        group, last = 0, found[-1] if found else None
        if last is not None and last.recording == clip.recording:
            stopped = last.span.at_rate(rates[clip.recording], CACHE_RATE).stop
            is_over = ends_group(stopped - began, span.start - stopped)
            group = last.pause_group + is_over
        if last is None or (last.recording, last.pause_group) != (clip.recording, group):
            began = span.start
        found.append(replace(clip, pause_group=group))
    return tuple(found)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # keeps links, as importing does


def _taken_in(work: Work, files: Sequence[Path]) -> tuple[dict[int, Intake], int]:
    """Each file as it would be imported, by its place; and how many could not be."""
    taken: dict[int, TakenIn] = {}

    def gather(_project: Project, found: Sequence[Found]) -> None:
        taken.update({each.item: each for each in found if isinstance(each, TakenIn)})

    def seconds(found: Found | Failed) -> float:
        if not isinstance(found, TakenIn):
            return 0.0
        return found.intake.samples / found.intake.rate

    work.watcher.started("import", len(files), 0.0)
    crew = Crew(work, gather, lambda item: printable(files[item].name), seconds)
    job = Job("import", str(work.project.path), paths=tuple(map(path_bytes, files)))
    crew.do(job, range(len(files)))
    work.watcher.finished()
    return {place: each.intake for place, each in taken.items()}, crew.failures


def _bring_caches(work: Work, recordings: Iterable[Recording], cache: Path) -> None:
    """Their working copies beside mine, so that they can be compared by ear."""
    own = work.project.cache
    for each in recordings:
        work.look_up()
        if is_cached(own, each.content_hash):
            continue
        if is_cached(cache, each.content_hash):
            make_folder(own)
            for path in (peaks_path, sound_path):
                _copied(path(cache, each.content_hash), path(own, each.content_hash))
        else:
            try:
                take_in(each.path, own)
            except (UnreadableAudio, MissingSource) as error:
                work.watcher.noted(f"{printable(each.path.name)}: {error.sentence}")


def _copied(source: Path, target: Path) -> None:
    partial = target.with_name(f".{os.getpid()}-{target.name}{PARTIAL}")
    shutil.copyfile(source, partial)
    partial.replace(target)


def _same_sound(work: Work, other: OtherSet) -> list[SameSound]:
    """Which of their sound is in this project: the same file, or the same sound in another."""
    mine = {each.content_hash: each for each in work.project.recordings.all()}
    same = [
        SameSound(each.id, mine[each.content_hash].id, 0.0, each.samples / each.rate, 0.0, True)
        for each in other.recordings
        if each.content_hash in mine
    ]
    exact = {each.theirs for each in same}
    strangers = [each for each in other.recordings if each.id not in exact]
    if not strangers or not mine:
        return same
    make_caches(work)
    sounds = _sounds(work, {each.id: each.content_hash for each in mine.values()})
    theirs = _sounds(work, {each.id: each.content_hash for each in strangers})
    work.watcher.started("compare", len(sounds) + len(theirs), 0.0)
    heard = _Heard(work, len(sounds) + len(theirs))
    hashes = {each.id: each.content_hash for each in mine.values()}
    prints = {number: heard.of(hashes[number], sound) for number, sound in sounds.items()}
    library = Library(prints, sounds)
    for each in strangers:
        if each.id in theirs:
            sound = theirs[each.id]
            for shared in library.find(heard.of(each.content_hash, sound), sound):
                same.append(
                    SameSound(
                        each.id,
                        shared.other,
                        shared.start / CACHE_RATE,
                        shared.stop / CACHE_RATE,
                        shared.shift / CACHE_RATE,
                        is_exact=False,
                    )
                )
    work.watcher.finished()
    return same


class _Heard:
    """Fingerprints, kept beside the working copies; tells how far it is."""

    def __init__(self, work: Work, items: int) -> None:
        self._work = work
        self._items = items
        self._done = 0

    def of(self, content_hash: str, sound: Samples16) -> Fingerprint:
        """That of one recording."""
        self._work.look_up()
        found = kept_fingerprint(self._work.project.cache / f"{content_hash}.prints", sound)
        self._done += 1
        self._work.watcher.progressed(self._done, 0.0)
        return found


def _sounds(work: Work, hashes: Mapping[int, str]) -> dict[int, Samples16]:
    found = {}
    for number, content_hash in hashes.items():
        try:
            found[number] = cached16(work.project.cache, content_hash)
        except FileNotFoundError:
            continue  # its source is gone, too: said when the cache was made
    return found
