"""How it sounds, as far as machines can say, and the sounds themselves."""

from collections.abc import Iterator

from trainer.report.blocks import AudioRow, Block, Bullets, Paragraph, Player, Section, Table
from trainer.report.figures import NOTHING, Figure, Inline, inline
from trainer.report.provenance import all_where, line
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import REAL, RESULTS
from trainer.report.samples import Sample, Samples, categories_spoken
from trainer.report.sounds import as_uri

# Key, name, format, and which way is better: -1 lower, 1 higher, 0 nearer to the real clips.
MEASURES = (
    ("wer", "Word errors, share of words", ".1%", -1),
    ("cer", "Character errors", ".1%", -1),
    ("run_on", "Ran on, share of samples", ".1%", -1),
    ("early_stop", "Stopped early, share of samples", ".1%", -1),
    ("repeats", "Words said again", ".2f", -1),
    ("similarity", "Similarity to the held-out voice", ".3f", 1),
    ("dnsmos", "DNSMOS, overall quality of five", ".2f", 1),
    ("pitch_spread", "Spread of pitch, semitones", ".2f", 0),
    ("energy_spread", "Spread of loudness, dB", ".2f", 0),
    ("rate", "Letters a second", ".1f", 0),
    ("roughness", "Change between frames, dB", ".2f", 0),
    ("clipping", "Samples cut off", ".2%", -1),
)
MOST_CHECKPOINTS = 4


def section(figures: RunFigures) -> Section:
    """Measures by checkpoint, and the best and worst of each category to hear."""
    found = Section("quality", "How it sounds")
    samples = Samples(figures.run)
    if not samples.spoken:
        found.add(
            Paragraph(
                inline(
                    "No speech was generated and judged, so nothing can be said about how it"
                    " sounds. `trainer evaluate` speaks fixed sentences with every checkpoint and"
                    " measures them."
                )
            )
        )
        return found
    shipped = samples.shipped
    found.add(Paragraph(_what_was_spoken(figures, samples), "quiet"))
    found.add(_table(figures, samples))
    if not shipped or 0 not in samples.checkpoints:
        found.add(Paragraph(inline("Only one state has spoken, so nothing can be compared.")))
    else:
        found.add(Bullets(list(_differences(figures, samples, shipped))))
    if shipped is not None:
        found.add(Paragraph(inline("To hear: the best and the worst of each category."), "heading"))
        found.add(*audio_rows(samples, shipped))
    return found


def _what_was_spoken(figures: RunFigures, samples: Samples) -> Inline:
    return inline(
        "{} samples of {} sentences; {} real clips that were never trained on were measured the"
        " same way. In brackets: the interval of the mean when samples are drawn again; none"
        " where there are too few. Machines hear words, likeness and noise; whether it moves"
        " anybody they do not hear.",
        figures.get("count", all_where(RESULTS, {}, "sample"), form="d"),
        figures.get("kinds", all_where(RESULTS, {}, "sentence", "id"), form="d"),
        figures.get("count", all_where(REAL, {}, "clip"), form="d"),
    )


def _shown(samples: Samples) -> list[int]:
    """The checkpoints in the table: the base, the shipped one, and the last of the others."""
    steps = samples.checkpoints
    wanted = {steps[0], samples.shipped, *steps[-(MOST_CHECKPOINTS - 1) :]}
    return [step for step in steps if step in wanted][-MOST_CHECKPOINTS:]


