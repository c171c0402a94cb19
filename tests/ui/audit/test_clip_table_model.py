"""Clip table model compared with a plain list."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QAbstractItemModelTester

from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, drop, give_emotion, keep, recut, undecide
from curator.domain.fact import Producer
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.list_columns import COLUMNS
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.review_order import AS_RECORDED, BY_CATEGORY, WORST_FIRST, Order, sample
from tests.helpers.crowd import a_crowd
from tests.helpers.factories import a_cut, a_finding, a_recording, say, score

TYPED = ("", "state:undecided", "welcome", "snr>20", "finding:any", "-emotion:none", "duration<3")
ORDERS = (
    AS_RECORDED,
    Order("duration"),
    Order("duration", descending=True),
    Order("text"),
    BY_CATEGORY,
    sample(3),
    WORST_FIRST,
)


def a_model(project):
    return ClipTableModel(project, ClipColumns(project))


def shown(model, column, row):
    keys = [each.key for each in COLUMNS]
    return model.index(row, keys.index(column)).data()


def test_the_list_is_a_sound_model(crowd, qtmodeltester):
    model = a_model(crowd)
    qtmodeltester.check(model)
    model.show(parse("state:kept"), Order("duration"))
    model.show(parse("-snr>-1000 snr>1000"), AS_RECORDED)
    model.show(parse(""), AS_RECORDED)
    clip = crowd.clips.find()[5]
    changes = crowd.decisions.apply(split(clip, clip.span.start + 1000))
    model.follow(changes.clips, changes)
    changes = crowd.decisions.undo()
    model.follow(changes.clips, changes)


def test_rows_show_the_clips(crowd):
    model = a_model(crowd)
    for row, clip in enumerate(crowd.clips.find()):
        assert shown(model, "id", row) == str(clip.id)
        assert shown(model, "text", row) == clip.text
        assert shown(model, "seconds", row) == f"{clip.seconds:.1f}"
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.index(500, 0).data() is None
    words = [
        model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(model.rowCount())
    ]
    assert words == [str(clip.state) for clip in crowd.clips.find()]


class PlainList:
    """Reference model: recomputes the list after every change."""

    def __init__(self, project):
        self.project = project
        self.ids = []
        self.query, self.order = parse(""), AS_RECORDED

    def show(self, query, order):
        self.query, self.order = query, order
        self.ids = self.answer()

    def answer(self):
        clips = [clip for clip in self.project.clips.find() if self.query.matches(clip)]
        order = self.order
        if order.special:  # compared with itself elsewhere; here only which clips there are
            columns = ClipColumns(self.project)
            where = columns.positions(clip.id for clip in clips)
            return columns.ids[order.arrange(columns, where)].tolist()
        value = {
            "recorded": lambda clip: 0,
            "duration": lambda clip: clip.seconds,
            "text": lambda clip: fold_or_none(clip.text),
            "emotion": lambda clip: emotion_place(self.project, clip),
        }[order.column]
        known = [clip for clip in clips if value(clip) is not None]
        if order.descending:
            known = sorted(known, key=lambda clip: -value(clip))
        else:
            known = sorted(known, key=value)
        return [clip.id for clip in known + [c for c in clips if value(c) is None]]

    def decided(self, changes):
        there = self.project.clips.ids()
        went = [clip for clip in self.ids if clip not in there]
        at = self.ids.index(went[0]) if went else None
        came = [clip for clip in there if clip in changes.clips and clip not in self.before]
        self.ids = [clip for clip in self.ids if clip in there]
        if came and at is None:
            self.ids += [clip for clip in self.answer() if clip not in self.ids]
        elif came:
            self.ids[at:at] = came

    def found_out(self):
        there = set(self.project.clips.ids())
        self.ids = [clip for clip in self.ids if clip in there]
        self.ids += [clip for clip in self.answer() if clip not in self.ids]

    def remember(self):
        self.before = set(self.project.clips.ids())


def fold_or_none(text):
    from curator.domain.clip_query import fold

    return fold(text) or None


def emotion_place(project, clip):
    return project.settings.emotions.keys.index(clip.emotion) if clip.emotion else None


class Listing(RuleBasedStateMachine):
    """State machine: edits, undo, filters, orders and results in any sequence."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.project = a_crowd(Path(self.folder.name), 14)
        self.model = a_model(self.project)
        mode = QAbstractItemModelTester.FailureReportingMode.Fatal
        self.tester = QAbstractItemModelTester(self.model, mode)
        self.plain = PlainList(self.project)
        self.plain.show(parse(""), AS_RECORDED)
        self.version = 1

    def decide(self, act):
        self.plain.remember()
        changes = act()
        if changes and changes.clips:
            self.model.follow(changes.clips, changes)
            self.plain.decided(changes)

    @rule(data=st.data(), kind=st.sampled_from(["keep", "drop", "undecide", "tension", "none"]))
    def judge(self, data, kind):
        clips = data.draw(
            st.lists(st.sampled_from(self.project.clips.ids()), min_size=1, max_size=4, unique=True)
        )
        edit = {
            "keep": lambda: keep(clips),
            "drop": lambda: drop(clips),
            "undecide": lambda: undecide(clips),
            "tension": lambda: give_emotion(clips, "tension"),
            "none": lambda: give_emotion(clips, None),
        }[kind]()
        self.decide(lambda: self.project.decisions.apply(edit))

    @rule(data=st.data(), text=st.sampled_from(["welcome", "", "Ő"]))
    def correct(self, data, text):
        clip = data.draw(st.sampled_from(self.project.clips.ids()))
        self.decide(lambda: self.project.decisions.apply(correct_text([clip], text)))

    @rule(data=st.data(), share=st.floats(0.1, 0.9))
    def split_or_recut(self, data, share):
        clip = data.draw(st.sampled_from(self.project.clips.find()))
        at = clip.span.start + round(share * clip.span.samples)
        if not clip.span.start < at < clip.span.stop:
            return
        edit = split(clip, at) if share < 0.5 else recut(clip.id, Span(clip.span.start, at))
        self.decide(lambda: self.project.decisions.apply(edit))

    @rule(data=st.data())
    def merge_two(self, data):
        clips = self.project.clips.find()
        place = data.draw(st.integers(0, len(clips) - 2))
        first, later = clips[place : place + 2]
        if first.recording_id == later.recording_id:
            self.decide(lambda: self.project.decisions.apply(merge(first, later)))

    @rule()
    def undo(self):
        self.decide(self.project.decisions.undo)

    @rule()
    def redo(self):
        self.decide(self.project.decisions.redo)

    @rule(typed=st.sampled_from(TYPED), order=st.sampled_from(ORDERS))
    def filter_and_sort(self, typed, order):
        self.model.show(parse(typed), order)
        self.plain.show(parse(typed), order)

    @rule(data=st.data(), snr=st.integers(0, 40))
    def results_arrive(self, data, snr):
        clip = data.draw(st.sampled_from(self.project.clips.ids()))
        score(self.project, clip, snr=float(snr))
        say(self.project, clip, "welcome again")
        self.project.facts.set_findings({clip: [a_finding("noisy")] if snr < 20 else []})
        self.model.follow([clip])
        self.plain.found_out()

    @rule()
    def clips_are_cut_anew(self):
        self.version += 1
        if self.version > 4:
            return
        recording = a_recording(self.project, f"/speech/{self.version}.wav")
        made_by = Producer("segment", self.version)
        self.project.clips.replace_cut(a_cut(recording, [(0.0, 2.0), (3.0, 5.0)], made_by))
        self.model.follow(None)
        self.plain.found_out()

    @invariant()
    def is_the_plain_list(self):
        assert self.model.ids.tolist() == self.plain.ids
        clips = {clip.id: clip for clip in self.project.clips.find()}
        for row, number in enumerate(self.plain.ids):
            assert shown(self.model, "text", row) == clips[number].text
            words = self.model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            assert words == clips[number].state

    def teardown(self):
        self.tester.deleteLater()
        QCoreApplication.sendPostedEvents()
        self.project.close()
        self.folder.cleanup()


Listing.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)


@pytest.mark.usefixtures("qapp")
class TestListing(Listing.TestCase):
    pass
