"""Colouring for a choice of the tool bar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.domain.emotion import EmotionSet
from curator.ui.map import colouring as by
from curator.ui.map.colouring import Colouring
from curator.ui.map.map_clips import MapClips, MapType
from curator.ui.map.measures import Measure
from curator.ui.map.tool_bar import CLUSTER, FINDING, RECORDING, STATE, SUGGESTED
from curator.ui.theme import Roles


@dataclass(frozen=True, slots=True, eq=False)
class ColourChoice:
    """key: of the tool bar. measure, values: the score and its values, where it is one."""

    key: str
    map_type: MapType
    measure: Measure | None = None
    values: NDArray[np.float64] | None = None


def colouring_of(
    choice: ColourChoice, clips: MapClips, emotions: EmotionSet, roles: Roles
) -> Colouring:
    """Legend entry of every clip. clips: must be read."""
    key, columns = choice.key, clips.columns
    if key == STATE:
        return by.by_state(columns, emotions, roles)
    if key == SUGGESTED:
        return by.by_suggestion(columns, clips.suggested(), emotions, roles)
    if key == CLUSTER:
        stored = MapType.SPEAKER if choice.map_type is MapType.SCORES else choice.map_type
        clusters = clips.aligned(stored).clusters
        return by.by_cluster(clusters, roles, queryable=stored is MapType.SPEAKER)
    if key == RECORDING:
        return by.by_recording(columns, clips.recordings, roles)
    if key.startswith(FINDING):
        return by.by_finding(key.removeprefix(FINDING))(columns, emotions, roles)
    if choice.measure is not None and choice.values is not None:
        return by.by_measure(choice.values, choice.measure, roles)
    return by.by_category(columns, emotions, roles)
