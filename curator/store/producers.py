"""Who made which facts, by number, and which recordings a stage is done with."""

from curator.domain.fact import Producer
from curator.store.database import Database


def producer_id(database: Database, producer: Producer) -> int:
    """The number of a producer, given to it now if it has none; inside ``writing``."""
    number = find_producer(database, producer)
    if number is not None:
        return number
    rows = database.write(
        "INSERT INTO producer(key, version, options) VALUES (?, ?, ?) RETURNING id",
        (producer.key, producer.version, producer.options),
    ).fetchall()
    return int(rows[0][0])


def find_producer(database: Database, producer: Producer) -> int | None:
    """The number of a producer, or None when it has made nothing yet."""
    row = database.read(
        "SELECT id FROM producer WHERE key = ? AND version = ? AND options = ?",
        (producer.key, producer.version, producer.options),
    ).fetchone()
    return None if row is None else int(row[0])


def mark_recording_done(database: Database, recording_id: int, producer: Producer) -> None:
    """Remember that a stage is done with a recording; another version of it is forgotten."""
    database.write(
        "INSERT OR REPLACE INTO recording_done(recording_id, key, producer_id) VALUES (?, ?, ?)",
        (recording_id, producer.key, producer_id(database, producer)),
    )
