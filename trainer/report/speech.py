"""Speech during training: measures of the test sentences by step."""

from collections.abc import Iterator, Sequence

from trainer.report.blocks import AudioRow, Block, Drawing, Paragraph, Player, Section, Table
from trainer.report.curves import Curve, draw
from trainer.report.figures import NOTHING, Inline, inline
from trainer.report.losses import spaced
from trainer.report.provenance import Address, all_where, line
from trainer.report.run_figures import Event, RunFigures
from trainer.report.run_files import EVENTS
from trainer.report.sounds import as_uri, sound_file

# Key, name and format of the most informative measures.
MEASURES = (
    ("wer", "Word error rate", ".2f"),
    ("similarity", "Similarity to the held-out voice", ".3f"),
    ("dnsmos", "DNSMOS, overall quality (max five)", ".2f"),
    ("run_on", "Overran, share of sentences", ".2f"),
    ("early_stop", "Stopped early, share of sentences", ".2f"),
)
MAX_ROWS = 20  # in the table, evenly spaced
MAX_SOUNDS = 7  # from the last evaluation


def sections(figures: RunFigures) -> Iterator[Section]:
    """The section, if test sentences were synthesised during training."""
    means = sorted(figures.run.events("speech_means"), key=lambda pair: pair[1]["step"])
    if not means:
        return
    result = Section("speech", "Speech during training")
    result.add(Paragraph(_what_was_spoken(figures, means), "quiet"))
    result.add(*_drawings(figures, means))
    result.add(_table(figures, means))
    result.add(*_faults(figures, means))
    result.add(*_audio_rows(figures, means))
    yield result


def _what_was_spoken(figures: RunFigures, means: Sequence[Event]) -> Inline:
    return inline(
        "{} sentences were synthesised at {} evaluations, taking {} minutes in total. Error bars"
        " and"
        " brackets are bootstrap confidence intervals of the mean; where they overlap, a change may"
        " be chance.",
        figures.get("kinds", all_where(EVENTS, {"event": "speech"}, "sentence", "id"), form="d"),
        figures.get("count", all_where(EVENTS, {"event": "speech_means"}, "step"), form="d"),
        figures.get("minutes", all_where(EVENTS, {"event": "speech_means"}, "seconds"), form=".1f"),
    )


def _measure(event: Event, key: str) -> Address:
    """Address of a measure over the sentences of one step."""
    return all_where(EVENTS, {"event": "speech", "step": event[1]["step"]}, "measures", key)


def _drawings(figures: RunFigures, means: Sequence[Event]) -> Iterator[Block]:
    for key, name, _ in MEASURES:
        points, spans = [], []
        for event in means:
            step = float(event[1]["step"])
            mean, low, high = (
                figures.get(how, _measure(event, key)).value for how in ("mean", "low", "high")
            )
            if mean is not None:
                points.append((step, mean))
            if low is not None and high is not None:
                spans.append((step, low, high))
        source = str(all_where(EVENTS, {"event": "speech"}, "measures", key))
        svg = draw([Curve(name, "main", points, source, spans)], None)
        if len(points) > 1 and svg:
            yield Drawing(svg, inline(f"{name}, mean over the sentences"))


def _table(figures: RunFigures, means: Sequence[Event]) -> Table:
    head: list[Inline] = [("step",), ("sentences",), *((name,) for _, name, _ in MEASURES)]
    rows = []
    for event in spaced(means, MAX_ROWS, None):
        spoken = all_where(EVENTS, {"event": "speech", "step": event[1]["step"]}, "sentence", "id")
        row: list[Inline] = [(figures.step(event),), (figures.get("count", spoken, form="d"),)]
        for key, _, form in MEASURES:
            place = _measure(event, key)
            mean, low, high = (
                figures.get(how, place, form=form) for how in ("mean", "low", "high")
            )
            has_interval = low.text != NOTHING
            row.append(inline("{} [{}, {}]", mean, low, high) if has_interval else (mean,))
        rows.append(row)
    return Table(head, rows)


def _faults(figures: RunFigures, means: Sequence[Event]) -> Iterator[Block]:
    """Note on the first failed synthesis, if any."""
    for event in (*figures.run.events("speech"), *means):
        if event[1].get("fault"):
            what = figures.text(line(EVENTS, event[0], "fault"))
            yield Paragraph(
                inline("Synthesis failed at step {}: {}", figures.step(event), what), "note"
            )
            return


def _audio_rows(figures: RunFigures, means: Sequence[Event]) -> Iterator[Block]:
    """Players of the sentences of the last evaluation."""
    step = means[-1][1]["step"]
    last = [pair for pair in figures.run.events("speech") if pair[1]["step"] == step]
    for number, row in [pair for pair in last if pair[1].get("wav")][:MAX_SOUNDS]:
        uri, missing = as_uri(sound_file(figures.run.folder, row["wav"]))
        transcript: Inline = inline(missing) if missing else ()
        if uri and row.get("heard") is not None:
            text = figures.text(line(EVENTS, number, "heard"))
            transcript = (
                inline("Transcript: {}", text) if text.text else inline("Transcript: empty")
            )
        sentence = figures.text(line(EVENTS, number, "sentence", "text"))
        title = inline("Step {}: {}", figures.at((number, row), "step", form="d"), sentence)
        yield AudioRow(title, [Player("synthesised", uri, transcript)])
