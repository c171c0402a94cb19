"""By what clips are coloured: every clip is of one of a few kinds, each with a mark and a name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from curator.domain.emotion import EmotionSet
from curator.ui.clip_data.clip_columns import STATES, ClipColumns
from curator.ui.map.marks import DOT, SHAPES
from curator.ui.map.measures import Measure
from curator.ui.theme import Roles, luminance

Codes = NDArray[np.uint8]  # (clips,)

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#D55E00", "#CC79A7", "#0072B2", "#F0E442")
MOST_KINDS = 28
"""Of clusters or recordings; the rest are told together."""

SCALE_LIGHT = ("#1b2a73", "#4b2fa8", "#8a2fb0", "#c22f86", "#dd4f5b", "#dd7a2a", "#bd9400")
SCALE_DARK = ("#7a6ff5", "#a668f0", "#cf63d8", "#ee6fae", "#fb8b83", "#fdb260", "#f7e24f")
"""From low to high. Each stands out from the ground of its theme, and grows lighter or darker
steadily enough to be followed without seeing hues."""

STEPS = len(SCALE_LIGHT)
OUTER = 0.01
"""The share of clips at each end that the outermost steps also hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Clips that look alike. term: of a query that finds them, "" if there is none."""

    name: str
    colour: str
    shape: str
    letter: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """kinds: in the order of the legend, at least one. codes: which of them each clip is."""

    kinds: tuple[Kind, ...]
    codes: Codes

    def counts(self, among: NDArray[np.bool_]) -> list[int]:
        """How many of these clips are of each kind."""
        found = np.bincount(self.codes[among], minlength=len(self.kinds))
        return [int(count) for count in found]


def _said(text: str) -> str:
    return QCoreApplication.translate("Colouring", text)


def by_category(columns: ClipColumns, emotions: EmotionSet, roles: Roles) -> Colouring:
    """Categories in the project's colours, clips without one last."""
    kinds = [
        Kind(e.name, e.colour, SHAPES[n % len(SHAPES)], e.name[:1].upper(), f"emotion:{e.key}")
        for n, e in enumerate(emotions.emotions)
    ]
    kinds.append(Kind(_said("No category"), roles.edge, DOT, term="emotion:none"))
    place = {e.key: n for n, e in enumerate(emotions.emotions)}
    numbers = [place.get(key, len(place)) for key in columns.emotions]
    return Colouring(tuple(kinds), _looked_up(columns.column("emotion"), numbers, len(place)))


def by_state(columns: ClipColumns, _emotions: EmotionSet, roles: Roles) -> Colouring:
    """Kept, dropped and undecided clips."""
    kinds = (
        Kind(_said("Kept"), roles.kept, "disc", term="state:kept"),
        Kind(_said("Dropped"), roles.dropped, "cross", term="state:dropped"),
        Kind(_said("Undecided"), roles.edge, DOT, term="state:undecided"),
    )
    order = [("kept", "dropped", "undecided").index(str(state)) for state in STATES]
    return Colouring(kinds, np.array(order, np.uint8)[columns.column("state")])


def by_suggestion(
    columns: ClipColumns, suggested: Mapping[int, str], emotions: EmotionSet, roles: Roles
) -> Colouring:
    """The category that is suggested for each clip."""
    found = by_category(columns, emotions, roles)
    place = {e.key: n for n, e in enumerate(emotions.emotions)}
    codes = np.full(len(columns), len(place), np.uint8)
    known = [(clip, place[key]) for clip, key in suggested.items() if key in place]
    if known:
        ids, numbers = np.array(known, np.int64).T
        there = np.isin(ids, columns.ids)
        codes[columns.positions(ids[there])] = numbers[there]
    kinds = [replace(kind, term="") for kind in found.kinds]
    kinds[-1] = replace(kinds[-1], name=_said("Nothing suggested"))
    return Colouring(tuple(kinds), codes)


def by_cluster(clusters: NDArray[np.int64], roles: Roles, *, asked: bool) -> Colouring:
    """Clusters of a map, the largest first. asked: whether a query can ask for them."""
    names = [number for number, count in _commonest(clusters[clusters >= 0]) if count]
    kinds = [
        _numbered(
            _said("Cluster %1").replace("%1", str(name)), n, f"cluster:{name}" if asked else ""
        )
        for n, name in enumerate(names)
    ]
    rest = Kind(_said("In no large cluster"), roles.edge, DOT)
    return _of_values(clusters, names, kinds, rest)


