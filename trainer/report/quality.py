"""Speech quality: automatic measures by checkpoint, with audio samples."""

from collections.abc import Iterator

from trainer.evaluate.measures import measures
from trainer.report.blocks import AudioRow, Block, Bullets, Paragraph, Player, Section, Table
from trainer.report.figures import NOTHING, Figure, Inline, inline
from trainer.report.provenance import all_where, line
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import REAL, RESULTS
from trainer.report.samples import Sample, Samples, categories_spoken
from trainer.report.sounds import as_uri

# Key, name, format, and direction of improvement: -1 lower, 1 higher, 0 nearer the real clips.
MEASURES = (
    ("wer", "Word error rate", ".1%", -1),
    ("cer", "Character error rate", ".1%", -1),
    ("run_on", "Overran, share of samples", ".1%", -1),
    ("early_stop", "Stopped early, share of samples", ".1%", -1),
    ("repeats", "Repeated words", ".2f", -1),
    ("similarity", "Similarity to the held-out voice", ".3f", 1),
    ("dnsmos", "DNSMOS, overall quality (max five)", ".2f", 1),
    ("pitch_spread", "Pitch standard deviation, semitones", ".2f", 0),
    ("energy_spread", "Loudness standard deviation, dB", ".2f", 0),
    ("rate", "Letters per second", ".1f", 0),
    ("roughness", "Change between frames, dB", ".2f", 0),
    ("clipping", "Clipped samples", ".2%", -1),
)
MAX_CHECKPOINTS = 4


def section(figures: RunFigures) -> Section:
    """Measures by checkpoint, with the best and worst sample of each category."""
    result = Section("quality", "Speech quality")
    samples = Samples(figures.run)
    if not samples.spoken:
        result.add(
            Paragraph(
                inline(
                    "Not evaluated. `trainer evaluate` synthesises fixed sentences with every"
                    " checkpoint and measures them."
                )
            )
        )
        return result
    shipped = samples.shipped
    result.add(Paragraph(_what_was_spoken(figures, samples), "quiet"))
    result.add(_table(figures, samples))
    if not shipped or 0 not in samples.checkpoints:
        result.add(
            Paragraph(inline("Only one checkpoint was evaluated, so there is no comparison."))
        )
    else:
        result.add(Bullets(list(_differences(figures, samples, shipped))))
    if shipped is not None:
        result.add(Paragraph(inline("Best and worst sample of each category"), "heading"))
        result.add(*audio_rows(samples, shipped))
    return result


def _what_was_spoken(figures: RunFigures, samples: Samples) -> Inline:
    return inline(
        "{} samples of {} sentences; {} held-out real clips were measured the same way. In"
        " brackets:"
        " bootstrap confidence interval of the mean, omitted for too few samples. Automatic"
        " measures cover words, similarity and noise, not expressiveness.",
        figures.get("count", all_where(RESULTS, {}, "sample"), form="d"),
        figures.get("kinds", all_where(RESULTS, {}, "sentence", "id"), form="d"),
        figures.get("count", all_where(REAL, {}, "clip"), form="d"),
    )


def _shown(samples: Samples) -> list[int]:
    """Checkpoints in the table: the base, the recommended one and the last of the others."""
    steps = samples.checkpoints
    wanted = {steps[0], samples.shipped, *steps[-(MAX_CHECKPOINTS - 1) :]}
    return [step for step in steps if step in wanted][-MAX_CHECKPOINTS:]


def _shown_measures() -> Iterator[tuple[str, str, str, int]]:
    """Rows of the table, then those that measures add themselves."""
    yield from MEASURES
    for measure in measures():
        yield from measure.shown


def _table(figures: RunFigures, samples: Samples) -> Table:
    steps = _shown(samples)
    head: list[Inline] = [("measure",), ("real clips",)]
    for step in steps:
        number = samples.of(step)[0][0]
        shown = figures.get("value", line(RESULTS, number, "checkpoint"), form="d")
        base = "released model" if samples.run.as_shipped else "base"
        head.append((base,) if step == 0 else inline("step {}", shown))
    rows = []
    for key, name, form, _ in _shown_measures():
        cells: list[Inline] = [(name,)]
        for place in (
            all_where(REAL, {}, "measures", key),
            *(samples.measured(key, step) for step in steps),
        ):
            mean, low, high = (
                figures.get(how, place, form=form) for how in ("mean", "low", "high")
            )
            has_interval = low.text != NOTHING
            cells.append(inline("{} [{}, {}]", mean, low, high) if has_interval else (mean,))
        if any(part != (name,) and _has_value(part) for part in cells):
            rows.append(cells)
    return Table(head, rows)


