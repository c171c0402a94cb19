"""Command evaluate: synthesise test sentences, measure and summarise them."""

import argparse
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from trainer import __version__
from trainer.bundle.manifest import Bundle
from trainer.cli.commands import print_json
from trainer.errors import TrainerError, WrongUsage
from trainer.evaluate import results
from trainer.evaluate.measures import VoiceStatistics, measure_all, measures, nothing_measured
from trainer.evaluate.measures.similarity import get_ready
from trainer.evaluate.pipeline import pipeline
from trainer.evaluate.plan import Planned, kept_steps, plan
from trainer.evaluate.samples import Real, as_sample, held_out, read_real, voice_of
from trainer.evaluate.sentences import Script, read_script
from trainer.evaluate.shipped import shipped_run
from trainer.evaluate.summary import summarise
from trainer.evaluate.summary_text import lines
from trainer.evaluate.voices import speaking
from trainer.foreign_files import own_folder
from trainer.output import print_line
from trainer.runs.files import remove_leftovers, write_atomically
from trainer.runs.run import Run, open_run
from trainer.speech.sound import Sound, read_sound, write_sound
from trainer.speech.speaker import Speaker
from trainer.speech.synthesis import SpeechRequest, SynthesisSettings, synthesise
from trainer.speech.transcriber import Transcriber
from trainer.speech.whisper_models import MissingWhisper

