"""Merging of another project or list: read, match audio, plan, apply."""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from curator.audio.cache import is_cached, make_folder, peaks_path, sound_path
from curator.audio.encode import PARTIAL
from curator.audio.fingerprint import Fingerprint, Library, kept_fingerprint
from curator.audio.intake import cached16, rebuild_cache
from curator.audio.waveform import CACHE_RATE, Samples16
from curator.domain.decision import Changes
from curator.domain.errors import CuratorError, MissingSource, UnreadableAudio, printable
from curator.domain.merge_planning import MergePlanner, MyRecording
from curator.domain.merging import MergePlan, OtherSet, SameSound
from curator.domain.recording import Recording
from curator.domain.system import place_durably
from curator.jobs.context import JobContext
from curator.jobs.fingerprints import fingerprint_path, make_fingerprints
from curator.jobs.listed_set import listed_set
from curator.jobs.result_writer import Large
from curator.jobs.running import make_caches
from curator.jobs.step_table import producer_of, segmenter
from curator.store.project import Project

WORTH_WORKERS_S = 1800.0
"""Seconds of audio from which fingerprints are made by workers, which take a second to start."""


def plan_merge(work: JobContext, path: Path, *, licence: str = "", consent: str = "") -> MergePlan:
    """Plan the merge of the project or list at ``path``; no decision is changed.

    licence, consent: of recordings from a manifest; a project states its own.
    """
    if path.name in ("", ".."):  # "." has no name to call it by in messages
        path = path.resolve()
    if Project.is_project(path):
        if path.resolve() == work.project.path.resolve():
            raise CuratorError("A project cannot be merged into itself.")
        with Project.open(path, write=False) as project:
            other = project.merging.as_other()
            _bring_caches(work, other.recordings, project.cache)
    else:
        other = listed_set(work, path, licence, consent)
    mine = {each.id: each for each in work.project.recordings.all()}
    same = _same_sound(work, other)
    with work.project.reading():
        state = work.project.decisions.state_hash()
        planner = MergePlanner(
            work.project.merging.labelled(),
            {number: MyRecording(each.rate, each.samples) for number, each in mine.items()},
            work.project.decisions.voice(),
        )
    return replace(planner.plan(other, same), made_for=state)


def merge(work: JobContext, plan: MergePlan) -> Changes:
    """Apply a plan without conflicts as one operation."""
    done: list[Changes] = []

    def write(project: Project) -> None:
        project.backup("before a merge")
        cut_by = None if plan.other.project else producer_of(segmenter(project))
        done.append(project.merging.apply(plan, cut_by))

    work.write(Large(len(plan.come) + sum(map(len, plan.takes.values())), write))
    return done[0]


def _bring_caches(work: JobContext, recordings: Iterable[Recording], cache: Path) -> None:
    """Copy their cached audio into this project, for fingerprint matching."""
    own = work.project.cache
    for each in recordings:
        work.look_up()
        if is_cached(own, each.cache_key):
            continue
        if is_cached(cache, each.cache_key):
            make_folder(own)
            for path in (peaks_path, sound_path):
                _copied(path(cache, each.cache_key), path(own, each.cache_key))
        else:
            try:
                rebuild_cache(each, own)
            except (UnreadableAudio, MissingSource) as error:
                work.watcher.noted(f"{printable(each.path.name)}: {error.sentence}")


def _copied(source: Path, target: Path) -> None:
    partial = target.with_name(f".{os.getpid()}-{target.name}{PARTIAL}")
    shutil.copyfile(source, partial)
    place_durably(partial, target)


def _same_sound(work: JobContext, other: OtherSet) -> list[SameSound]:
    """Audio of the other set in this project: the same file, or shared passages."""
    mine = {each.cache_key: each for each in work.project.recordings.all()}
    same = [
        SameSound(each.id, mine[each.cache_key].id, 0.0, each.samples / each.rate, 0.0, True)
        for each in other.recordings
        if each.cache_key in mine
    ]
    exact = {each.theirs for each in same}
    strangers = [each for each in other.recordings if each.id not in exact]
    if not strangers or not mine:
        return same
    make_caches(work)
    sounds = _sounds(work, {each.id: each.cache_key for each in mine.values()})
    theirs = _sounds(work, {each.id: each.cache_key for each in strangers})
    by_key = {each.cache_key: sounds[each.id] for each in mine.values() if each.id in sounds}
    by_key |= {each.cache_key: theirs[each.id] for each in strangers if each.id in theirs}
    lengths = {key: sound.size / CACHE_RATE for key, sound in by_key.items()}
    if sum(lengths.values()) > WORTH_WORKERS_S:
        make_fingerprints(work, lengths)
    work.watcher.started("compare", len(sounds) + len(theirs), 0.0)
    fingerprints = _Fingerprints(work, len(sounds) + len(theirs))
    hashes = {each.id: each.cache_key for each in mine.values()}
    prints = {number: fingerprints.of(hashes[number], sound) for number, sound in sounds.items()}
    library = Library(prints, sounds)
    for each in strangers:
        if each.id in theirs:
            sound = theirs[each.id]
            for shared in library.find(fingerprints.of(each.cache_key, sound), sound):
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


class _Fingerprints:
    """Cached fingerprints of recordings, with progress."""

    def __init__(self, work: JobContext, items: int) -> None:
        self._work = work
        self._items = items
        self._done = 0

    def of(self, content_hash: str, sound: Samples16) -> Fingerprint:
        """Fingerprint of one recording."""
        self._work.look_up()
        fingerprint = kept_fingerprint(
            fingerprint_path(self._work.project.cache, content_hash), sound
        )
        self._done += 1
        self._work.watcher.progressed(self._done, 0.0)
        return fingerprint


def _sounds(work: JobContext, hashes: Mapping[int, str]) -> dict[int, Samples16]:
    sounds = {}
    for number, content_hash in hashes.items():
        try:
            sounds[number] = cached16(work.project.cache, content_hash)
        except FileNotFoundError:
            continue  # the source is missing too; make_caches reported it
    return sounds
