"""Write a merge: recordings, clips, decisions and facts in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from curator.domain.category_union import key_of, united, unknown
from curator.domain.decision import PROJECT, Changes, Edit, Field, Piece, Value
from curator.domain.emotion import EmotionSet
from curator.domain.errors import CuratorError, printable
from curator.domain.fact import ClipFact, Producer, Transcript
from curator.domain.merging import Labelled, MergePlan, OtherSet, Placed
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.store.database import Database
from curator.store.decision_rules import categories
from curator.store.decisions import Decisions
from curator.store.facts import Facts
from curator.store.merged_facts import copy_clip_facts, copy_recording_facts
from curator.store.producers import mark_recording_done
from curator.store.recordings import Recordings

LISTED = Producer("listed", 1, "")
"""Producer of transcripts that hold what a list states."""

_LABELLED = """
    SELECT clip.id, clip.recording_id, clip.start, clip.stop, clip.pause_group,
      decision.start IS NOT NULL OR clip.origin = 'person',
      COALESCE(decision.text, transcript.text, ''),
      decision.state, decision.emotion, decision.text, decision.recipe
    FROM present_clip AS clip
    LEFT JOIN decision ON decision.clip_id = clip.id
    LEFT JOIN transcript ON transcript.clip_id = clip.id
      AND transcript.start = clip.start AND transcript.stop = clip.stop
    ORDER BY clip.recording_id, clip.start, clip.id"""

_FIELDS = (Field.STATE, Field.EMOTION, Field.TEXT, Field.RECIPE)


class Merging:
    """What merging needs of a project, on either side of it."""

    def __init__(self, database: Database, decisions: Decisions, recordings: Recordings) -> None:
        self._database = database
        self._decisions = decisions
        self._recordings = recordings

    def labelled(self) -> list[Labelled]:
        """Every clip with what people decided about it, and when."""
        times = self._times()
        with self._database.reading():
            return [
                Labelled(
                    id=clip,
                    recording=recording,
                    span=span,
                    values={
                        field: value
                        for field, value in zip(_FIELDS, values, strict=True)
                        if value is not None
                    },
                    moved=bool(moved),
                    seen=seen,
                    pause_group=group,
                    made_at=times.get(clip, {}),
                )
                for clip, recording, span, group, moved, seen, values in self._rows()
            ]

    def as_other(self) -> OtherSet:
        """This project as one that is merged into another."""
        with self._database.reading():
            recordings = tuple(self._recordings.all())
            recipes = self._database.read("SELECT hash, name, steps FROM recipe").fetchall()
            emotions = EmotionSet.from_text(categories(self._database)).emotions
            path = self._database.path
            name = printable(path.name)
            clips = tuple(self.labelled())
            return OtherSet(name, recordings, clips, emotions, tuple(recipes), path)

    def apply(self, plan: MergePlan, cut_by: Producer | None = None) -> Changes:
        """Do what a plan without conflicts says: all of it or nothing, undone as one act.

        The recordings stay when it is undone, without clips: importing is no decision. cut_by: the
        segmentation that need not look at recordings from a manifest, as their clips are known.
        """
        if plan.conflicts:
            raise CuratorError(f"{len(plan.conflicts)} conflicts have to be decided first.")
        label = f"Merge: {plan.other.name}"
        with self._database.writing():
            if plan.made_for not in ("", self._decisions.state_hash()):
                raise CuratorError(
                    "The set was changed since it was looked what would come.", "Look again."
                )
            added = self._add_recordings(plan, cut_by)
            self._add_recipes(plan.other.recipes)
            edits = self._edits(label, plan, added)
            changes = (
                self._decisions.apply_all(label, edits)
                if edits
                else Changes((), Field.PRESENCE, label)
            )
            come = changes.of(Field.PRESENCE)
            new = come[len(come) - len(plan.come) :] if plan.come else ()
            if plan.other.project is None:
                self._add_languages(plan, new)
            else:
                clips = dict(_exact(plan.pairs, plan))
                clips |= {
                    each.clip.id: number
                    for each, number in zip(plan.come, new, strict=True)
                    if each.is_exact
                }
                self._copy_facts(plan.other.project, added, clips)
        return changes

    def _rows(
        self,
    ) -> Iterable[tuple[int, int, Span, int, int, str, Sequence[str | None]]]:
        for clip, recording, start, stop, group, moved, seen, *values in self._database.read(
            _LABELLED
        ).fetchall():
            yield clip, recording, Span(start, stop), group, moved, seen, values

    def _times(self) -> Mapping[int, Mapping[Field, str]]:
        """When each field of each clip was decided last."""
        rows = self._database.read(
            """
            SELECT field, CAST(each.key AS INTEGER), MAX(made_at)
            FROM edit, json_each(edit.after) AS each
            WHERE state = 'done' AND field IN ('state', 'emotion', 'text', 'recipe', 'span')
            GROUP BY 1, 2
            """
        )
        times: dict[int, dict[Field, str]] = defaultdict(dict)
        for field, clip, made_at in rows:
            times[clip][Field(field)] = made_at
        return times

    def _add_recordings(self, plan: MergePlan, cut_by: Producer | None) -> dict[int, int]:
        """Their recordings that clips come from, and those without clips; by key, my numbers."""
        here = {same.theirs for same in plan.same}
        with_clips = {clip.recording for clip in plan.other.clips}
        needed = {each.clip.recording for each in plan.come if each.recording is None}
        needed |= {r.id for r in plan.other.recordings} - here - with_clips
        added = {}
        for each in plan.other.recordings:
            if each.id in needed:
                added[each.id] = self._add_recording(each)
                if cut_by is not None:
                    mark_recording_done(self._database, added[each.id], cut_by)
        return added

    def _add_recording(self, other: Recording) -> int:
        known = self._recordings.by_key(other.cache_key)
        if known is not None:  # what is the same as one of mine only in part, or came since
            return known.id
        return self._recordings.add(other).id

    def _add_recipes(self, recipes: Iterable[tuple[str, str, str]]) -> None:
        self._database.write_many(
            "INSERT OR IGNORE INTO recipe(hash, name, steps) VALUES (?, ?, ?)", recipes
        )

    def _edits(self, label: str, plan: MergePlan, added: Mapping[int, int]) -> list[Edit]:
        edits = self._category_edits(label, plan)
        if plan.come or plan.go:
            come = tuple(_piece(each, added) for each in plan.come)
            gone: dict[int, Value] = dict.fromkeys(sorted(set(plan.go)))
            edits.append(Edit(label, Field.PRESENCE, gone, come))
        edits += [Edit(label, field, values) for field, values in plan.takes.items() if values]
        return edits

    def _category_edits(self, label: str, plan: MergePlan) -> list[Edit]:
        """The categories of both, and those that clips have without their set knowing them."""
        text = categories(self._database)
        known = {each.key for each in plan.other.emotions}
        given = {clip.values.get(Field.EMOTION) for clip in plan.other.clips} - {None} - known
        more = [unknown(key, text) for key in sorted(filter(None, given)) if key_of(key) == key]
        whole = united(text, [*plan.other.emotions, *more])
        return [Edit(label, Field.CATEGORIES, {PROJECT: whole})] if whole != text else []

    def _add_languages(self, plan: MergePlan, new: Sequence[int]) -> None:
        """Store the stated languages of new clips as transcripts, until they are transcribed."""
        come = zip(new, plan.come, strict=True)
        stated = {number: placed for number, placed in come if placed.clip.language}
        facts = Facts(self._database)
        facts.add(
            ClipFact(number, placed.span, LISTED, _stated(placed.clip))
            for number, placed in stated.items()
        )
        facts.state_languages({number: placed.clip.language for number, placed in stated.items()})

    def _copy_facts(
        self, project: Path, added: Mapping[int, int], clips: Mapping[int, int]
    ) -> None:
        other = Database.open(project, write=False)
        try:
            copy_recording_facts(other, self._database, added)
            copy_clip_facts(other, self._database, clips)
            stated = Facts(other).stated_languages()
            Facts(self._database).state_languages(
                {clips[clip]: language for clip, language in stated.items() if clip in clips}
            )
        finally:
            other.close()


def _stated(clip: Labelled) -> Transcript:
    """The text and language of a list as a transcript without words."""
    return Transcript(clip.values.get(Field.TEXT, ""), (), clip.language, 0.0, 0.0, 0.0)


def _exact(pairs: Iterable[tuple[int, int]], plan: MergePlan) -> Iterable[tuple[int, int]]:
    """Pairs of clips of the very same file."""
    exact = {same.theirs for same in plan.same if same.is_exact}
    where = {clip.id: clip.recording for clip in plan.other.clips}
    return ((theirs, mine) for theirs, mine in pairs if where[theirs] in exact)


def _piece(placed: Placed, added: Mapping[int, int]) -> Piece:
    values = placed.clip.values
    recording = placed.recording
    return Piece(
        placed.span,
        values.get(Field.TEXT),
        values.get(Field.EMOTION),
        values.get(Field.STATE),
        values.get(Field.RECIPE),
        recording_id=added[placed.clip.recording] if recording is None else recording,
        pause_group=placed.clip.pause_group,
    )
