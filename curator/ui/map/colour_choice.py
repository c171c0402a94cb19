"""Which kinds of clips the choice of a colour means."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.domain.emotion import EmotionSet
from curator.ui.map import colouring as by
from curator.ui.map.colouring import Colouring
from curator.ui.map.map_clips import MapClips, Places
from curator.ui.map.measures import Measure
from curator.ui.map.tool_bar import CLUSTER, FINDING, MEASURE, RECORDING, STATE, SUGGESTED
from curator.ui.theme import Roles


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """key: a choice of the tool bar. values: of the measure, where it is one."""

    key: str
    place: Places
    values: NDArray[np.float64] | None
    measures: Mapping[str, Measure]


def colouring_of(wanted: Wanted, clips: MapClips, emotions: EmotionSet, roles: Roles) -> Colouring:
    """Every clip's kind. clips: that were read."""
    key, columns = wanted.key, clips.columns
    if key == STATE:
        return by.by_state(columns, emotions, roles)
    if key == SUGGESTED:
        return by.by_suggestion(columns, clips.suggested(), emotions, roles)
    if key == CLUSTER:
        stored = Places.VOICE if wanted.place is Places.SCORES else wanted.place
        return by.by_cluster(clips.laid_out(stored).clusters, roles, asked=stored is Places.VOICE)
    if key == RECORDING:
        return by.by_recording(columns, clips.recordings, roles)
    if key.startswith(FINDING):
        return by.by_finding(key.removeprefix(FINDING))(columns, emotions, roles)
    if key.startswith(MEASURE) and wanted.values is not None:
        return by.by_measure(wanted.values, wanted.measures[key.removeprefix(MEASURE)], roles)
    return by.by_category(columns, emotions, roles)
