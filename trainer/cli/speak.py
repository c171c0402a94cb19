"""``trainer export`` and ``trainer speak``: a run's voice, out of the run."""

import argparse
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.bundle.manifest import Bundle, Clip
from trainer.cli.commands import say
from trainer.errors import TrainerError, WrongUsage

if TYPE_CHECKING:
    from trainer.runs.checkpoint import Checkpoint
    from trainer.runs.run import Run
    from trainer.speech.speaker import Speaker

Arguments = argparse.Namespace
REFERENCE_CLIPS = 3  # sounds kept beside an export as its voice
REFERENCE_S = 6.0  # the stock class hears the first 6 s of each


def export(arguments: Arguments) -> int:
    """Write the trained model as the stock class loads it."""
    from trainer.runs.events import of_kind, read_events
    from trainer.runs.run import choose_checkpoint, open_run

    run = open_run(arguments.run)
    target = arguments.folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} is already there.", "Name another folder.")
    found = choose_checkpoint(run, arguments.checkpoint)
    report = write_export(run, run.bundle(arguments.bundle), found, target)
    evaluations = {event["step"]: event for event in of_kind(read_events(run.folder), "eval")}
    at = evaluations.get(found.step)
    measured = f", mel_ce {at['mel_ce']:.3f} on the evaluation clips" if at else ", not evaluated"
    run.events().add("exported", step=found.step, folder=str(target.resolve()), **report)
    say(f"Step {found.step} was exported to {target}{measured}.")
    if arguments.checkpoint == "best" and found.state.get("best") == 0:
        say("Mind that what the run started from was better than any step of it.")
    return 0


def write_export(
    run: "Run", bundle: Bundle, found: "Checkpoint", target: Path
) -> Mapping[str, object]:
    """Export a checkpoint into ``target``, which is complete or absent."""
    from trainer.backends import open_backend
    from trainer.data.features import cache_folder
    from trainer.training.codebook_check import refuse_untrained
    from trainer.training.session import load_weights

    refuse_untrained(run, found)
    backend = open_backend(run.config, bundle, cache_folder(bundle.folder, run.config))
    network = backend.network()
    backend.adapt(network)
    load_weights(network, found, averaged=True)
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        report = dict(backend.export(network, beside))
        voice = [_copy_reference(bundle, clip, beside) for clip in reference_clips(bundle)]
        about = {
            "run": str(run.folder.resolve()),
            "step": found.step,
            "identity": backend.identity(),
            "manifest_sha256": bundle.manifest_sha256,
            "reference": voice,
            **report,
        }
        (beside / "export.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        if target.is_dir():
            target.rmdir()  # empty, as was made sure before
        beside.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return report


def reference_clips(bundle: Bundle) -> list[Clip]:
    """The training clips nearest to 6 s, whose voice an export speaks in."""
    clips = bundle.part("train") or bundle.clips
    return sorted(clips, key=lambda clip: (abs(clip.duration_s - REFERENCE_S), clip.id))[
        :REFERENCE_CLIPS
    ]


def _copy_reference(bundle: Bundle, clip: Clip, folder: Path) -> str:
    name = f"reference/{clip.id}.wav"
    (folder / "reference").mkdir(exist_ok=True)
    shutil.copyfile(bundle.audio(clip), folder / name)
    return name


def speak(arguments: Arguments) -> int:
    """Speak a text with a run's best checkpoint, through the stock class."""
    from trainer.runs.run import open_run
    from trainer.speech.listener import Listener
    from trainer.speech.own_pace import pace_of
    from trainer.speech.sound import write_sound
    from trainer.speech.synthesis import Manner
    from trainer.speech.synthesis import say as say_well

    if arguments.rate is not None and not 0 < arguments.rate < math.inf:
        raise WrongUsage(
            f"--rate {arguments.rate} is no pace.", "People speak 8 to 20 letters a second."
        )
    run = open_run(arguments.run)
    bundle = run.bundle(arguments.bundle)
    language = arguments.language or bundle.clips[0].language
    if not any(character.isalnum() for character in arguments.text):
        raise TrainerError("There is no text to speak.")
    with _voice(run, bundle, arguments.checkpoint) as (step, speaker):
        prompts = arguments.reference or [bundle.audio(clip) for clip in reference_clips(bundle)]
        arguments.out.resolve().parent.mkdir(parents=True, exist_ok=True)
        said = say_well(
            speaker,
            arguments.text,
            language,
            prompts,
            arguments.seed,
            pace_of(bundle).prior,
            Manner(not arguments.no_endings, arguments.candidates, arguments.rate),
            Listener(),
        )
        write_sound(arguments.out.resolve(), said.sound)
    seconds = said.sound.seconds
    run.events().add(
        "spoken", step=step, text=arguments.text, seconds=seconds, out=str(arguments.out)
    )
    say(f"Step {step} spoke {seconds:.1f} s to {arguments.out}.")
    return 0


@contextmanager
def _voice(run: "Run", bundle: Bundle, wanted: str) -> "Iterator[tuple[int, Speaker]]":
    """A step of a run and its voice; of a model as it was shipped, that is step 0."""
    from trainer.backends import open_backend
    from trainer.data.features import cache_folder
    from trainer.evaluate.voices import speaking
    from trainer.runs.run import choose_checkpoint
    from trainer.speech.speaker import open_speaker

    if run.as_shipped:
        with speaking(run, bundle, 0) as speaker:
            yield 0, speaker
        return
    found = choose_checkpoint(run, wanted)
    backend = open_backend(run.config, bundle, cache_folder(bundle.folder, run.config))
    with tempfile.TemporaryDirectory(prefix="speak-", dir=run.folder) as folder:
        export_to = Path(folder) / "export"
        write_export(run, bundle, found, export_to)
        yield found.step, open_speaker(backend, export_to)
