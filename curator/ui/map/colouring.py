"""Colourings of the map: each clip belongs to one legend entry with a mark and a name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from curator.domain.emotion import EmotionSet
from curator.ui.clip_data.clip_columns import STATES, ClipColumns
from curator.ui.finding_titles import finding_title
from curator.ui.map.marks import DOT, SHAPES
from curator.ui.map.measures import Measure
from curator.ui.theme import Roles, luminance

Codes = NDArray[np.uint8]  # (clips,)

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#D55E00", "#CC79A7", "#0072B2", "#F0E442")
MAX_ENTRIES = 28
"""Clusters or recordings with an entry of their own; the rest share one."""

SCALE_LIGHT = ("#1b2a73", "#4b2fa8", "#8a2fb0", "#c22f86", "#dd4f5b", "#dd7a2a", "#bd9400")
SCALE_DARK = ("#7a6ff5", "#a668f0", "#cf63d8", "#ee6fae", "#fb8b83", "#fdb260", "#f7e24f")
"""From low to high. Each contrasts with the background of its theme, and lightness is monotonic, so
that the scale is readable without hues."""

STEPS = len(SCALE_LIGHT)
OUTER = 0.01
"""Quantile at each end that is included in the outermost step."""


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """Clips with the same mark. term: query for them, "" if there is none."""

    name: str
    colour: str
    shape: str
    letter: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """entries: at least one, in legend order. codes: index of each clip's entry."""

    entries: tuple[LegendEntry, ...]
    codes: Codes

    def counts(self, among: NDArray[np.bool_]) -> list[int]:
        """Number of these clips in each entry."""
        counts: list[int] = np.bincount(self.codes[among], minlength=len(self.entries)).tolist()
        return counts


def _text(text: str) -> str:
    return QCoreApplication.translate("Colouring", text)


def by_category(columns: ClipColumns, emotions: EmotionSet, roles: Roles) -> Colouring:
    """Categories in their own colours; clips without one last."""
    entries = [
        LegendEntry(e.name, e.colour, SHAPES[n % len(SHAPES)], e.sign, f"emotion:{e.key}")
        for n, e in enumerate(emotions.emotions)
    ]
    entries.append(LegendEntry(_text("No category"), roles.edge, DOT, term="emotion:none"))
    index = {e.key: n for n, e in enumerate(emotions.emotions)}
    numbers = [index.get(key, len(index)) for key in columns.emotions]
    return Colouring(tuple(entries), _looked_up(columns.column("emotion"), numbers, len(index)))


def by_state(columns: ClipColumns, _emotions: EmotionSet, roles: Roles) -> Colouring:
    """Kept, dropped and undecided clips."""
    entries = (
        LegendEntry(_text("Kept"), roles.kept, "disc", term="state:kept"),
        LegendEntry(_text("Dropped"), roles.dropped, "cross", term="state:dropped"),
        LegendEntry(_text("Undecided"), roles.edge, DOT, term="state:undecided"),
    )
    order = [("kept", "dropped", "undecided").index(str(state)) for state in STATES]
    return Colouring(entries, np.array(order, np.uint8)[columns.column("state")])


def by_suggestion(
    columns: ClipColumns, suggested: Mapping[int, str], emotions: EmotionSet, roles: Roles
) -> Colouring:
    """Category suggested for each clip."""
    index = {e.key: n for n, e in enumerate(emotions.emotions)}
    codes = np.full(len(columns), len(index), np.uint8)
    pairs = [(clip, index[key]) for clip, key in suggested.items() if key in index]
    if pairs:
        ids, numbers = np.array(pairs, np.int64).T
        exists = np.isin(ids, columns.ids)
        codes[columns.positions(ids[exists])] = numbers[exists]
    entries = [replace(e, term="") for e in by_category(columns, emotions, roles).entries]
    entries[-1] = replace(entries[-1], name=_text("No suggestion"))
    return Colouring(tuple(entries), codes)


def by_cluster(clusters: NDArray[np.int64], roles: Roles, *, queryable: bool) -> Colouring:
    """Clusters of a map, the largest first. queryable: whether a query knows them."""
    names = [number for number, count in _most_common(clusters[clusters >= 0]) if count]
    entries = [
        _numbered(
            _text("Cluster %1").replace("%1", str(name)), n, f"cluster:{name}" if queryable else ""
        )
        for n, name in enumerate(names)
    ]
    rest = LegendEntry(_text("Other"), roles.edge, DOT)
    return _of_values(clusters, names, entries, rest)


