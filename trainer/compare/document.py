"""The comparison as sections, and as one object for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from trainer.compare import Compared
from trainer.compare.data import Change, by_category, change_between, minutes
from trainer.compare.outcome import Outcome, losses, measures, obstacles
from trainer.compare.settings import differing
from trainer.report.blocks import Block, Bullets, Details, Paragraph, Report, Section, Table
from trainer.report.figures import Figure, Inline, inline, plain
from trainer.report.provenance import Address, line
from trainer.report.quality import MEASURES
from trainer.report.rows import Row
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import ABOUT, EVENTS
from trainer.report.targets import in_words, results

NAMED = 12  # clips listed of each change
NAMES = {"mel_ce": "mel_ce on the same clips", **{key: name for key, name, _, _ in MEASURES}}


def as_document(compared: Compared) -> Report:
    """Sections on runs, data, settings and outcome."""
    sections = [_runs(compared), _outcome(compared), _data(compared), _settings(compared)]
    names: list[str | Figure] = []
    for label in compared.runs:
        names += [", "] if names else []
        names.append(_label(label))
    return Report("runs compared", tuple(names), _lead(compared), sections)


def as_object(compared: Compared) -> dict[str, Any]:
    """The same for programs."""
    first = compared.runs[compared.first]
    return {
        "runs": [
            {
                "run": label,
                "folder": str(run.folder),
                "state": run.verdict.state,
                "best_step": run.verdict.best_at,
                "best": run.verdict.best,
                "minutes": minutes(run),
                "notes": [plain(note) for note in run.notes],
            }
            for label, run in compared.runs.items()
        ],
        "data": {
            label: _change_object(change_between(first, compared.runs[label]))
            for label in compared.others
        },
        "settings": differing(compared.runs),
        "obstacles": obstacles(compared),
        "outcome": [
            {
                "run": outcome.run,
                "measure": outcome.measure,
                "category": outcome.category,
                "difference": outcome.difference.value,
                "low": outcome.low.value,
                "high": outcome.high.value,
                "pairs": outcome.pairs,
                "shown": outcome.shown,
                "better": outcome.better if outcome.shown else 0,
            }
            for outcome in (*losses(compared), *measures(compared))
        ],
    }


def _change_object(change: Change | None) -> Mapping[str, object] | None:
    if change is None:
        return None
    return {
        "added": [row["id"] for row in change.added],
        "dropped": [row["id"] for row in change.dropped],
        "relabelled": [
            {"clip": two["id"], "before": one["emotion"], "after": two["emotion"]}
            for one, two in change.relabelled
        ],
        "text_changed": [
            {"clip": two["id"], "before": one["text"], "after": two["text"]}
            for one, two in change.retexted
        ],
        "recut": [two["id"] for _, two in change.recut],
        "other_sound": [two["id"] for _, two in change.recleaned],
        "other_rate": [two["id"] for _, two in change.rerated],
        "other_side": [two["id"] for _, two in change.moved],
        "categories": by_category(change),
    }


def _label(label: str) -> Figure:
    return Figure(label, label, "folder", "s", (f"{label}/{ABOUT}",))


def _lead(compared: Compared) -> list[Block]:
    """What can be said in a sentence each."""
    content: list[Block] = []
    outcomes = [*losses(compared), *(each for each in measures(compared) if each.category is None)]
    for label in compared.others:
        mine = [each for each in outcomes if each.run == label]
        better = [NAMES[each.measure] for each in mine if each.shown and each.better > 0]
        worse = [NAMES[each.measure] for each in mine if each.shown and each.better < 0]
        parts = [
            f"{word}: {', '.join(names)}"
            for word, names in (("better", better), ("worse", worse))
            if names
        ]
        nothing = "no difference can be shown" if mine else "nothing can be compared"
        says = "; ".join(parts) or nothing
        said = inline(f"{{}} against {{}}: {says}.", _label(label), _label(compared.first))
        content.append(Paragraph(said, "ship"))
        if better or worse:
            content.append(
                Paragraph(
                    inline(
                        "Whether that is due to the data or to the settings the runs cannot say"
                        " where both differ."
                    ),
                    "quiet",
                )
            )
    for label, run in compared.runs.items():
        if checked := in_words(results(RunFigures(run))):
            content.append(Paragraph(inline(f"{{}}, targets: {checked}.", _label(label)), "quiet"))
    return content


def _runs(compared: Compared) -> Section:
    content = Section("runs", "Runs")
    head: list[Inline] = [
        (title,)
        for title in (
            "run", "minutes", "clips", "steps", "first", "best", "at step", "gain", "verdict",
        )
    ]  # fmt: skip
    rows = []
    for label, run in compared.runs.items():
        figures = RunFigures(run)
        start = run.started
        cells: list[Inline] = [
            (_label(label),),
            (figures.get("minutes", _event(start[0], "seconds"), form=".1f"),),
            (figures.at(start, "clips", "train", form="d"),),
            (figures.at(start, "total_steps", form="d"),),
        ]
        if run.best is None:
            cells += [("–",), ("–",), ("–",), ("–",)]
        else:
            one = _event(run.evaluations[0][0], run.metric)
            two = _event(run.best[0], run.metric)
            cells += [
                (figures.get("value", one),),
                (figures.get("value", two),),
                (figures.step(run.best),),
                (figures.get("gain", one, two, form=".1%"),),
            ]
        cells.append((run.verdict.state.replace("_", " "),))
        rows.append(cells)
    content.add(Table(head, rows))
    notes = [
        (_label(label), ": ", *note) for label, run in compared.runs.items() for note in run.notes
    ]
    if notes:
        content.add(Bullets(notes))
    return content


def _event(number: int, *path: str) -> Address:
    return line(EVENTS, number, *path)


def _outcome(compared: Compared) -> Section:
    content = Section("outcome", "Outcome")
    for label, reasons in obstacles(compared).items():
        content.add(*(Paragraph((_label(label), ": ", reason), "note") for reason in reasons))
    outcomes = [*losses(compared), *measures(compared)]
    if not outcomes:
        content.add(
            Paragraph(
                inline("There is nothing to compare: evaluate both runs with `trainer evaluate`.")
            )
        )
        return content
    head: list[Inline] = [
        ("run",), ("measure",), ("difference",), ("interval",), ("pairs",), ("",),
    ]  # fmt: skip
    whole = [_row(each) for each in outcomes if each.category is None]
    content.add(Table(head, whole))
    kinds = sorted({each.category for each in outcomes if each.category is not None})
    for kind in kinds:
        rows = [_row(each) for each in outcomes if each.category == kind]
        content.add(Details((kind,), [Table(head, rows)]))
    return content


def _row(outcome: Outcome) -> list[Inline]:
    sure = outcome.low.value is not None
    return [
        (_label(outcome.run),),
        (NAMES[outcome.measure],),
        (outcome.difference,),
        inline("{} to {}", outcome.low, outcome.high) if sure else ("–",),
        ("–" if outcome.pairs is None else str(outcome.pairs),),
        outcome.sentence,
    ]


def _data(compared: Compared) -> Section:
    content = Section("data", "Data")
    first = compared.runs[compared.first]
    for label in compared.others:
        content.add(
            Paragraph(inline("{} against {}:", _label(label), _label(compared.first)), "heading")
        )
        change = change_between(first, compared.runs[label])
        if change is None:
            content.add(
                Paragraph(inline("One of the bundles is not here, so they cannot be compared."))
            )
        elif not _differs(change):
            rates = " Their sound is written at another rate." if change.rerated else ""
            content.add(
                Paragraph(inline(f"The same clips with the same texts and categories.{rates}"))
            )
        else:
            content.add(_categories(change), Bullets(list(_changes(change))))
    return content


def _differs(change: Change) -> bool:
    return bool(
        change.added
        or change.dropped
        or change.relabelled
        or change.retexted
        or change.recut
        or change.recleaned
        or change.moved
    )


def _categories(change: Change) -> Table:
    counts = by_category(change)
    columns = ("before", "after", "added", "dropped", "came", "left", "retexted")
    titles = (*columns[:4], "relabelled to", "relabelled from", "other text")
    rows: list[list[Inline]] = [
        [(kind,), *((str(counts[kind][name]),) for name in columns)] for kind in counts
    ]
    return Table([("category",), *((title,) for title in titles)], rows)


def _changes(change: Change) -> Iterator[Inline]:
    for name, ids in (
        ("Added", [row["id"] for row in change.added]),
        ("Dropped", [row["id"] for row in change.dropped]),
        ("Relabelled", [_other(pair, "emotion") for pair in change.relabelled]),
        ("Other text", [_other(pair, "text") for pair in change.retexted]),
        ("Other edges", [b["id"] for _, b in change.recut]),
        ("Other sound", [b["id"] for _, b in change.recleaned]),
        ("Other side of the split", [b["id"] for _, b in change.moved]),
    ):
        if ids:
            more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
            yield (f"{name}, {len(ids)}: {', '.join(ids[:NAMED])}{more}.",)


def _other(pair: tuple[Row, Row], key: str) -> str:
    before, after = pair
    return f"{after['id']} ({before[key]} to {after[key]})"


def _settings(compared: Compared) -> Section:
    content = Section("settings", "Settings")
    different = differing(compared.runs)
    if not different:
        content.add(Paragraph(inline("The same in all.")))
        return content
    head: list[Inline] = [("setting",), *((_label(label),) for label in compared.runs)]
    rows: list[list[Inline]] = [
        [(key,), *((_shown(values[label]),) for label in compared.runs)]
        for key, values in different.items()
    ]
    content.add(Table(head, rows))
    return content


def _shown(value: object) -> str:
    return "" if value is None else str(value)
