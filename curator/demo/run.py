"""End-to-end demo: recording, clips, decisions, bundle, training.

Every step runs the command a user would type; decisions that need listening (target speaker,
categories) are taken from the ground truth.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curator.demo import training
from curator.demo.compare import DemoComparison, as_dict, compare, table
from curator.demo.playback import play
from curator.demo.recording import make_recording
from curator.demo.truth import Truth
from curator.demo.truth_lookup import main_utterance, speech_in
from curator.domain.clip import Clip
from curator.domain.errors import CuratorError, printable
from curator.run_trainer import trainer_command, trainer_environment
from curator.store.project import Project

MARK = ".made-by-curator-demo"
"""Marker file of a demo folder; files of an earlier demo in it may be replaced."""
RECORDING, TRUTH, FOUND = "quiz_show.wav", "quiz_show.truth.json", "found.json"
PROJECT, BUNDLE = "quiz_show.curator", "bundle"
PREPARED = f"{BUNDLE}.prepared"
"""Prepared data that the trainer writes beside a bundle."""
MADE = (
    *(RECORDING, TRUTH, FOUND, PROJECT, BUNDLE, PREPARED),
    *(training.BASE, training.RUN, training.VOICE, training.REPORT),
    *(training.BEFORE, training.AFTER),
)
LICENCE = "Synthetic speech made by this program; free to use."
CONSENT = "Nobody's voice: piper's joe and synthetic contestants."

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Curated:
    """A demo recording after all decisions. comparison: against the ground truth."""

    project: Path
    truth: Truth
    comparison: DemoComparison


def run_demo(out: Path, say: Say, seed: int = 0, preset: str = training.SPEAKING) -> DemoComparison:
    """Run the demo in the folder ``out``; returns the comparison with the ground truth.

    preset: one of ``training.PRESETS``.
    """
    began = time.monotonic()
    curated = curate(out, say, seed)
    bundle = out / BUNDLE
    for step in ("balance", "check"):
        _curator(say, step, curated.project)
    _curator(say, "export", curated.project, bundle)
    record = json.dumps(as_dict(curated.comparison), indent=1)
    (out / FOUND).write_text(f"{record}\n", encoding="utf-8")
    say("")
    say(table(curated.comparison.lines))
    _trainer(say, "check", bundle)
    spoken = training.train_voice(lambda *words: _trainer(say, *words), bundle, out, preset)
    say("")
    for sentence in training.changes(out / training.VOICE):
        say(sentence)
    say(f"Report: {printable(str(out / training.REPORT))}")
    files = " and ".join(printable(str(file)) for file in spoken)
    why = play(spoken) if sys.stdout.isatty() else ""
    say(f"Listen: {files}" + (f" (not played: {why})" if why else ""))
    say(f"Total time: {(time.monotonic() - began) / 60:.1f} min.")
    return curated.comparison


def curate(out: Path, say: Say, seed: int = 0) -> Curated:
    """Generate a recording in ``out``, analyse it and make all decisions."""
    _make_room(out)
    say("Generating a recording of about three minutes with known faults.")
    recording = make_recording(out, seed)
    truth, project = recording.truth, out / PROJECT
    _curator(say, "new", project, "--language", "en", "--categories", "quiz_show")
    _curator(say, "import", project, recording.path, "--licence", LICENCE, "--consent", CONSENT)
    _curator(say, "analyse", project, "--whisper", "tiny.en")
    _curator(say, "speaker", project, "--clip", _a_clip_of_the_host(truth, _clips(project)))
    faulty = [clip for clip in _clips(project) if _has_an_error(clip)]
    _decide(say, project, faulty, "--drop")
    for category, clips in _categories(truth, _clips(project)).items():
        _decide(say, project, clips, "--emotion", category)
    _curator(say, "decide", project, "--query", "state:undecided", "--keep")
    return Curated(project, truth, compare(truth, _clips(project)))


def _make_room(out: Path) -> None:
    """Create or clean the demo folder. Raises CuratorError if it has other files."""
    if out.exists() and not out.is_dir():
        raise CuratorError(f"{printable(str(out))} is a file.", "Name a folder for the demo.")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).exists():
        raise CuratorError(
            f"{printable(str(out))} is not empty and was not created by the demo.",
            "Name a new folder for the demo.",
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()
    for name in MADE:
        path = out / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _curator(say: Say, *words: str | int | Path) -> None:
    _run(say, "curator", words)


def _trainer(say: Say, *words: str | int | Path) -> None:
    _run(say, "trainer", words)


def _run(say: Say, program: str, words: Sequence[str | int | Path]) -> None:
    """Print a command and run it with inherited output."""
    arguments = [str(word) for word in words]
    shown = " ".join(f'"{a}"' if " " in a else a for a in arguments)
    say(f"\n$ {program} {printable(shown)}")
    command = [sys.executable, "-m", program, *arguments]
    if program == "trainer":
        command = trainer_command(*arguments)
    done = subprocess.run(command, check=False, env=trainer_environment())
    if done.returncode:
        raise CuratorError(
            f"The demo stopped: {program} {arguments[0]} failed.",
            "See the last lines above.",
        )


def _decide(say: Say, project: Path, clips: Sequence[Clip], *what: str) -> None:
    if clips:
        query = "id:" + ",".join(str(clip.id) for clip in clips)
        _curator(say, "decide", project, "--query", query, *what)


def _clips(project: Path) -> list[Clip]:
    with Project.open(project, write=False) as opened:
        return opened.clips.find()


def _a_clip_of_the_host(truth: Truth, clips: Sequence[Clip]) -> int:
    """Clip with the most speech of the host's first turn."""
    first = truth.host[0].stretches
    if not clips:
        raise CuratorError("The demo stopped: its recording has no clips.")
    return max(clips, key=lambda clip: speech_in(clip.span, first)).id


def _has_an_error(clip: Clip) -> bool:
    return any(finding.severity == "error" for finding in clip.findings)


def _categories(truth: Truth, clips: Sequence[Clip]) -> Mapping[str, list[Clip]]:
    """Undropped host clips by their true category."""
    given: dict[str, list[Clip]] = {}
    for clip in clips:
        utterance = main_utterance(truth, clip.span)
        if utterance and utterance.category and not _has_an_error(clip):
            given.setdefault(utterance.category, []).append(clip)
    return given
