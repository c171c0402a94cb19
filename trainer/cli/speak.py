"""Commands export and speak."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.cli.commands import print_json
from trainer.errors import TrainerError, WrongUsage
from trainer.output import print_line
from trainer.voice import Voice, VoiceOptions

Arguments = argparse.Namespace
STDIN = Path("-")


def export(arguments: Arguments) -> int:
    """Export a trained model in the format of the original library."""
    from trainer.runs.events import of_kind, read_events
    from trainer.runs.run import choose_checkpoint, open_run
    from trainer.speech.speaker import SamplingSettings
    from trainer.voice.export import write_export

    run = open_run(arguments.run)
    target = arguments.folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} already exists.", "Choose another folder.")
    options = _options(arguments)  # checks them
    sampling = SamplingSettings(options.temperature, options.top_p, options.repetition_penalty)
    saved = choose_checkpoint(run, arguments.checkpoint)
    bundle = run.bundle(arguments.bundle)
    report = write_export(run, bundle, saved, target, sampling, options.rate)
    evaluations = {
        event["step"]: event for event in of_kind(read_events(run.folder, steps=False), "eval")
    }
    evaluation = evaluations.get(saved.step)
    loss: Any = evaluation["mel_ce"] if evaluation else None
    measured = ", not evaluated" if loss is None else f", mel_ce {loss:.3f} on the evaluation clips"
    run.events().add("exported", step=saved.step, folder=str(target.resolve()), **report)
    print_line(f"Exported step {saved.step} to {target}{measured}.")
    if arguments.checkpoint == "best" and saved.state.get("best") == 0:
        print_line("Note: the model the run started from is better than any of its steps.")
    return 0


def speak(arguments: Arguments) -> int:
    """Synthesise a text or a script with a run, an export or a base."""
    from trainer.voice.script import read_lines
    from trainer.voice.speak_script import speak_script

    if (arguments.text is None) == (arguments.script is None):
        raise WrongUsage("Give either --text or --script.")
    options = _options(arguments)
    if arguments.text is not None and not any(map(str.isalnum, arguments.text)):
        raise TrainerError("The text has no letters.", "Give a text with --text.")
    interactive = arguments.script == STDIN
    lines = [] if interactive or arguments.text else read_lines(arguments.script, options)
    with Voice.open(
        arguments.run, checkpoint=arguments.checkpoint, bundle=arguments.bundle
    ) as voice:
        if arguments.text is not None:
            return _speak_text(arguments, voice, options)
        if interactive:
            return _speak_requests(arguments, voice, options)

        def show(row: Mapping[str, Any]) -> None:
            if arguments.json:
                print_json(row)
            else:
                print_line(f"{row['id']}: {row['seconds']:.1f} s{_in_words(row)}")

        rows = speak_script(
            voice, lines, arguments.out, measure=not arguments.no_measure, show=show
        )
    if not arguments.json:
        seconds = sum(row["seconds"] for row in rows)
        print_line(
            f"{len(rows)} lines, {seconds:.1f} s of speech in {arguments.out}."
            f" Worst first: {arguments.out / 'playlist.csv'}"
        )
    return 0


def _options(arguments: Arguments) -> VoiceOptions:
    """Options of the command line."""
    return VoiceOptions(
        category=getattr(arguments, "category", None) or "",
        language=getattr(arguments, "language", None) or "",
        references=tuple(getattr(arguments, "reference", None) or ()),
        seed=getattr(arguments, "seed", 0),
        rate=arguments.rate,
        speed=getattr(arguments, "speed", 1.0),
        temperature=arguments.temperature,
        top_p=arguments.top_p,
        repetition_penalty=arguments.repetition_penalty,
        candidates=getattr(arguments, "candidates", 0),
        endings=not getattr(arguments, "no_endings", False),
    )


def _speak_text(arguments: Arguments, voice: Voice, options: VoiceOptions) -> int:
    """Write one text to one file; a run logs it."""
    from trainer.runs.run import ABOUT, open_run

    spoken = voice.speak(arguments.text, options)
    out: Path = arguments.out.resolve()
    spoken.save(out)
    seconds, step = spoken.sound.seconds, voice.profile.step
    if (arguments.run / ABOUT).is_file():
        run = open_run(arguments.run)
        run.events().add(
            "spoken", step=step, text=arguments.text, seconds=seconds, out=str(arguments.out)
        )
    print_line(f"Step {step}: wrote {seconds:.1f} s of speech to {arguments.out}.")
    return 0


def _speak_requests(arguments: Arguments, voice: Voice, defaults: VoiceOptions) -> int:
    """Speak requests from standard input, one JSON object per line, until it is closed.

    Replies on standard output: {"ready": ...}, then for each request a row without measures as soon
    as its audio is written, and the row with measures; or {"id": ..., "failed": SENTENCE}.
    """
    from trainer.voice.script import json_row, script_line
    from trainer.voice.speak_script import line_key, line_row, measured

    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    profile = voice.profile
    print_json(
        {"ready": profile.name, "step": profile.step, "categories": list(profile.categories)}
    )
    for number, text in enumerate(sys.stdin, start=1):
        row: dict[str, Any] = {}
        try:
            row = json_row(text)
            line = script_line(row, number, defaults, Path())
            spoken = voice.speak(line.text, line.options)
            wav = folder / f"{line.id}.wav"
            spoken.save(wav)
            reply = line_row(voice, line, spoken, wav, line_key(voice, line), measure=False)
            print_json(reply)
            if not arguments.no_measure:
                print_json({**reply, **measured(voice, spoken)})
        except TrainerError as error:
            print_json({"id": row.get("id", f"{number:04d}"), "failed": str(error)})
    return 0


def _in_words(row: Mapping[str, Any]) -> str:
    """Measures of a line, for the terminal."""
    values = row["measures"]
    if values is None:
        return ""
    words = [] if values["wer"] is None else [f"word errors {values['wer']:.0%}"]
    words += ["stopped early"] if values["early_stop"] else []
    words += ["ran on"] if values["run_on"] else []
    return f", {', '.join(words)}" if words else ""
