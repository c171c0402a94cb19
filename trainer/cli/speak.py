"""Commands export and speak."""

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
from trainer.cli.commands import print_line
from trainer.errors import TrainerError, WrongUsage

if TYPE_CHECKING:
    from trainer.runs.checkpoint import Checkpoint
    from trainer.runs.run import Run
    from trainer.speech.speaker import Speaker

Arguments = argparse.Namespace
REFERENCE_CLIPS = 3  # clips exported as reference audio
REFERENCE_S = 6.0  # the original library uses the first 6 s of each


def export(arguments: Arguments) -> int:
    """Export a trained model in the format of the original library."""
    from trainer.runs.events import of_kind, read_events
    from trainer.runs.run import choose_checkpoint, open_run

    run = open_run(arguments.run)
    target = arguments.folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} already exists.", "Choose another folder.")
    saved = choose_checkpoint(run, arguments.checkpoint)
    report = write_export(run, run.bundle(arguments.bundle), saved, target)
    evaluations = {event["step"]: event for event in of_kind(read_events(run.folder), "eval")}
    evaluation = evaluations.get(saved.step)
    measured = (
        f", mel_ce {evaluation['mel_ce']:.3f} on the evaluation clips"
        if evaluation
        else ", not evaluated"
    )
    run.events().add("exported", step=saved.step, folder=str(target.resolve()), **report)
    print_line(f"Exported step {saved.step} to {target}{measured}.")
    if arguments.checkpoint == "best" and saved.state.get("best") == 0:
        print_line("Note: the model the run started from is better than any of its steps.")
    return 0


def write_export(
    run: "Run", bundle: Bundle, saved: "Checkpoint", target: Path
) -> Mapping[str, object]:
    """Export a checkpoint into ``target``, atomically."""
    from trainer.families import open_backend
    from trainer.training.codebook_check import refuse_stale_codes
    from trainer.training.session import load_weights

    refuse_stale_codes(run, saved)
    backend = open_backend(run.config, bundle)
    network = backend.network()
    backend.adapt(network)
    load_weights(network, saved, averaged=True)
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        report = dict(backend.export(network, temporary))
        references = [_copy_reference(bundle, clip, temporary) for clip in reference_clips(bundle)]
        about = {
            "run": str(run.folder.resolve()),
            "step": saved.step,
            "identity": backend.identity(),
            "manifest_sha256": bundle.manifest_sha256,
            "reference": references,
            **report,
        }
        (temporary / "export.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        if target.is_dir():
            target.rmdir()  # empty, as checked before
        temporary.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return report


def reference_clips(bundle: Bundle) -> list[Clip]:
    """Training clips closest to 6 s, the reference audio of an export."""
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
    """Synthesise a text with a checkpoint of a run."""
    from trainer.runs.run import open_run
    from trainer.speech.pace import pace_of
    from trainer.speech.sound import write_sound
    from trainer.speech.synthesis import SpeechRequest, SynthesisSettings, synthesise
    from trainer.speech.transcriber import Transcriber

    if arguments.rate is not None and not 0 < arguments.rate < math.inf:
        raise WrongUsage(
            f"--rate {arguments.rate} is not a valid rate.",
            "People speak 8 to 20 letters per second.",
        )
    run = open_run(arguments.run)
    bundle = run.bundle(arguments.bundle)
    language = arguments.language or bundle.clips[0].language
    if not any(character.isalnum() for character in arguments.text):
        raise TrainerError("The text has no letters.", "Give a text with --text.")
    with _voice(run, bundle, arguments.checkpoint) as (step, speaker):
        prompts = arguments.reference or [bundle.audio(clip) for clip in reference_clips(bundle)]
        arguments.out.resolve().parent.mkdir(parents=True, exist_ok=True)
        settings = SynthesisSettings(not arguments.no_endings, arguments.candidates, arguments.rate)
        request = SpeechRequest(arguments.text, language, prompts, arguments.seed, settings)
        speech = synthesise(speaker, request, pace_of(bundle).prior, Transcriber())
        write_sound(arguments.out.resolve(), speech.sound)
    seconds = speech.sound.seconds
    run.events().add(
        "spoken", step=step, text=arguments.text, seconds=seconds, out=str(arguments.out)
    )
    print_line(f"Step {step}: wrote {seconds:.1f} s of speech to {arguments.out}.")
    return 0


@contextmanager
def _voice(run: "Run", bundle: Bundle, wanted: str) -> "Iterator[tuple[int, Speaker]]":
    """Step and speaker of a run; step 0 for a released model."""
    from trainer.backends.open_speaker import open_speaker
    from trainer.evaluate.voices import speaking
    from trainer.families import open_backend
    from trainer.runs.run import choose_checkpoint

    if run.as_shipped:
        with speaking(run, bundle, 0) as speaker:
            yield 0, speaker
        return
    saved = choose_checkpoint(run, wanted)
    backend = open_backend(run.config, bundle)
    with tempfile.TemporaryDirectory(prefix="speak-", dir=run.folder) as folder:
        export_to = Path(folder) / "export"
        write_export(run, bundle, saved, export_to)
        yield saved.step, open_speaker(backend, export_to)
