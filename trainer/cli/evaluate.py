"""``trainer evaluate RUN``: speak, measure, and say what that shows."""

import argparse
import json
import shutil
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from trainer import __version__
from trainer.bundle.manifest import Bundle
from trainer.cli.commands import print_line
from trainer.errors import TrainerError, WrongUsage
from trainer.evaluate import results
from trainer.evaluate.measures import Voice, measure_all, measures, nothing_measured
from trainer.evaluate.measures.similarity import get_ready
from trainer.evaluate.plan import Planned, kept_steps, plan
from trainer.evaluate.samples import Real, as_sample, held_out, read_real, voice_of
from trainer.evaluate.sentences import Script, read_script
from trainer.evaluate.shipped import shipped_run
from trainer.evaluate.summary import summarise
from trainer.evaluate.summary_text import lines
from trainer.evaluate.voices import speaking
from trainer.runs.files import write_atomically
from trainer.runs.run import Run, open_run
from trainer.speech.listener import Listener
from trainer.speech.sound import Sound, read_sound, write_sound
from trainer.speech.speaker import Speaker
from trainer.speech.synthesis import Manner, say
from trainer.speech.whisper_models import MissingWhisper

SUMMARY = f"{results.FOLDER}/summary.json"


@dataclass(frozen=True, slots=True)
class Work:
    """What an evaluation knows before it speaks. real: held-out clips, measured."""

    run: Run
    bundle: Bundle
    script: Script
    manner: Manner
    listener: Listener
    voice: Voice
    about: dict[str, object]


def evaluate(arguments: argparse.Namespace) -> int:
    """Every kept checkpoint and the base speak, and are measured."""
    run = shipped_run(arguments) if arguments.model else open_run(arguments.run)
    earlier = results.read_results(run.folder)  # refuses a newer version before anything is done
    bundle = run.bundle(arguments.bundle)
    script = read_script(bundle, arguments.sentences or ())
    steps = _steps(run, arguments.checkpoint)
    listener = Listener(arguments.whisper or "")
    manner = Manner(arguments.endings, arguments.candidates, None)
    real = read_real(bundle, held_out(bundle), listener)
    voice = voice_of(bundle, real)
    about = _about(run, bundle, script, steps, listener, voice, manner)
    work = Work(run, bundle, script, manner, listener, voice, about)
    found = _rows_of_real(real, voice)
    results.write_results(run.folder / results.REAL, {**about, "complete": True}, found)
    rows = _samples(work, plan(run, bundle, script, steps, about_speaking(about)), earlier)
    summary = summarise(rows, found)
    text = json.dumps(json.loads(results.as_line(summary)), indent=1, ensure_ascii=False)
    write_atomically(run.folder / SUMMARY, text.encode())
    for line in lines(summary, about, rows, found):
        print_line(line)
    return 0


def about_speaking(about: Mapping[str, object]) -> dict[str, object]:
    """The settings that decide how a sample sounds."""
    return {"endings": about["endings"], "voice": about["voice"]}


def _steps(run: Run, wanted: Sequence[str] | None) -> list[int]:
    """The steps asked for, always with the base before them; all kept ones where none is named."""
    kept = kept_steps(run)
    if not wanted:
        return kept
    chosen = {0}
    for word in wanted:
        if not word.isdigit() or int(word) not in kept:
            there = ", ".join(map(str, kept))
            raise WrongUsage(f"There is no checkpoint {word!r}.", f"There are: {there}.")
        chosen.add(int(word))
    return sorted(chosen)


def _about(
    run: Run,
    bundle: Bundle,
    script: Script,
    steps: Sequence[int],
    listener: Listener,
    voice: Voice,
    manner: Manner,
) -> dict[str, object]:
    """The first line of both files."""
    from trainer.runs.checkpoint import newest

    models: dict[str, str | None] = {}
    languages = {s.language for s in script.sentences} | {c.language for c in bundle.part("eval")}
    for language in sorted(languages):
        try:
            models[language] = Path(listener.name(language)).name
        except MissingWhisper:
            models[language] = None
    last, _ = newest(run.checkpoints)
    prior = voice.prior
    return {
        "format": results.FORMAT,
        "trainer": __version__,
        "manifest_sha256": bundle.manifest_sha256,
        "sentences": list(script.names),
        "sentences_sha256": script.sha256,
        "seeds": list(script.seeds),
        "whisper": models,
        "measures": {measure.name: measure.version for measure in measures()},
        "checkpoints": list(steps),
        "best": last.state.get("best") if last is not None else None,
        "voice": {
            "clips": prior.clips,
            "rate": _six(voice.rate),
            "slowest": _six(prior.high),
            "fastest": _six(prior.low),
        },
        "endings": manner.as_record(),
        "complete": False,
    }


