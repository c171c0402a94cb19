"""Clips of a project, with the decisions and facts about them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from curator.domain.clip import Clip, Finding
from curator.domain.clip_query import Query
from curator.domain.decision import State
from curator.domain.errors import CuratorError, printable
from curator.domain.fact import Edges, MapPoint, NewClip, RecordingCut, Transcript
from curator.domain.span import Span
from curator.store import clip_rows, clip_search
from curator.store.connection import Cursor, Row
from curator.store.database import Database
from curator.store.fact_tables import words_of
from curator.store.producers import mark_recording_done
from curator.store.recordings import Recordings
from curator.store.resegment import OldClip, plan

_IN_TIME = "ORDER BY clip.recording_id, clip.start, clip.stop, clip.id"


class SeenClip(NamedTuple):
    """Row of the view ``clip_seen``: a clip with its decision and facts at its present span."""

    id: int
    recording_id: int
    start: int
    stop: int
    pause_group: int
    state: str
    text: str
    text_decided: int
    emotion: str | None
    machine_text: str
    words: str | None
    language: str
    confidence: float
    no_speech: float
    compression: float
    starts_in_word: float | None
    ends_in_word: float
    start_pause: int | None
    stop_pause: int | None
    x: float | None
    y: float
    cluster: int


_SEEN = f"SELECT {', '.join(SeenClip._fields)} FROM clip_seen AS clip"
_DECIDED = """(
    SELECT clip_id FROM decision
    UNION
    SELECT voiced.value FROM project_decision, json_each('[' || project_decision.value || ']')
      AS voiced WHERE field = 'voice'
)"""


class Clips:
    """The clips of a project."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recordings = Recordings(database)

    def get(self, clip_id: int) -> Clip:
        """Clip by id. Raises CuratorError if there is none."""
        clips = self._read([clip_id])
        if not clips:
            raise CuratorError(f"There is no clip {clip_id} in the project.")
        return clips[0]

    def find(self, query: Query | None = None) -> list[Clip]:
        """Clips that match a query, by recording and time."""
        with self._database.reading():
            return self._read(self.ids(query) if query and query.terms else None)

    def ids(self, query: Query | None = None) -> list[int]:
        """Ids of the clips that match a query, by recording and time."""
        where, values = clip_search.condition(query or Query())
        rows = self._database.read(
            f"SELECT clip.id FROM present_clip AS clip WHERE {where} {_IN_TIME}", values
        )
        return [clip_id for (clip_id,) in rows]

    def origins(self, recording_id: int) -> dict[int, str]:
        """Origin of each clip of a recording: "cut" or "person"."""
        return dict(
            self._database.read(
                "SELECT id, origin FROM present_clip WHERE recording_id = ? ORDER BY id",
                (recording_id,),
            )
        )

    def count(self, query: Query | None = None) -> int:
        """Number of clips that match a query."""
        where, values = clip_search.condition(query or Query())
        (count,) = self._database.read(
            f"SELECT COUNT(*) FROM present_clip AS clip WHERE {where}", values
        ).fetchone()
        return int(count)

    def count_decided(self) -> int:
        """Number of clips that a new segmentation leaves as they are."""
        (count,) = self._database.read(
            f"SELECT COUNT(*) FROM present_clip WHERE origin = 'person' OR id IN {_DECIDED}"
        ).fetchone()
        return int(count)

    def recordings_without_cut(self) -> list[int]:
        """Recordings with clips from a list and none from segmentation."""
        rows = self._database.read(
            "SELECT recording_id FROM present_clip GROUP BY recording_id "
            "HAVING SUM(origin = 'cut') = 0 ORDER BY recording_id"
        )
        return [recording for (recording,) in rows]

    def spans(self, ids: Iterable[int] | None = None) -> list[tuple[int, int, Span]]:
        """(clip id, recording id, present span), by recording and time; None: of all clips."""
        where, values = _among(ids)
        rows = self._database.read(
            f"""
            SELECT id, recording_id, start, stop
            FROM present_clip AS clip WHERE {where} {_IN_TIME}
            """,
            values,
        )
        with self._database.as_stored("a clip"):
            return [(clip, recording, Span(start, stop)) for clip, recording, start, stop in rows]

    def rows(
        self,
        what: str,
        clips: Iterable[int] | None = None,
        score: str = "",
        first: int | None = None,
    ) -> list[Row]:
        """Rows for lists of very many clips; see `curator.store.clip_rows`."""
        return clip_rows.read(self._database, what, clips, score, first)

    def moved(self) -> set[int]:
        """Clips with boundaries moved by a person."""
        rows = self._database.read(
            "SELECT id FROM present_clip WHERE start <> cut_start OR stop <> cut_stop"
        )
        return {clip for (clip,) in rows}

    def replace_cut(self, cut: RecordingCut) -> int:
        """Replace undecided clips by those of a new segmentation.

        Clips with a decision stay unchanged; a new clip that overlaps one by more than half of the
        shorter is left out. A clip with the same span as before keeps its facts. Returns the
        number of clips in the recording.
        """
        with self._database.writing(bulk=True):
            new = plan(self._old_clips(cut.recording_id), cut.clips)
            self._database.write_many("DELETE FROM clip WHERE id = ?", ((id_,) for id_ in new.go))
            self._database.write_many(
                "UPDATE clip SET pause_group = ? WHERE id = ?",
                ((group, clip) for clip, group in new.pause_groups.items()),
            )
            self._add(cut.recording_id, new.come)
            mark_recording_done(self._database, cut.recording_id, cut.made_by)
            (count,) = self._database.read(
                "SELECT COUNT(*) FROM present_clip WHERE recording_id = ?", (cut.recording_id,)
            ).fetchone()
        return int(count)

    def _old_clips(self, recording_id: int) -> list[OldClip]:
        rows = self._database.read(
            f"""
            SELECT id, start, stop, cut_start, cut_stop, origin = 'person' OR id IN {_DECIDED}
            FROM present_clip WHERE recording_id = ?
            """,
            (recording_id,),
        )
        with self._database.as_stored("a clip"):
            return [
                OldClip(clip, Span(start, stop), Span(cut_start, cut_stop), bool(is_decided))
                for clip, start, stop, cut_start, cut_stop, is_decided in rows
            ]

    def _add(self, recording_id: int, clips: Sequence[NewClip]) -> None:
        self._database.write_many(
            """
            INSERT INTO clip(recording_id, cut_start, cut_stop, start, stop, pause_group, origin)
            VALUES (?, ?, ?, ?, ?, ?, 'cut')
            """,
            ((recording_id, *2 * (c.span.start, c.span.stop), c.pause_group) for c in clips),
        )

    def _read(self, ids: Sequence[int] | None) -> list[Clip]:
        """Clips by recording and time. ids: None for all."""
        where, values = _among(ids)
        with self._database.reading(), clip_rows.few_collections():
            recordings = self._names_and_rates()
            scores = self._scores(where, values)
            findings = self._findings(where, values)
            with self._database.as_stored("a clip"):
                rows = self._database.read(f"{_SEEN} WHERE {where} {_IN_TIME}", values)
                return [
                    _clip(
                        row,
                        *recordings[row.recording_id],
                        scores.get(row.id, {}),
                        findings.get(row.id, ()),
                    )
                    for row in map(SeenClip._make, rows)
                ]

    def _names_and_rates(self) -> dict[int, tuple[str, int]]:
        return {r.id: (printable(r.name), r.rate) for r in self._recordings.all()}

    def _scores(self, where: str, values: Sequence[object]) -> Mapping[int, dict[str, float]]:
        scores: defaultdict[int, dict[str, float]] = defaultdict(dict)
        for clip_id, key, value in self._facts("score", "fact.key, fact.value", where, values):
            scores[clip_id][key] = value
        return scores

    def _findings(self, where: str, values: Sequence[object]) -> Mapping[int, tuple[Finding, ...]]:
        columns = "fact.key, fact.severity, fact.sentence"
        findings: dict[int, tuple[Finding, ...]] = {}
        for clip_id, *finding in self._facts("finding", columns, where, values):
            findings[clip_id] = (*findings.get(clip_id, ()), Finding(*finding))
        return findings

    def _facts(self, table: str, columns: str, where: str, values: Sequence[object]) -> Cursor:
        """Rows of a fact table at the present spans of clips."""
        assert table in ("score", "finding")
        return self._database.read(
            f"""
            SELECT fact.clip_id, {columns}
            FROM present_clip AS clip
            JOIN {table} AS fact
              ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop
            WHERE {where}
            ORDER BY fact.clip_id{", fact.position" if table == "finding" else ""}
            """,
            values,
        )


def _among(ids: Iterable[int] | None) -> clip_search.Condition:
    """Condition that selects these ids; None: all clips."""
    if ids is None:
        return "TRUE", []
    return "clip.id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]


def _clip(
    row: SeenClip, name: str, rate: int, scores: dict[str, float], findings: tuple[Finding, ...]
) -> Clip:
    transcript = edges = point = None
    if row.words is not None:
        transcript = Transcript(
            text=row.machine_text,
            words=words_of(row.words),
            language=row.language,
            confidence=row.confidence,
            no_speech=row.no_speech,
            compression=row.compression,
        )
    if row.starts_in_word is not None:
        edges = Edges(row.starts_in_word, row.ends_in_word, row.start_pause, row.stop_pause)
    if row.x is not None:
        point = MapPoint(row.x, row.y, row.cluster)
    return Clip(
        id=row.id,
        recording_id=row.recording_id,
        recording=name,
        rate=rate,
        span=Span(row.start, row.stop),
        pause_group=row.pause_group,
        state=State(row.state),
        text=row.text,
        text_decided=bool(row.text_decided),
        emotion=row.emotion,
        transcript=transcript,
        edges=edges,
        map=point,
        scores=scores,
        findings=findings,
    )