def by_recording(columns: ClipColumns, names: dict[int, str], roles: Roles) -> Colouring:
    """Recordings, the largest first. names: by recording id."""
    of = columns.column("recording")
    numbers = [number for number, count in _most_common(of) if count]
    entries = [_numbered(names.get(each, str(each)), n, "") for n, each in enumerate(numbers)]
    rest = LegendEntry(_text("Other recordings"), roles.edge, DOT)
    return _of_values(of, numbers, entries, rest)


def by_finding(key: str) -> Callable[[ClipColumns, EmotionSet, Roles], Colouring]:
    """Clips with and without a finding. key: of the finding, "any" for all."""

    def colour(columns: ClipColumns, _emotions: EmotionSet, roles: Roles) -> Colouring:
        if key == "any":
            error, warning = columns.column("errors") > 0, columns.column("warnings") > 0
            entries: tuple[LegendEntry, ...] = (
                LegendEntry(_text("Error"), roles.error, "triangle", term="finding:any"),
                LegendEntry(_text("Warning"), roles.warning, "diamond", term="finding:any"),
                LegendEntry(_text("No finding"), roles.edge, DOT, term="finding:none"),
            )
            codes = np.where(error, 0, np.where(warning, 1, 2))
        else:
            entries = (
                LegendEntry(finding_title(key), roles.error, "triangle", term=f"finding:{key}"),
                LegendEntry(_text("Without"), roles.edge, DOT, term=f"-finding:{key}"),
            )
            codes = np.where(columns.column(f"finding:{key}"), 0, 1)
        return Colouring(entries, codes.astype(np.uint8))

    return colour


def by_measure(values: NDArray[np.float64], measure: Measure, roles: Roles) -> Colouring:
    """Score in colour steps from low to high; clips without it last."""
    scale = SCALE_DARK if luminance(roles.surface) < 0.5 else SCALE_LIGHT
    limits = step_limits(values)
    entries = []
    for n, colour in enumerate(scale):
        low, high = (
            (measure.format(limits[n]), measure.format(limits[n + 1])) if limits.size else ("", "")
        )
        first, last = n == 0, n == STEPS - 1
        parts = [] if first else [f"{measure.key}>={limits[n]:.6g}"] if limits.size else []
        parts += [] if last or not limits.size else [f"{measure.key}<{limits[n + 1]:.6g}"]
        name = f"< {high}" if first else f"≥ {low}" if last else f"{low} – {high}"
        entries.append(LegendEntry(name, colour, "disc", term=" ".join(parts)))
    entries.append(LegendEntry(_text("No value"), roles.edge, DOT))
    codes = np.full(values.size, STEPS, np.uint8)
    is_known = np.isfinite(values)
    if limits.size:
        codes[is_known] = np.searchsorted(limits[1:-1], values[is_known], side="right")
    return Colouring(tuple(entries), codes)


def step_limits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limits of the colour steps, rounded, shape (STEPS + 1,); empty without values."""
    known = values[np.isfinite(values)]
    if not known.size:
        return np.zeros(0)
    low, high = np.quantile(known, [OUTER, 1 - OUTER])
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    digits = int(np.floor(np.log10((high - low) / STEPS)))
    inner = np.linspace(low, high, STEPS + 1)[1:-1]
    rounded = np.round(inner, 1 - digits)
    return np.concatenate([[min(low, known.min())], rounded, [max(high, known.max())]])


def _numbered(name: str, number: int, term: str) -> LegendEntry:
    """Entry by its number; the first 56 all have different marks."""
    colour, shape = OKABE_ITO[number % len(OKABE_ITO)], SHAPES[number % len(SHAPES)]
    return LegendEntry(name, colour, shape, term=term)


def _most_common(values: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Values with their counts, the most common first, at most MAX_ENTRIES."""
    unique, counts = np.unique(values, return_counts=True)
    order = np.lexsort((unique, -counts))[:MAX_ENTRIES]
    return [(int(unique[i]), int(counts[i])) for i in order]


def _of_values(
    values: NDArray[np.int64],
    names: Sequence[int],
    entries: Sequence[LegendEntry],
    rest: LegendEntry,
) -> Colouring:
    codes = np.full(values.size, len(entries), np.uint8)
    if names:
        order = np.argsort(names)
        ordered = np.array(names)[order]
        at = np.searchsorted(ordered, values).clip(max=len(names) - 1)
        is_named = ordered[at] == values
        codes[is_named] = order[at[is_named]]
    return Colouring((*entries, rest), codes)


def _looked_up(codes: NDArray[np.int16], numbers: Sequence[int], missing: int) -> Codes:
    """Map codes through a table; -1 becomes ``missing``."""
    return np.array([*numbers, missing], np.uint8)[codes]  # -1 is the last one