def _table(figures: RunFigures, samples: Samples) -> Table:
    steps = _shown(samples)
    head: list[Inline] = [("measure",), ("real clips",)]
    for step in steps:
        number = samples.of(step)[0][0]
        shown = figures.get("value", line(RESULTS, number, "checkpoint"), form="d")
        base = "as shipped" if samples.run.as_shipped else "base"
        head.append((base,) if step == 0 else inline("step {}", shown))
    rows = []
    for key, name, form, _ in MEASURES:
        cells: list[Inline] = [(name,)]
        for place in (
            all_where(REAL, {}, "measures", key),
            *(samples.measured(key, step) for step in steps),
        ):
            mean, low, high = (
                figures.get(how, place, form=form) for how in ("mean", "low", "high")
            )
            sure = low.text != NOTHING
            cells.append(inline("{} [{}, {}]", mean, low, high) if sure else (mean,))
        if any(part != (name,) and _says(part) for part in cells):
            rows.append(cells)
    return Table(head, rows)


def _says(content: Inline) -> bool:
    return any(isinstance(part, Figure) and part.text != NOTHING for part in content)


def _differences(figures: RunFigures, samples: Samples, shipped: int) -> Iterator[Inline]:
    """What the shipped checkpoint does otherwise than the base, sentence by sentence."""
    number = samples.of(shipped)[0][0]
    step = figures.get("value", line(RESULTS, number, "checkpoint"), form="d")
    for key, name, form, better in MEASURES:
        places = samples.by_sentence(key, 0), samples.by_sentence(key, shipped)
        middle, low, high = (
            figures.get(how, *places, form="+" + form)
            for how in ("paired", "paired low", "paired high")
        )
        if middle.value is None:
            continue
        many = figures.get("pairs", *places, form="d")
        if low.value is None or high.value is None:
            yield inline(
                f"{name}: {{}} pairs are too few to compare step {{}} with the base.", many, step
            )
            continue
        if low.value <= 0 <= high.value:
            yield inline(
                f"{name}: {{}} from the base to step {{}}, interval {{}} to {{}} over {{}} pairs."
                " These samples cannot show a difference.",
                middle, step, low, high, many,
            )  # fmt: skip
            continue
        way = "different" if not better else "better" if middle.value * better > 0 else "worse"
        yield inline(
            f"{name}: {way} than the base at step {{}}, by {{}} (interval {{}} to {{}}, {{}}"
            " pairs).",
            step, middle, low, high, many,
        )  # fmt: skip


def audio_rows(samples: Samples, checkpoint: int) -> Iterator[Block]:
    """Best and worst of each category with what it was to sound like and a real clip."""
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
    """A sample, the voice it was to sound like, and a real clip, beside each other."""
    number, row = sample
    kind = row["sentence"]["category"]
    name: Figure | str = "no category"
    if kind is not None:
        name = samples.get("text", line(RESULTS, number, "sentence", "category"), form="s")
    text = samples.get("text", line(RESULTS, number, "sentence", "text"), form="s")
    title = inline(f"{{}}, {rank}: {{}}", name, (text))
    return AudioRow((*title, " (", *samples.why(sample), ")"), players(samples, sample))


def players(samples: Samples, sample: Sample) -> list[Player]:
    """The three sounds of a sample."""
    number, row = sample
    uri, missing = as_uri(samples.wav(row))
    heard: Inline = ()
    if row.get("heard") is not None:
        found = samples.get("text", line(RESULTS, number, "heard"), form="s")
        heard = inline("Heard: {}", found) if found.text else inline("Whisper heard nothing.")
    sounds = [Player("synthesised", uri, inline(missing) if missing else heard)]
    reference = row.get("reference") or {}
    for label, clip in (("reference", row.get("prompt")), ("real voice", reference.get("clip"))):
        path, text = samples.clip(clip)
        if clip is None:
            sounds.append(Player(label, "", inline("The category has no held-out clip.")))
            continue
        if label == "real voice" and clip == row.get("prompt"):
            sounds.append(Player(label, "", inline("The category holds out no other clip.")))
            continue
        if samples.run.bundle is None:
            sounds.append(Player(label, "", inline("The bundle is not here.")))
            continue
        uri, missing = as_uri(path)
        note = (
            inline(missing) if missing or text is None else (samples.get("text", text, form="s"),)
        )
        sounds.append(Player(label, uri, note))
    return sounds