def _has_value(content: Inline) -> bool:
    return any(isinstance(part, Figure) and part.text != NOTHING for part in content)


def _differences(figures: RunFigures, samples: Samples, shipped: int) -> Iterator[Inline]:
    """Paired differences of the recommended checkpoint from the base, by sentence."""
    number = samples.of(shipped)[0][0]
    step = figures.get("value", line(RESULTS, number, "checkpoint"), form="d")
    for key, name, form, direction in _shown_measures():
        places = samples.by_sentence(key, 0), samples.by_sentence(key, shipped)
        mean, low, high = (
            figures.get(how, *places, form="+" + form)
            for how in ("paired", "paired low", "paired high")
        )
        if mean.value is None:
            continue
        pairs = figures.get("pairs", *places, form="d")
        if low.value is None or high.value is None:
            yield inline(
                f"{name}: {{}} pairs are too few to compare step {{}} with the base.", pairs, step
            )
            continue
        if low.value <= 0 <= high.value:
            yield inline(
                f"{name}: {{}} from the base to step {{}}, interval {{}} to {{}} over {{}} pairs:"
                " not significant.",
                mean, step, low, high, pairs,
            )  # fmt: skip
            continue
        way = "different" if not direction else "better" if mean.value * direction > 0 else "worse"
        yield inline(
            f"{name}: {way} than the base at step {{}}, by {{}} (interval {{}} to {{}}, {{}}"
            " pairs).",
            step, mean, low, high, pairs,
        )  # fmt: skip


def audio_rows(samples: Samples, checkpoint: int) -> Iterator[Block]:
    """Players of the best and worst sample of each category."""
    for kind in categories_spoken(samples.of(checkpoint)):
        ends = samples.ends(checkpoint, kind)
        if ends is None:
            for sample in samples.of(checkpoint, kind):
                yield audio_row(samples, sample, "only sample")
            continue
        best, worst = ends
        yield audio_row(samples, worst, "worst")
        yield audio_row(samples, best, "best")


def audio_row(samples: Samples, sample: Sample, rank: str) -> AudioRow:
    """Players of a sample, its reference and a real clip."""
    number, row = sample
    kind = row["sentence"]["category"]
    name: Figure | str = "no category"
    if kind is not None:
        name = samples.get("text", line(RESULTS, number, "sentence", "category"), form="s")
    text = samples.get("text", line(RESULTS, number, "sentence", "text"), form="s")
    title = inline(f"{{}}, {rank}: {{}}", name, (text))
    return AudioRow((*title, " (", *samples.why(sample), ")"), players(samples, sample))


def players(samples: Samples, sample: Sample) -> list[Player]:
    """Players of a sample, its reference and a real clip of the category."""
    number, row = sample
    uri, missing = as_uri(samples.wav(row))
    transcript: Inline = ()
    if row.get("heard") is not None:
        words = samples.get("text", line(RESULTS, number, "heard"), form="s")
        transcript = inline("Transcript: {}", words) if words.text else inline("Transcript: empty")
    sounds = [Player("synthesised", uri, inline(missing) if missing else transcript)]
    reference = row.get("reference") or {}
    for label, clip in (("reference", row.get("prompt")), ("real voice", reference.get("clip"))):
        path, text = samples.clip(clip)
        if clip is None:
            sounds.append(Player(label, "", inline("No held-out clip in this category.")))
            continue
        if label == "real voice" and clip == row.get("prompt"):
            sounds.append(Player(label, "", inline("No other held-out clip in this category.")))
            continue
        if samples.run.bundle is None:
            sounds.append(Player(label, "", inline("The bundle is not available.")))
            continue
        uri, missing = as_uri(path)
        note = (
            inline(missing) if missing or text is None else (samples.get("text", text, form="s"),)
        )
        sounds.append(Player(label, uri, note))
    return sounds
