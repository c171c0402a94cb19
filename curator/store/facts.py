"""What machines found out. All of it may be deleted and found again."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from curator.domain.clip import Finding
from curator.domain.clip_query import fold
from curator.domain.fact import (
    ClipFact,
    DeliveryPoint,
    DeliveryVector,
    Edges,
    Fact,
    MapPoint,
    Producer,
    RecordingTranscript,
    Score,
    SpeakerVector,
    Suggestion,
    Transcript,
)
from curator.store.clips import words_of
from curator.store.database import Database
from curator.store.producers import find_producer, mark_recording_done, producer_id

_TABLES: Mapping[type[Fact], str] = {
    Transcript: "transcript",
    Score: "score",
    SpeakerVector: "speaker_vector",
    MapPoint: "map_point",
    DeliveryVector: "delivery_vector",
    DeliveryPoint: "delivery_point",
    Suggestion: "suggestion",
    Edges: "edges",
}

_COLUMNS: Mapping[type[Fact], tuple[str, ...]] = {
    Transcript: (
        "text",
        "text_key",
        "language",
        "confidence",
        "no_speech",
        "compression",
        "words",
    ),
    Score: ("key", "value"),
    SpeakerVector: ("vector",),
    MapPoint: ("x", "y", "cluster"),
    DeliveryVector: ("vector",),
    DeliveryPoint: ("x", "y", "cluster"),
    Suggestion: ("emotion", "probability", "reason"),
    Edges: ("starts_in_word", "ends_in_word", "start_pause", "stop_pause"),
}

_OF_THE_SET: frozenset[type[Fact]] = frozenset({MapPoint, DeliveryPoint, Suggestion})
"""What is found by looking at all clips: an older place or suggestion means nothing beside it."""

FactRow = tuple[object, ...]


class Facts:
    """The facts of a project, each with its producer and the span it is about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, found: Iterable[ClipFact]) -> None:
        """Store facts, each in place of an older one of its kind about the same clip and span.

        Facts about clips that are no longer there are passed over: the clip was cut anew while a
        worker was still looking at it.
        """
        facts = list(found)  # all found before the transaction begins, which others wait for
        with self._database.writing(bulk=True):
            numbers = {
                maker: producer_id(self._database, maker) for maker in {f.made_by for f in facts}
            }
            rows: dict[type[Fact], list[FactRow]] = {}
            for f in facts:
                about = (f.span.start, f.span.stop, numbers[f.made_by])
                row = (*about, *_values(f.fact), f.clip_id)
                rows.setdefault(type(f.fact), []).append(row)
            for kind in _OF_THE_SET & rows.keys():
                self._database.write_many(
                    f"DELETE FROM {_TABLES[kind]} WHERE clip_id = ?",
                    ((row[-1],) for row in rows[kind]),
                )
            for kind, its_rows in rows.items():
                self._database.write_many(_insertion(kind), its_rows)

    def add_transcript(self, found: RecordingTranscript) -> None:
        """Store the words of a whole recording, in place of older ones."""
        transcript = found.transcript
        with self._database.writing(bulk=True):
            self._database.write(
                """
                INSERT OR REPLACE INTO recording_transcript(recording_id, producer_id, text,
                  language, confidence, no_speech, compression, words)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (
                    found.recording_id,
                    producer_id(self._database, found.made_by),
                    transcript.text,
                    transcript.language,
                    transcript.confidence,
                    transcript.no_speech,
                    transcript.compression,
                    _stored_words(transcript),
                ),
            )
            mark_recording_done(self._database, found.recording_id, found.made_by)

    def recording_transcript(self, recording_id: int) -> Transcript | None:
        """The words of a whole recording, or None when it has not been transcribed."""
        row = self._database.read(
            """
            SELECT text, words, language, confidence, no_speech, compression
            FROM recording_transcript WHERE recording_id = ?
            """,
            (recording_id,),
        ).fetchone()
        if row is None:
            return None
        with self._database.as_stored("a recording's transcript"):
            text, words, *rest = row
            return Transcript(text, words_of(words), *rest)

    def recordings_missing(self, producer: Producer) -> list[int]:
        """Recordings that this stage, in this version with these options, is not done with."""
        rows = self._database.read(
            """
            SELECT id FROM recording
            WHERE NOT EXISTS (
              SELECT 1 FROM recording_done AS done
              WHERE done.recording_id = recording.id AND done.producer_id = ?)
            ORDER BY id
            """,
            (find_producer(self._database, producer),),  # None equals nothing, so all are missing
        )
        return [recording for (recording,) in rows]

    def missing(self, producer: Producer, kind: type[Fact]) -> list[int]:
        """Clips as they are cut now that have no fact of this kind by this producer.

        By recording and time.
        """
        rows = self._database.read(
            f"""
            SELECT clip.id FROM present_clip AS clip
            WHERE NOT EXISTS (
              SELECT 1 FROM {_TABLES[kind]} AS fact
              WHERE fact.clip_id = clip.id
                AND fact.start = clip.start
                AND fact.stop = clip.stop
                AND fact.producer_id = ?)
            ORDER BY clip.recording_id, clip.start, clip.stop, clip.id
            """,
            (find_producer(self._database, producer),),  # None equals nothing, so all are missing
        )
        return [clip for (clip,) in rows]

    def vectors(self) -> list[tuple[int, bytes]]:
        """(clip id, speaker vector) of every clip that has one as it is cut now, by clip id."""
        return self._vectors(SpeakerVector)

    def delivery_vectors(self) -> list[tuple[int, bytes]]:
        """(clip id, delivery vector) of every clip that has one as it is cut now, by clip id."""
        return self._vectors(DeliveryVector)

    def map_points(self, without: str = "") -> dict[int, MapPoint]:
        """Where the clips lie on the map as it was last drawn, whatever their edges are now.

        without: the key of a producer whose points are left out.
        """
        rows = self._points("map_point", without)
        return {clip: MapPoint(x, y, cluster) for clip, x, y, cluster in rows}

    def delivery_points(self, without: str = "") -> dict[int, DeliveryPoint]:
        """The same on the delivery map."""
        rows = self._points("delivery_point", without)
        return {clip: DeliveryPoint(x, y, cluster) for clip, x, y, cluster in rows}

    def suggestions(self) -> dict[int, Suggestion]:
        """The likeliest category of each clip that has one suggested, as it is cut now."""
        rows = self._database.read(
            """
            SELECT clip.id, fact.emotion, fact.probability, fact.reason
            FROM present_clip AS clip
            JOIN suggestion AS fact
              ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop
            ORDER BY clip.id
            """
        )
        return {clip: Suggestion(*suggested) for clip, *suggested in rows}

    def set_findings(self, findings: Mapping[int, Sequence[Finding]]) -> None:
        """Put findings about clips as they are cut now in place of all older ones about them."""
        with self._database.writing(bulk=True):
            self._database.write_many(
                "DELETE FROM finding WHERE clip_id = ?", ((clip,) for clip in findings)
            )
            self._database.write_many(
                """
                INSERT INTO finding(clip_id, start, stop, position, key, severity, sentence)
                SELECT id, start, stop, ?, ?, ?, ? FROM clip WHERE id = ?
                """,
                (
                    (position, finding.key, finding.severity, finding.sentence, clip)
                    for clip, its in findings.items()
                    for position, finding in enumerate(its)
                ),
            )

    def project_fact(self, key: str) -> str | None:
        """Something found out about the project as a whole, or None."""
        row = self._database.read("SELECT value FROM project_fact WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_project_fact(self, key: str, text: str | None) -> None:
        """Store something found out about the project as a whole; None forgets it."""
        with self._database.writing(bulk=True):
            if text is None:
                self._database.write("DELETE FROM project_fact WHERE key = ?", (key,))
            else:
                self._database.write(
                    "INSERT OR REPLACE INTO project_fact(key, value) VALUES (?, ?)", (key, text)
                )

    def _points(self, table: str, without: str) -> Iterable[tuple[int, float, float, int]]:
        sql = f"""
            SELECT clip_id, x, y, cluster FROM {table}
            WHERE producer_id NOT IN (SELECT id FROM producer WHERE key = ?)"""
        return self._database.read(sql, (without,))

    def _vectors(self, kind: type[Fact]) -> list[tuple[int, bytes]]:
        return self._database.read(
            f"""
            SELECT clip.id, fact.vector
            FROM present_clip AS clip
            JOIN {_TABLES[kind]} AS fact
              ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop
            ORDER BY clip.id
            """
        ).fetchall()

    def forget(self, producer_key: str) -> int:
        """Delete every fact of a stage or scorer, in any version; returns how many there were."""
        of_producer = "producer_id IN (SELECT id FROM producer WHERE key = ?)"
        forgotten = 0
        with self._database.writing(bulk=True):
            for table in (*_TABLES.values(), "recording_transcript"):
                forgotten += self._database.write(
                    f"DELETE FROM {table} WHERE {of_producer}", (producer_key,)
                ).rowcount
            self._database.write(f"DELETE FROM recording_done WHERE {of_producer}", (producer_key,))
        return forgotten


def _insertion(kind: type[Fact]) -> str:
    """The statement that stores a fact of this kind, if its clip is still there."""
    columns = _COLUMNS[kind]
    marks = ", ".join(["?"] * len(columns))
    return f"""
        INSERT OR REPLACE INTO
          {_TABLES[kind]}(clip_id, start, stop, producer_id, {", ".join(columns)})
        SELECT id, ?, ?, ?, {marks} FROM clip WHERE id = ?
        """


def _values(fact: Fact) -> FactRow:
    """The values of a fact in the order of its columns."""
    if isinstance(fact, Transcript):
        words = _stored_words(fact)
        return (
            fact.text,
            fold(fact.text),
            fact.language,
            fact.confidence,
            fact.no_speech,
            fact.compression,
            words,
        )
    if isinstance(fact, Score):
        return fact.key, fact.value
    if isinstance(fact, SpeakerVector | DeliveryVector):
        return (fact.values,)
    if isinstance(fact, MapPoint | DeliveryPoint):
        return fact.x, fact.y, fact.cluster
    if isinstance(fact, Suggestion):
        return fact.emotion, fact.probability, fact.reason
    return fact.starts_in_word, fact.ends_in_word, fact.start_pause, fact.stop_pause


def _stored_words(transcript: Transcript) -> str:
    return msgspec.json.encode(transcript.words).decode()
