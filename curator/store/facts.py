"""Facts of a project: results of stages and scorers, recomputable."""

import json
from collections.abc import Iterable, Mapping, Sequence

from curator.domain.clip import Finding
from curator.domain.fact import (
    FACT_NAMES,
    SET_FACTS,
    ClipFact,
    DeliveryPoint,
    DeliveryVector,
    Fact,
    MapPoint,
    Producer,
    RecordingTranscript,
    SpeakerVector,
    Suggestion,
    Transcript,
)
from curator.store.database import Database
from curator.store.fact_tables import COLUMNS, RECORDING_COLUMNS, marks, names, words_of
from curator.store.producers import find_producer, mark_recording_done, producer_id
from curator.store.recordings import Recordings

STATED_LANGUAGES = "stated_languages"
"""Key of a project fact: language codes by clip, as JSON."""


class Facts:
    """Stored facts, each with its producer and its span."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, clip_facts: Iterable[ClipFact]) -> None:
        """Store facts, each replacing an older one of its kind about the same clip and span.

        Facts about clips that no longer exist are skipped: the recording was cut again while a
        worker computed them.
        """
        facts = list(clip_facts)  # computed before the transaction, which blocks other writers
        with self._database.writing(bulk=True):
            numbers = {
                maker: producer_id(self._database, maker) for maker in {f.made_by for f in facts}
            }
            rows: dict[type[Fact], list[tuple[object, ...]]] = {}
            for f in facts:
                about = (f.span.start, f.span.stop, numbers[f.made_by])
                values = (column.value(f.fact) for column in COLUMNS[type(f.fact)])
                rows.setdefault(type(f.fact), []).append((*about, *values, f.clip_id))
            for kind in SET_FACTS & rows.keys():
                self._database.write_many(
                    f"DELETE FROM {FACT_NAMES[kind]} WHERE clip_id = ?",
                    ((row[-1],) for row in rows[kind]),
                )
            for kind, its_rows in rows.items():
                self._database.write_many(_insertion(kind), its_rows)

    def add_transcript(self, transcribed: RecordingTranscript) -> None:
        """Store the transcript of a whole recording, replacing an older one."""
        values = (column.value(transcribed.transcript) for column in RECORDING_COLUMNS)
        with self._database.writing(bulk=True):
            self._database.write(
                f"""
                INSERT OR REPLACE INTO recording_transcript(recording_id, producer_id,
                  {names(RECORDING_COLUMNS)})
                VALUES (?, ?, {marks(RECORDING_COLUMNS)})
                """,
                (
                    transcribed.recording_id,
                    producer_id(self._database, transcribed.made_by),
                    *values,
                ),
            )
            mark_recording_done(self._database, transcribed.recording_id, transcribed.made_by)

    def mark_recording(self, recording_id: int, made_by: Producer) -> None:
        """Note that a stage need not look at a recording."""
        with self._database.writing(bulk=True):
            mark_recording_done(self._database, recording_id, made_by)

    def recording_transcript(self, recording_id: int) -> Transcript | None:
        """Transcript of a whole recording, or None when it has not been transcribed."""
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

    def languages(self) -> dict[int, str]:
        """Language of each transcribed recording with speech."""
        rows = self._database.read(
            "SELECT recording_id, language FROM recording_transcript WHERE text <> ''"
        )
        return dict(rows.fetchall())

    def stated_languages(self) -> dict[int, str]:
        """Languages by clip as stated by lists; they win over detected ones."""
        stored = json.loads(self.project_fact(STATED_LANGUAGES) or "{}")
        return {int(clip): language for clip, language in stored.items()}

    def state_languages(self, languages: Mapping[int, str]) -> None:
        """Add languages of clips as stated by a list."""
        if languages:
            text = json.dumps({**self.stated_languages(), **languages})
            self.set_project_fact(STATED_LANGUAGES, text)

    def recordings_missing(self, producer: Producer) -> list[int]:
        """Recordings not processed by this stage in this version with these options."""
        rows = self._database.read(
            """
            SELECT id FROM recording
            WHERE NOT EXISTS (
              SELECT 1 FROM recording_done AS done
              WHERE done.recording_id = recording.id AND done.producer_id = ?)
            ORDER BY id
            """,
            (find_producer(self._database, producer),),  # NULL equals nothing: all are missing
        )
        removed = Recordings(self._database).removed()
        return [recording for (recording,) in rows if recording not in removed]

    def missing(self, producer: Producer, kind: type[Fact]) -> list[int]:
        """Clips without a fact of this kind by this producer at their present span.

        Ordered by recording and time.
        """
        rows = self._database.read(
            f"""
            SELECT clip.id FROM present_clip AS clip
            WHERE NOT EXISTS (
              SELECT 1 FROM {FACT_NAMES[kind]} AS fact
              WHERE fact.clip_id = clip.id
                AND fact.start = clip.start
                AND fact.stop = clip.stop
                AND fact.producer_id = ?)
            ORDER BY clip.recording_id, clip.start, clip.stop, clip.id
            """,
            (find_producer(self._database, producer),),  # NULL equals nothing: all are missing
        )
        return [clip for (clip,) in rows]

    def vectors(self) -> list[tuple[int, bytes]]:
        """(clip id, speaker vector) of every clip with one at its present span, by clip id."""
        return self._vectors(SpeakerVector)

    def delivery_vectors(self) -> list[tuple[int, bytes]]:
        """(clip id, delivery vector) of every clip with one at its present span, by clip id."""
        return self._vectors(DeliveryVector)

    def map_points(self, without: str = "") -> dict[int, MapPoint]:
        """Positions on the speaker map of the last layout, also for clips with moved edges.

        without: key of a producer to leave out.
        """
        rows = self._points("map_point", without)
        return {clip: MapPoint(x, y, cluster) for clip, x, y, cluster in rows}

    def delivery_points(self, without: str = "") -> dict[int, DeliveryPoint]:
        """Positions on the delivery map; see `map_points`."""
        rows = self._points("delivery_point", without)
        return {clip: DeliveryPoint(x, y, cluster) for clip, x, y, cluster in rows}

    def suggestions(self) -> dict[int, Suggestion]:
        """Suggested category of each clip with one at its present span."""
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
        """Replace all findings of these clips by new ones at their present spans."""
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
        """Fact about the project as a whole, or None."""
        row = self._database.read("SELECT value FROM project_fact WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_project_fact(self, key: str, text: str | None) -> None:
        """Store a fact about the project as a whole; None deletes it."""
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
            JOIN {FACT_NAMES[kind]} AS fact
              ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop
            ORDER BY clip.id
            """
        ).fetchall()

    def forget(self, producer_key: str) -> int:
        """Delete every fact of a stage or scorer in any version; returns the number."""
        of_producer = "producer_id IN (SELECT id FROM producer WHERE key = ?)"
        forgotten = 0
        with self._database.writing(bulk=True):
            for table in (*FACT_NAMES.values(), "recording_transcript"):
                forgotten += self._database.write(
                    f"DELETE FROM {table} WHERE {of_producer}", (producer_key,)
                ).rowcount
            self._database.write(f"DELETE FROM recording_done WHERE {of_producer}", (producer_key,))
        return forgotten


def _insertion(kind: type[Fact]) -> str:
    """Statement that stores a fact of this kind if its clip still exists."""
    columns = COLUMNS[kind]
    return f"""
        INSERT OR REPLACE INTO
          {FACT_NAMES[kind]}(clip_id, start, stop, producer_id, {names(columns)})
        SELECT id, ?, ?, ?, {marks(columns)} FROM clip WHERE id = ?
        """