def _six(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _rows_of_real(real: Sequence[Real], voice: Voice) -> list[results.Row]:
    rows: list[results.Row] = []
    for each in real:
        sample = each.sample
        rows.append(
            {
                "clip": each.clip.id,
                "category": each.clip.emotion,
                "text": each.clip.text,
                "seconds": sample.sound.seconds if sample else None,
                "heard": sample.heard if sample else None,
                "measures": measure_all(sample, voice) if sample else nothing_measured(),
                "fault": each.fault or None,
            }
        )
    return [results.as_read(row) for row in rows]


def _samples(
    work: Work, planned: Sequence[Planned], earlier: results.Results | None
) -> list[results.Row]:
    """Every sample's row, spoken and measured only where that was not done before."""
    path = work.run.folder / results.RESULTS
    known = _known(work, earlier)
    done = {each.name: known[each.file] for each in planned if each.file in known}
    results.write_results(path, work.about, done.values())
    (work.run.folder / results.WAVS).mkdir(parents=True, exist_ok=True)
    get_ready()  # before anything is drawn

    def keep(row: results.Row) -> None:
        done[str(row["sample"])] = row
        results.append(path, row)

    for step in dict.fromkeys(each.step for each in planned):
        waiting = [each for each in planned if each.step == step and each.name not in done]
        silent = [each for each in waiting if not _wav(work, each).is_file()]
        voice = speaking(work.run, work.bundle, step) if silent else nullcontext(None)
        with voice as speaker:
            _speak_and_measure(work, waiting, speaker, keep)
        if waiting:
            print_line(f"step {step}: {len(waiting)} samples, {len(silent)} of them spoken now.")
    rows = [results.as_read(done[each.name]) for each in planned]
    results.write_results(path, {**work.about, "complete": True}, rows)
    _remove_others(work, planned)
    return rows


def _known(work: Work, earlier: results.Results | None) -> dict[str, results.Row]:
    """Rows of before by the file they measured, where they would be measured the same today."""
    if earlier is None:
        return {}
    same = ("manifest_sha256", "whisper", "measures", "voice", "sentences_sha256")
    if any(earlier.about.get(key) != work.about[key] for key in same):
        return {}
    found = {}
    for row in earlier.rows:
        wav = row.get("wav")
        if isinstance(wav, str) and (work.run.folder / wav).is_file():
            found[Path(wav).name] = row
    return found


def _wav(work: Work, planned: Planned) -> Path:
    return work.run.folder / results.WAVS / planned.file


def _speak_and_measure(
    work: Work,
    waiting: Sequence[Planned],
    speaker: Speaker | None,
    keep: Callable[[results.Row], None],
) -> None:
    """Give their rows to ``keep`` in order; each is measured in a thread while the next is spoken.

    What speaks draws by chance and what measures does not, so that neither minds the other. What
    was spoken when the person interrupts is still measured.
    """
    waited: deque[Future[results.Row]] = deque()
    with ThreadPoolExecutor(1, "measuring") as thread:
        try:
            for each in waiting:
                spoken = _spoken(work, each, speaker)
                if waited:
                    keep(waited.popleft().result())
                waited.append(thread.submit(_row, work, each, *spoken))
        finally:
            for rest in waited:
                keep(rest.result())


def _spoken(
    work: Work, planned: Planned, speaker: Speaker | None
) -> tuple[Sound | None, str | None]:
    """The sound of a sample, or why there is none."""
    path = _wav(work, planned)
    try:
        if speaker is not None and not path.is_file():
            _speak(work, planned, speaker, path)
        return read_sound(path), None
    except (TrainerError, OSError, RuntimeError) as error:  # spoilt network, missing prompt
        return None, str(error).splitlines()[0]


def _row(work: Work, planned: Planned, sound: Sound | None, fault: str | None) -> results.Row:
    sentence, reference = planned.sentence, planned.reference
    sample = None
    if sound is not None:
        texts = [sentence.text, *sentence.also]
        sample = as_sample(sound, texts, sentence.language, work.listener)
    return {
        "sample": planned.name,
        "checkpoint": planned.step,
        "sentence": sentence.as_row(),
        "seed": planned.seed,
        "wav": f"{results.WAVS}/{planned.file}" if sample else None,
        "prompt": planned.prompt.id,
        "reference": {"clip": reference.id, "text": reference.text} if reference else None,
        "seconds": sample.sound.seconds if sample else None,
        "heard": sample.heard if sample else None,
        "measures": measure_all(sample, work.voice) if sample else nothing_measured(),
        "fault": fault,
    }


def _speak(work: Work, planned: Planned, speaker: Speaker, path: Path) -> None:
    audio = work.bundle.audio(planned.prompt)
    if not audio.is_file():
        raise TrainerError(f"The prompt {planned.prompt.audio} is missing.")
    said = say(
        speaker,
        planned.sentence.text,
        planned.sentence.language,
        [audio],
        planned.seed,
        work.voice.prior,
        work.manner,
        work.listener,
    )
    write_sound(path, said.sound)


def _remove_others(work: Work, planned: Sequence[Planned]) -> None:
    """Sounds of earlier evaluations that nothing names any longer, and what was half written."""
    named = {each.file for each in planned}
    for path in (work.run.folder / results.WAVS).iterdir():
        if path.name not in named and path.is_file():
            path.unlink()
    for path in work.run.folder.glob(".voice-*"):
        shutil.rmtree(path, ignore_errors=True)
