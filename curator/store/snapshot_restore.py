"""Edits that restore clips, categories and weights from a snapshot."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from curator.domain.category_union import united, unknown
from curator.domain.decision import PERSON, PROJECT, Edit, Field, Piece, State, Value
from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.snapshot import SnapshotClip
from curator.domain.span import Span
from curator.store.connection import listed
from curator.store.database import Database
from curator.store.decision_rules import categories

LABEL = "Go back"

Place = tuple[int, int, int]
"""Recording, start and stop."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a snapshot keeps.

    categories: TOML; None in one that keeps neither these nor weights and recipes, which then stay
    as they are. weights: JSON. recipes: of recordings that have one.
    """

    clips: Sequence[SnapshotClip]
    categories: str | None
    weights: str | None
    recipes: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _SnapshotRow:
    """A clip of the project, there or not."""

    clip: int
    place: Place
    cut: tuple[int, int]
    is_there: bool


def way_back(database: Database, goal: Goal) -> list[Edit]:
    """What has to be edited, in this order, so that all is as in the goal."""
    rows, wanted = _rows(database), goal.clips
    same, missing = _matched(wanted, rows)
    known = {clip.recording_id for clip in wanted}
    there = {number for number, row in rows.items() if row.is_there}
    going = {number for number in there - same.keys() if rows[number].place[0] in known}
    strangers = there - same.keys() - going
    coming = same.keys() - there
    edits = _category_edits(database, goal, strangers)
    voice = _voice(database) & there
    if voice and voice <= going:  # nothing is chosen while the clips change
        edits.append(_edit(Field.VOICE, {PROJECT: None}))
    if going or coming or missing:
        groups = _pause_groups(database) if missing else {}
        come = tuple(_piece(clip, groups.get(clip.recording_id, [])) for clip in missing)
        presence: dict[int, Value] = dict.fromkeys(sorted(going))
        presence |= dict.fromkeys(sorted(coming), PERSON)
        edits.append(Edit(LABEL, Field.PRESENCE, presence, come))
    states: dict[int, Value] = {number: clip.state for number, clip in same.items()}
    states |= dict.fromkeys(strangers, State.UNDECIDED)
    edits.append(_edit(Field.STATE, states))
    edits.append(_edit(Field.EMOTION, {number: clip.emotion for number, clip in same.items()}))
    edits.append(_edit(Field.SPAN, _spans(same, rows)))
    edits.append(_edit(Field.TEXT, _texts(database, same)))
    if goal.categories is not None:
        edits += _recipe_edits(database, goal, same)
        edits.append(_edit(Field.WEIGHTS, _weights(database, goal)))
    if voice and voice <= going and (heirs := _heirs([rows[clip] for clip in voice], same)):
        edits.append(_edit(Field.VOICE, {PROJECT: ",".join(map(str, heirs))}))
    return [edit for edit in edits if edit.after or edit.come]


def _edit(field: Field, after: Mapping[int, Value]) -> Edit:
    return Edit(LABEL, field, after)


def _rows(database: Database) -> dict[int, _SnapshotRow]:
    rows = database.read(
        "SELECT id, recording_id, start, stop, cut_start, cut_stop, origin FROM clip ORDER BY id"
    )
    return {
        clip: _SnapshotRow(
            clip, (recording, start, stop), (cut_start, cut_stop), origin is not None
        )
        for clip, recording, start, stop, cut_start, cut_stop, origin in rows
    }


def _matched(
    wanted: Sequence[SnapshotClip], rows: Mapping[int, _SnapshotRow]
) -> tuple[dict[int, SnapshotClip], list[SnapshotClip]]:
    """The clips that are to be there by their numbers now, and those that have none.

    A clip that segmentation has replaced may be there again under another number.
    """
    same = {clip.clip_id: clip for clip in wanted if clip.clip_id in rows}
    by_place: dict[Place, int] = {}
    for row in rows.values():
        if row.clip not in same and (row.is_there or row.place not in by_place):
            by_place[row.place] = row.clip
    missing = []
    for clip in wanted:
        if clip.clip_id not in rows:
            number = by_place.pop((clip.recording_id, clip.start, clip.stop), None)
            if number is None:
                missing.append(clip)
            else:
                same[number] = clip
    return same, missing


def _piece(clip: SnapshotClip, groups: Sequence[tuple[int, int]]) -> Piece:
    """The clip as one that comes into being. groups: start and pause group of the others."""
    group = min(groups, key=lambda other: abs(other[0] - clip.start), default=(0, 0))[1]
    return Piece(
        clip.span,
        clip.text if clip.text or clip.text_decided else None,
        clip.emotion,
        None if clip.state == State.UNDECIDED else clip.state,
        clip.own_recipe,
        recording_id=clip.recording_id,
        pause_group=group,
    )


def _pause_groups(database: Database) -> dict[int, list[tuple[int, int]]]:
    """By recording: one clip of each pause group, by where it starts."""
    groups: dict[int, list[tuple[int, int]]] = {}
    rows = database.read(
        "SELECT recording_id, pause_group, MIN(start) FROM clip GROUP BY recording_id, pause_group"
    )
    for recording, group, start in rows:
        groups.setdefault(recording, []).append((start, group))
    return groups


def _spans(same: Mapping[int, SnapshotClip], rows: Mapping[int, _SnapshotRow]) -> dict[int, Value]:
    """Where clips are to lie that lie elsewhere now; None where that is as segmentation cut."""
    return {
        number: None if rows[number].cut == (clip.start, clip.stop) else (clip.start, clip.stop)
        for number, clip in same.items()
        if rows[number].place[1:] != (clip.start, clip.stop)
    }


def _texts(database: Database, same: Mapping[int, SnapshotClip]) -> dict[int, Value]:
    """What people wrote, and what machines did where they would write something else today."""
    rows = database.read(
        """
        SELECT clip_id, start, stop, text FROM transcript
        WHERE clip_id IN (SELECT value FROM json_each(?))
        """,
        (listed(same),),
    )
    transcribed = {(clip, start, stop): text for clip, start, stop, text in rows}
    return {
        number: clip.text
        if clip.text_decided or transcribed.get((number, clip.start, clip.stop), "") != clip.text
        else None
        for number, clip in same.items()
    }


def _heirs(gone: Iterable[_SnapshotRow], same: Mapping[int, SnapshotClip]) -> list[int]:
    """For each clip of the voice that goes, the one that has most of its sound, if there is one."""
    heirs = set()
    for row in gone:
        recording, start, stop = row.place
        shared = {
            number: clip.span.overlap(Span(start, stop))
            for number, clip in same.items()
            if clip.recording_id == recording
        }
        if shared and shared[best := max(shared, key=lambda number: (shared[number], -number))]:
            heirs.add(best)
    return sorted(heirs)


def _voice(database: Database) -> set[int]:
    row = database.read("SELECT value FROM project_decision WHERE field = 'voice'").fetchone()
    return {int(clip) for clip in row[0].split(",")} if row else set()


def _category_edits(database: Database, goal: Goal, strangers: Iterable[int]) -> list[Edit]:
    """The categories of the snapshot, and after them those that only strangers still have.

    Where it keeps none, those that its clips had and that are gone come again, as they last were.
    """
    now, first = categories(database), _first_categories(database)
    if goal.categories is None:
        text, used = now, {clip.emotion for clip in goal.clips if clip.emotion}
    else:
        text, used = goal.categories, _emotions(database, strangers)
    lost = sorted(used - set(EmotionSet.from_text(text).keys))
    if lost:
        older = _older_categories(database)
        text = united(text, [older.get(key) or unknown(key, text) for key in lost])
    if text == now:
        return []
    return [_edit(Field.CATEGORIES, {PROJECT: None if text == first else text})]


def _emotions(database: Database, clips: Iterable[int]) -> set[str]:
    rows = database.read(
        """
        SELECT DISTINCT emotion FROM decision
        WHERE emotion NOT NULL AND clip_id IN (SELECT value FROM json_each(?))
        """,
        (listed(clips),),
    )
    return {emotion for (emotion,) in rows}


def _recipe_edits(
    database: Database, goal: Goal, same: Mapping[int, SnapshotClip]
) -> Iterator[Edit]:
    """The recipes of the snapshot's recordings and clips, where they are others now."""
    of_recordings = dict(database.read("SELECT recording_id, recipe FROM recording_decision"))
    known = {clip.recording_id for clip in goal.clips} | goal.recipes.keys()
    wanted = {number: goal.recipes.get(number) for number in sorted(known)}
    yield _edit(Field.RECORDING_RECIPE, _that_differ(wanted, of_recordings))
    of_clips = dict(
        database.read("SELECT clip_id, recipe FROM decision WHERE recipe NOT NULL").fetchall()
    )
    own = {number: clip.own_recipe for number, clip in same.items()}
    yield _edit(Field.RECIPE, _that_differ(own, of_clips))


def _that_differ(wanted: Mapping[int, str | None], now: Mapping[int, str]) -> dict[int, Value]:
    return {number: recipe for number, recipe in wanted.items() if now.get(number) != recipe}


def _weights(database: Database, goal: Goal) -> dict[int, Value]:
    row = database.read("SELECT value FROM project_decision WHERE field = 'weights'").fetchone()
    return {PROJECT: goal.weights} if goal.weights != (row[0] if row else None) else {}


def _first_categories(database: Database) -> str:
    """Those that the project began with."""
    (text,) = database.read("SELECT value FROM setting WHERE key = 'categories'").fetchone()
    return str(text)


def _older_categories(database: Database) -> dict[str, Emotion]:
    """Every category the project ever had, as it was last."""
    texts = [_first_categories(database)]
    for column in ("before", "after"):
        texts += [
            value
            for (value,) in database.read(
                f"""
                SELECT json_extract({column}, '$."{PROJECT}"') FROM edit
                WHERE field = 'categories' ORDER BY id
                """
            )
            if value
        ]
    emotions: dict[str, Emotion] = {}
    for text in texts:
        emotions |= {emotion.key: emotion for emotion in EmotionSet.from_text(text).emotions}
    return emotions