SUMMARY = f"{results.FOLDER}/summary.json"


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Inputs shared by all samples of an evaluation.

    about: header of the result files. emit: takes progress events, None for none.
    """

    run: Run
    bundle: Bundle
    script: Script
    settings: SynthesisSettings
    transcriber: Transcriber
    voice: VoiceStatistics
    emit: Callable[[Mapping[str, object]], None] | None = None
    about: dict[str, object] = field(default_factory=dict)


def evaluate(arguments: argparse.Namespace) -> int:
    """Synthesise and measure test sentences with the base and all kept checkpoints."""
    run = shipped_run(arguments, print_line) if arguments.model else open_run(arguments.run)
    earlier = results.read_results(run.folder)  # fails early for results of a newer version
    remove_leftovers(run.folder)
    bundle = run.bundle(arguments.bundle)
    script = read_script(bundle, arguments.sentences)
    steps = _steps(run, arguments.checkpoint)
    transcriber = Transcriber(arguments.whisper or "", device=run.config.run.device)
    settings = SynthesisSettings(arguments.endings, arguments.candidates, None)
    emit = print_json if arguments.json else None
    real = read_real(bundle, held_out(bundle), transcriber)
    voice = replace(voice_of(bundle, real), requested=_requested(arguments.quality))
    context = EvaluationContext(run, bundle, script, settings, transcriber, voice, emit)
    about = context.about
    about.update(_header(context, steps))
    real_rows = _rows_of_real(real, voice)
    results.write_results(run.folder / results.REAL, {**about, "complete": True}, real_rows)
    rows = _samples(context, plan(run, bundle, script, steps, about_speaking(about)), earlier)
    summary = summarise(rows, real_rows)
    text = json.dumps(results.as_read(summary), indent=1, ensure_ascii=False)
    write_atomically(run.folder / SUMMARY, text.encode())
    if arguments.json:
        print_json({"event": "finished", "samples": len(rows)})
        return 0
    for line in lines(summary, about, rows, real_rows):
        print_line(line)
    return 0


def _requested(quality: bool | None) -> frozenset[str]:
    """Measures that run on request. quality: None to measure it where that is fast."""
    import torch

    from trainer.evaluate.measures import distillmos

    wanted = torch.cuda.is_available() if quality is None else quality
    if quality and not distillmos.is_available():
        raise TrainerError(
            "DistillMOS is not installed.", 'Install it: pip install "voice-curator[quality]"'
        )
    return frozenset({"distillmos"} if wanted and distillmos.is_available() else ())


def about_speaking(about: Mapping[str, object]) -> dict[str, object]:
    """Settings that affect how a sample sounds."""
    return {"endings": about["endings"], "voice": about["voice"]}


def _steps(run: Run, wanted: Sequence[str] | None) -> list[int]:
    """Requested steps and the base; all kept ones by default."""
    kept = kept_steps(run)
    if not wanted:
        return kept
    steps = {0}
    for name in wanted:
        if not name.isdigit() or int(name) not in kept:
            available = ", ".join(map(str, kept))
            raise WrongUsage(f"There is no checkpoint {name!r}.", f"Available steps: {available}.")
        steps.add(int(name))
    return sorted(steps)


def _header(context: EvaluationContext, steps: Sequence[int]) -> dict[str, object]:
    """Header of both result files."""
    from trainer.runs.checkpoint import newest

    script, transcriber, voice = context.script, context.transcriber, context.voice
    models: dict[str, str | None] = {}
    languages = {s.language for s in script.sentences} | {
        c.language for c in context.bundle.part("eval")
    }
    for language in sorted(languages):
        try:
            models[language] = Path(transcriber.name(language)).name
        except MissingWhisper:
            models[language] = None
    last, _ = newest(context.run.checkpoints)
    prior = voice.prior
    return {
        "format": results.FORMAT,
        "trainer": __version__,
        "manifest_sha256": context.bundle.manifest_sha256,
        "sentences": list(script.names),
        "sentences_sha256": script.sha256,
        "seeds": list(script.seeds),
        "whisper": models,
        "measures": {each.name: each.version for each in measures() if each.runs(voice)},
        "checkpoints": list(steps),
        "best": last.state.get("best") if last is not None else None,
        "voice": {
            "clips": prior.clips,
            "rate": _rounded(voice.rate),
            "slowest": _rounded(prior.high),
            "fastest": _rounded(prior.low),
        },
        "endings": context.settings.as_record(),
        "complete": False,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _rows_of_real(real: Sequence[Real], voice: VoiceStatistics) -> list[results.Row]:
    rows: list[results.Row] = []
    for clip in real:
        sample = clip.sample
        rows.append(
            {
                "clip": clip.clip.id,
                "category": clip.clip.emotion,
                "text": clip.clip.text,
                "seconds": sample.sound.seconds if sample else None,
                "heard": sample.transcript if sample else None,
                "measures": measure_all(sample, voice) if sample else nothing_measured(),
                "fault": clip.fault or None,
            }
        )
    return [results.as_read(row) for row in rows]


def _samples(
    context: EvaluationContext, planned: Sequence[Planned], earlier: results.Results | None
) -> list[results.Row]:
    """Rows of all samples; only missing ones are synthesised and measured."""
    path = context.run.folder / results.RESULTS
    reusable = _reusable_rows(context, earlier)
    done = {sample.name: reusable[sample.file] for sample in planned if sample.file in reusable}
    results.write_results(path, context.about, done.values())
    own_folder(context.run.folder, results.WAVS)
    get_ready()  # loads the encoder before random numbers are drawn

    def progress(**fields: object) -> None:
        if context.emit is not None:
            context.emit({"event": "progress", "done": len(done), "of": len(planned), **fields})

    def keep(row: results.Row) -> None:
        done[str(row["sample"])] = row
        results.append(path, row)
        progress(sample=row["sample"], step=row["checkpoint"])

    progress()

    for step in dict.fromkeys(sample.step for sample in planned):
        remaining = [
            sample for sample in planned if sample.step == step and sample.name not in done
        ]
        unspoken = [sample for sample in remaining if not _wav(context, sample).is_file()]
        voice = speaking(context.run, context.bundle, step) if unspoken else nullcontext(None)
        with voice as speaker:
            _speak_and_measure(context, remaining, speaker, keep)
        if remaining and context.emit is None:
            print_line(f"step {step}: {len(remaining)} samples, {len(unspoken)} newly synthesised.")
    rows = [results.as_read(done[sample.name]) for sample in planned]
    results.write_results(path, {**context.about, "complete": True}, rows)
    _remove_unused(context, planned)
    return rows


def _reusable_rows(
    context: EvaluationContext, earlier: results.Results | None
) -> dict[str, results.Row]:
    """Rows of an earlier evaluation with the same settings, by audio file."""
    if earlier is None:
        return {}
    fields = ("manifest_sha256", "whisper", "measures", "voice", "sentences_sha256")
    if any(earlier.about.get(key) != context.about[key] for key in fields):
        return {}
    by_file = {}
    for row in earlier.rows:
        wav = row.get("wav")
        if isinstance(wav, str) and (context.run.folder / wav).is_file():
            by_file[Path(wav).name] = row
    return by_file


def _wav(context: EvaluationContext, planned: Planned) -> Path:
    return context.run.folder / results.WAVS / planned.file


def _speak_and_measure(
    context: EvaluationContext,
    waiting: Sequence[Planned],
    speaker: Speaker | None,
    keep: Callable[[results.Row], None],
) -> None:
    """Pass rows to ``keep`` in order; measures each sample while the next is synthesised.

    Only synthesis uses random numbers, so the thread does not affect the result. On an interrupt,
    samples that are already synthesised are still measured.
    """
    pipeline(
        waiting,
        lambda sample: _spoken(context, sample, speaker),
        lambda sample, spoken: _row(context, sample, *spoken),
        keep,
    )


def _spoken(
    context: EvaluationContext, planned: Planned, speaker: Speaker | None
) -> tuple[Sound | None, str | None]:
    """(audio, None) of a sample, or (None, error)."""
    path = _wav(context, planned)
    try:
        if speaker is not None and not path.is_file():
            _speak(context, planned, speaker, path)
        return read_sound(path), None
    except (TrainerError, OSError, RuntimeError) as error:  # diverged network, missing prompt
        return None, str(error).splitlines()[0]


def _row(
    context: EvaluationContext, planned: Planned, sound: Sound | None, fault: str | None
) -> results.Row:
    sentence, reference = planned.sentence, planned.reference
    sample = None
    if sound is not None:
        texts = [sentence.text, *sentence.also]
        sample = as_sample(sound, texts, sentence.language, context.transcriber)
    return {
        "sample": planned.name,
        "checkpoint": planned.step,
        "sentence": sentence.as_row(),
        "seed": planned.seed,
        "wav": f"{results.WAVS}/{planned.file}" if sample else None,
        "prompt": planned.prompt.id,
        "reference": {"clip": reference.id, "text": reference.text} if reference else None,
        "seconds": sample.sound.seconds if sample else None,
        "heard": sample.transcript if sample else None,
        "measures": measure_all(sample, context.voice) if sample else nothing_measured(),
        "fault": fault,
    }


def _speak(context: EvaluationContext, planned: Planned, speaker: Speaker, path: Path) -> None:
    audio = context.bundle.audio(planned.prompt)
    if not audio.is_file():
        raise TrainerError(
            f"The prompt {planned.prompt.audio} is missing.", "Export the bundle again."
        )
    sentence = planned.sentence
    request = SpeechRequest(
        sentence.text, sentence.language, [audio], planned.seed, context.settings
    )
    speech = synthesise(speaker, request, context.voice.prior, context.transcriber)
    write_sound(path, speech.sound)


def _remove_unused(context: EvaluationContext, planned: Sequence[Planned]) -> None:
    """Delete unused audio files of earlier evaluations and temporary folders."""
    used = {sample.file for sample in planned}
    for path in (context.run.folder / results.WAVS).iterdir():
        if path.name not in used and path.is_file():
            path.unlink()
    for path in context.run.folder.glob(".voice-*"):
        shutil.rmtree(path, ignore_errors=True)
