"""How the voice changed on the way: the sentences it spoke while it trained, step by step."""

from collections.abc import Iterator, Sequence

from trainer.report.blocks import AudioRow, Block, Drawing, Paragraph, Player, Section, Table
from trainer.report.curves import Curve, draw
from trainer.report.figures import NOTHING, Inline, inline
from trainer.report.losses import spaced
from trainer.report.provenance import Address, all_where, line
from trainer.report.run_figures import Event, RunFigures
from trainer.report.run_files import EVENTS
from trainer.report.sounds import as_uri

# Key, name and format; those that say most about whether it got better.
MEASURES = (
    ("wer", "Word errors, share of words", ".2f"),
    ("similarity", "Similarity to the held-out voice", ".3f"),
    ("dnsmos", "DNSMOS, overall quality of five", ".2f"),
    ("run_on", "Ran on, share of sentences", ".2f"),
    ("early_stop", "Stopped early, share of sentences", ".2f"),
)
MOST_ROWS = 20  # of the table; of more evaluations, evenly spaced ones
MOST_SOUNDS = 7  # of the last evaluation: one of each category of a quiz show


def sections(figures: RunFigures) -> Iterator[Section]:
    """The section, where anything was spoken while it trained."""
    means = sorted(figures.run.events("speech_means"), key=lambda pair: pair[1]["step"])
    if not means:
        return
    found = Section("speech", "How it sounded on the way")
    found.add(Paragraph(_what_was_spoken(figures, means), "quiet"))
    found.add(*_drawings(figures, means))
    found.add(_table(figures, means))
    found.add(*_faults(figures, means))
    found.add(*_audio_rows(figures, means))
    yield found


def _what_was_spoken(figures: RunFigures, means: Sequence[Event]) -> Inline:
    return inline(
        "The voice of the moment spoke {} sentences at {} evaluations, which took {} minutes"
        " altogether. The upright strokes, and the brackets below, are intervals of the mean when"
        " sentences are drawn again; strokes that reach over each other leave it open whether"
        " anything changed.",
        figures.get("kinds", all_where(EVENTS, {"event": "speech"}, "sentence", "id"), form="d"),
        figures.get("count", all_where(EVENTS, {"event": "speech_means"}, "step"), form="d"),
        figures.get("minutes", all_where(EVENTS, {"event": "speech_means"}, "seconds"), form=".1f"),
    )


def _place(event: Event, key: str) -> Address:
    """A measure of the sentences of one step."""
    return all_where(EVENTS, {"event": "speech", "step": event[1]["step"]}, "measures", key)


def _drawings(figures: RunFigures, means: Sequence[Event]) -> Iterator[Block]:
    for key, name, _ in MEASURES:
        points, spans = [], []
        for event in means:
            step = float(event[1]["step"])
            mean, low, high = (
                figures.get(how, _place(event, key)).value for how in ("mean", "low", "high")
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
    for event in spaced(means, MOST_ROWS, None):
        spoken = all_where(EVENTS, {"event": "speech", "step": event[1]["step"]}, "sentence", "id")
        row: list[Inline] = [(figures.step(event),), (figures.get("count", spoken, form="d"),)]
        for key, _, form in MEASURES:
            place = _place(event, key)
            mean, low, high = (
                figures.get(how, place, form=form) for how in ("mean", "low", "high")
            )
            sure = low.text != NOTHING
            row.append(inline("{} [{}, {}]", mean, low, high) if sure else (mean,))
        rows.append(row)
    return Table(head, rows)


def _faults(figures: RunFigures, means: Sequence[Event]) -> Iterator[Block]:
    """Why nothing was spoken, where that is so."""
    for event in (*figures.run.events("speech"), *means):
        if event[1].get("fault"):
            what = figures.text(line(EVENTS, event[0], "fault"))
            yield Paragraph(
                inline("At step {} something failed: {}", figures.step(event), what), "note"
            )
            return


def _audio_rows(figures: RunFigures, means: Sequence[Event]) -> Iterator[Block]:
    """The last sentences, to hear."""
    step = means[-1][1]["step"]
    last = [pair for pair in figures.run.events("speech") if pair[1]["step"] == step]
    for number, row in [pair for pair in last if pair[1].get("wav")][:MOST_SOUNDS]:
        uri, missing = as_uri(figures.run.folder / row["wav"])
        heard: Inline = inline(missing) if missing else ()
        if uri and row.get("heard") is not None:
            text = figures.text(line(EVENTS, number, "heard"))
            heard = inline("Heard: {}", text) if text.text else inline("Whisper heard nothing.")
        shown = figures.text(line(EVENTS, number, "sentence", "text"))
        title = inline("Step {}: {}", figures.at((number, row), "step", form="d"), shown)
        yield AudioRow(title, [Player("synthesised", uri, heard)])
