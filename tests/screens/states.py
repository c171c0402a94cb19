"""The window in the states that are pictured."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from curator.audio.intake import take_in
from curator.domain.clip import Finding
from curator.domain.decision import correct_text, drop, give_emotion, keep
from curator.domain.fact import Edges, MapPoint
from curator.domain.recording import Recording
from curator.store.project import Project
from tests.helpers.factories import a_cut, an_empty_project, found, say, score
from tests.helpers.sounds import speech_like, write_sound

RATE = 16_000
SENTENCES = (
    "Good evening, ladies and gentlemen, and welcome to our show.",
    "Take your time.",
    "Which river flows through the city of London?",
    "Stop! Don't touch that button, please.",
    "That is the right answer, and the first point goes to you.",
    "Six thick thistle sticks, she said, are better than sixty soft scarves.",
    "The whole room is holding its breath.",
    "Árvíztűrő tükörfúrógép, mondta a műsorvezető, és nevetett.",
)
EMOTIONS = ("greeting", "tension", "question", "confirmation", "excitement")
FINDINGS = (
    Finding("cut_word", "error", "It ends inside a word."),
    Finding("other_voice", "error", "It sounds like another voice (0.61; usual: 0.78)."),
    Finding("noisy", "warning", "It is noisy: 14 dB between voice and background."),
    Finding("odd_pace", "warning", "The text does not fit the pace: 31 characters a second."),
)


def _recording(project: Project, folder: Path, name: str, clips: int) -> None:
    seconds = 3.5
    own = 0.5 + 0.4 / (1 + len(project.recordings.all()))  # no two have the same content
    sound = own * speech_like(clips * (seconds + 0.5), RATE).astype(np.float32)
    intake = take_in(write_sound(folder / name, sound, RATE), project.cache)
    given = {
        key: getattr(intake, key)
        for key in (
            "path", "content_hash", "size", "mtime_ns", "rate", "channels", "samples", "container",
        )
    }  # fmt: skip
    recording = project.recordings.add(
        Recording(id=0, **given, licence="own recording", consent="Anna, 3 May, by letter")
    )
    starts = [place * (seconds + 0.5) for place in range(clips)]
    lengths = [1.2 + (7 * place % 10) / 4.5 for place in range(clips)]
    spans = [(start, start + length) for start, length in zip(starts, lengths, strict=True)]
    project.clips.replace_cut(a_cut(recording, spans))


def _known(project: Project, every: int) -> None:
    """Words, scores, edges and places of all clips; each ``every``-th has something wrong."""
    chance = random.Random(1)
    for place, (clip, _, span) in enumerate(project.clips.spans()):
        say(project, clip, SENTENCES[place % len(SENTENCES)], confidence=0.4 + 0.1 * (place % 6))
        score(project, clip, snr=12.0 + place % 30, loudness=-20.0 - place % 5)
        pause = Edges(0.0, 0.9 if place % every == 2 else 0.0, span.start, span.stop + 400)
        project.facts.add([found(project, clip, pause)])
        group = place % 3
        at = MapPoint(chance.gauss(6.0 * group, 1.5), chance.gauss(4.0 * (group % 2), 1.5), group)
        project.facts.add([found(project, clip, at)])
        if place % every == 2:
            wrong = FINDINGS[place % len(FINDINGS)], FINDINGS[(place + 1) % len(FINDINGS)]
            project.facts.set_findings({clip: wrong[: 1 + place % 2]})


def _decided(project: Project, upto: int) -> None:
    for place, clip in enumerate(project.clips.ids()[:upto]):
        project.decisions.apply((drop if place % 5 == 4 else keep)([clip]))
        if place % 3:
            project.decisions.apply(give_emotion([clip], EMOTIONS[place % len(EMOTIONS)]))
        if place % 7 == 3:
            project.decisions.apply(correct_text([clip], SENTENCES[place % 5] + " (corrected)"))


def empty(folder: Path) -> Path:
    """A project with nothing in it."""
    project = an_empty_project(folder)
    project.close()
    return project.path


def normal(folder: Path) -> Path:
    """One recording, some of it judged."""
    project = an_empty_project(folder)
    _recording(project, folder, "show.wav", 12)
    with project.writing(bulk=True):
        _known(project, 4)
        _decided(project, 6)
    project.close()
    return project.path


def crowded(folder: Path) -> Path:
    """Many recordings with long names, many clips, much that is wrong."""
    project = an_empty_project(folder)
    names = ["evening show.wav", "Árvíz 10 30 – a very long name of a recording that goes on.wav"]
    for name in [*names, *(f"take {number:02}.wav" for number in range(3, 15))]:
        _recording(project, folder, name, 12)
    with project.writing(bulk=True):
        _known(project, 3)
        _decided(project, 100)
    project.close()
    return project.path


def broken(folder: Path) -> Path:
    """A recording whose file and copy are gone; no clip that could be exported."""
    path = normal(folder)
    (folder / "show.wav").unlink()
    with Project.open(path) as project:
        for file in project.cache.iterdir():
            file.unlink()
        project.decisions.apply(drop(project.clips.ids()))
        kept = project.clips.ids()[:3]
        project.decisions.apply(keep(kept))
        project.decisions.apply(correct_text(kept, ""))
    return path


def quiz_show(folder: Path) -> Path:
    """Eighty clips of two recordings of a quiz show, none judged."""
    project = an_empty_project(folder, "quiz-show.curator")
    for name in ("evening show.wav", "Árvíz 10 30.wav"):
        _recording(project, folder, name, 40)
    with project.writing(bulk=True):
        _known(project, 5)
    project.close()
    return project.path


STATES: Mapping[str, Callable[[Path], Path]] = {
    "empty": empty,
    "normal": normal,
    "crowded": crowded,
    "error": broken,
    "long": normal,
}