def by_recording(columns: ClipColumns, names: dict[int, str], roles: Roles) -> Colouring:
    """Recordings, the one with most clips first. names: of recordings by number."""
    of = columns.column("recording")
    numbers = [number for number, count in _commonest(of) if count]
    kinds = [_numbered(names.get(each, str(each)), n, "") for n, each in enumerate(numbers)]
    rest = Kind(_said("Other recordings"), roles.edge, DOT)
    return _of_values(of, numbers, kinds, rest)


def by_finding(key: str) -> Callable[[ClipColumns, EmotionSet, Roles], Colouring]:
    """Whether something was found about clips; "any" for anything."""

    def colour(columns: ClipColumns, _emotions: EmotionSet, roles: Roles) -> Colouring:
        if key == "any":
            error, warning = columns.column("errors") > 0, columns.column("warnings") > 0
            kinds: tuple[Kind, ...] = (
                Kind(_said("An error"), roles.error, "triangle", term="finding:any"),
                Kind(_said("A warning"), roles.warning, "diamond", term="finding:any"),
                Kind(_said("Nothing found"), roles.edge, DOT, term="finding:none"),
            )
            codes = np.where(error, 0, np.where(warning, 1, 2))
        else:
            kinds = (
                Kind(key.replace("_", " "), roles.error, "triangle", term=f"finding:{key}"),
                Kind(_said("Not found"), roles.edge, DOT, term=f"-finding:{key}"),
            )
            codes = np.where(columns.column(f"finding:{key}"), 0, 1)
        return Colouring(kinds, codes.astype(np.uint8))

    return colour


def by_measure(values: NDArray[np.float64], measure: Measure, roles: Roles) -> Colouring:
    """A number in steps of colour from low to high, clips without it last."""
    scale = SCALE_DARK if luminance(roles.surface) < 0.5 else SCALE_LIGHT
    limits = step_limits(values)
    kinds = []
    for n, colour in enumerate(scale):
        low, high = (
            (measure.said(limits[n]), measure.said(limits[n + 1])) if limits.size else ("", "")
        )
        first, last = n == 0, n == STEPS - 1
        parts = [] if first else [f"{measure.key}>={limits[n]:.6g}"] if limits.size else []
        parts += [] if last or not limits.size else [f"{measure.key}<{limits[n + 1]:.6g}"]
        name = f"< {high}" if first else f"≥ {low}" if last else f"{low} – {high}"
        kinds.append(Kind(name, colour, "disc", term=" ".join(parts)))
    kinds.append(Kind(_said("Not known"), roles.edge, DOT))
    codes = np.full(values.size, STEPS, np.uint8)
    known = np.isfinite(values)
    if limits.size:
        codes[known] = np.searchsorted(limits[1:-1], values[known], side="right")
    return Colouring(tuple(kinds), codes)


def step_limits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the steps of colour begin and end, at round numbers; none without any value."""
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


def _numbered(name: str, place: int, term: str) -> Kind:
    """A kind that is one of many: no two of the first 56 look alike."""
    colour, shape = OKABE_ITO[place % len(OKABE_ITO)], SHAPES[place % len(SHAPES)]
    return Kind(name, colour, shape, term=term)


def _commonest(values: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Values and how often they occur, the commonest first, as many as are told apart."""
    found, counts = np.unique(values, return_counts=True)
    order = np.lexsort((found, -counts))[:MOST_KINDS]
    return [(int(found[i]), int(counts[i])) for i in order]


def _of_values(
    values: NDArray[np.int64], names: Sequence[int], kinds: Sequence[Kind], rest: Kind
) -> Colouring:
    codes = np.full(values.size, len(kinds), np.uint8)
    if names:
        order = np.argsort(names)
        ordered = np.array(names)[order]
        at = np.searchsorted(ordered, values).clip(max=len(names) - 1)
        known = ordered[at] == values
        codes[known] = order[at[known]]
    return Colouring((*kinds, rest), codes)


def _looked_up(codes: NDArray[np.int16], numbers: Sequence[int], missing: int) -> Codes:
    """Numbers in place of codes; -1 is ``missing``."""
    return np.array([*numbers, missing], np.uint8)[codes]  # -1 is the last one
