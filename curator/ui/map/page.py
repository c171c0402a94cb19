"""What a person can choose and decide on the map page: a method for each intention."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Slot

from curator.domain.errors import CuratorError
from curator.ui.clip_commands.decisions import ClipDecisions
from curator.ui.map import likeness
from curator.ui.map.map_clips import Places
from curator.ui.map.pointing import PointingPage
from curator.ui.map.scatter_view import Gathering
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.wording import counted, shown_keys

MOST_LISTED = 4_000
"""Clips that a query can name one by one and still be read."""


class MapPage(PointingPage):
    """Choose and decide on the map. The table of actions names these methods."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session, player)
        self.judging = ClipDecisions(session, self)
        self.emotions.wanted.connect(lambda digit: self._attempt(lambda: self.give_category(digit)))
        self._offer_finding()
        self.threshold.choose_asked.connect(self._choose_cut)
        self.threshold.list_asked.connect(self._list_cut)
        self.clips.worked_out.connect(self._take_found)

    def close_page(self) -> None:
        """See Page."""
        self.judging.stop()
        super().close_page()

    # Choosing

    def choose_current(self) -> None:
        """Add the current clip to the chosen ones, or take it out."""
        if self.session.current is not None:
            self.choose_clips(np.setxor1d(self.chosen, [self.session.current]))

    def choose_in_view(self) -> None:
        """Choose every shown clip that is in view."""
        self._gather(np.flatnonzero(self.scatter.in_view()), Gathering.INSTEAD)

    def choose_shown(self) -> None:
        """Choose every clip that is not filtered out."""
        self._gather(np.flatnonzero(self.scatter.shown), Gathering.INSTEAD)

    def choose_none(self) -> None:
        """Forget what is being drawn, the line of the histogram, or what is chosen."""
        if self.scatter.give_up_drag():
            return
        if self.threshold.cut is not None:
            self.threshold.clear()
        elif self.chosen.size:
            self.choose_clips(())
        self.scatter.setFocus()

    def choose_alike(self) -> None:
        """Add the clips most like the chosen ones."""
        task = likeness.like_these(self._meant(), by_delivery=self._by_delivery())
        self.clips.work_out("alike", task)

    def choose_odd(self) -> None:
        """Choose the clips that are far from the voice or from their category."""
        self.clips.work_out("odd", likeness.odd_ones)

    def choose_typical(self) -> None:
        """Choose the clips that stand best for the category of the current one."""
        columns, row = self.clips.columns, self.row_of(self._meant()[0])
        code = columns.column("emotion")[row]
        if code < 0:
            raise CuratorError(
                self.tr("This clip is in no category."),
                self.tr("Go to a clip of the category whose typical clips you want to hear."),
            )
        members = columns.ids[columns.column("emotion") == code].tolist()
        task = likeness.typical_of(members, by_delivery=self._by_delivery())
        self.clips.work_out("typical", task)

    def show_in_audit(self) -> None:
        """List the chosen clips in Audit; without any, those that the filters let through."""
        if not self.chosen.size and (query := self._filtered()):
            self.session.show_clips(query)
            return
        clips = self._meant()
        if len(clips) > MOST_LISTED:
            raise CuratorError(
                self.tr("These are too many clips to list one by one."),
                self.tr("Choose up to %1 of them.").replace("%1", str(MOST_LISTED)),
            )
        self.session.show_clips("id:" + ",".join(map(str, clips)))

    # Deciding

    def keep(self) -> None:
        """Keep what is chosen."""
        self.judging.keep(self._meant())

    def drop(self) -> None:
        """Drop what is chosen."""
        self.judging.drop(self._meant())

    def undecide(self) -> None:
        """Take back whether the chosen clips are kept."""
        self.judging.undecide(self._meant())

    def repeat_last(self) -> None:
        """Decide about the chosen clips as about the ones before."""
        self.judging.repeat(self._meant())

    def give_category(self, digit: str) -> None:
        """Put the chosen clips into the category of a digit; if all are in it, out of it."""
        found = [e for e in self.session.project.settings.emotions.emotions if e.digit == digit]
        if not found:
            raise CuratorError(self.tr("No category has the key %1.").replace("%1", digit))
        clips, columns = self._meant(), self.clips.columns
        codes = columns.column("emotion")[columns.positions(clips)]
        again = bool((codes == columns.emotions.get(found[0].key, -2)).all())
        self.judging.give_category(clips, None if again else found[0].key)

    # How it is done

    def _meant(self) -> list[int]:
        """What a decision is about: the chosen clips, else the current one."""
        if not self.clips.there:
            raise CuratorError(self.tr("The clips are still being read."))
        if self.chosen.size:
            there: list[int] = self.clips.columns.ids[
                np.sort(self.clips.columns.positions(self.chosen))
            ].tolist()
            if there:
                return there
        if self.row_of(self.session.current) is None:
            raise CuratorError(
                self.tr("No clip is chosen."), self.tr("Draw around clips, or click one.")
            )
        assert self.session.current is not None
        return [self.session.current]

    def _filtered(self) -> str:
        """The filters as a query, "" without any, or where several kinds are shown."""
        terms, wanted = [str(self.bar.query.query)], self.legend.wanted
        if self.legend.filters:
            if len(wanted) != 1 or not self.scatter.colouring.kinds[wanted[0]].term:
                return ""
            terms.append(self.scatter.colouring.kinds[wanted[0]].term)
        if any(terms) and self.bar.hide_dropped.isChecked():
            terms.append("-state:dropped")
        return " ".join(filter(None, terms))

    def _by_delivery(self) -> bool:
        return self.bar.place is Places.DELIVERY

    def _offer_finding(self) -> None:
        """The same as by keys, for those who look for it."""
        for key, text, act in (
            ("choose_alike", self.tr("More like these"), self.choose_alike),
            ("choose_odd", self.tr("The odd ones out"), self.choose_odd),
            ("choose_typical", self.tr("Typical clips of this category"), self.choose_typical),
            ("show_in_audit", self.tr("Show the chosen clips in Audit"), self.show_in_audit),
        ):
            keys = shown_keys(self.session.settings.keys[f"map.{key}"])
            offered = self.bar.find_menu.addAction(f"{text}\t{keys}")
            offered.triggered.connect(lambda _checked=False, act=act: self._attempt(act))

    def _attempt(self, act: Callable[[], None]) -> None:
        """Do what a control asks for; keys have their errors shown by the window."""
        try:
            act()
        except CuratorError as error:
            self.session.messages.fail(error)

    @Slot()
    def _choose_cut(self) -> None:
        cut = self.threshold.cut
        if cut is not None:
            self.choose_clips(self.clips.columns.ids[cut & self.scatter.shown])

    @Slot()
    def _list_cut(self) -> None:
        if self.threshold.query:
            self.session.show_clips(self.threshold.query)

    @Slot(str, object)
    def _take_found(self, what: str, found: object) -> None:
        if not isinstance(found, likeness.Alike) or not self.clips.there:
            return
        there = np.isin(found.clips, self.clips.columns.ids)
        clips = found.clips[there]
        some = counted(clips.size, self.tr("%n clip"), self.tr("%n clips"))
        if not clips.size:
            self.session.messages.inform(
                self.tr("No such clips were found."),
                self.tr("The voices of the clips are known once they are analysed."),
            )
            return
        said = {
            "alike": self.tr("%1 more like these."),
            "odd": self.tr("%1 unlike the voice or their category, chosen."),
            "typical": self.tr("%1 that stand for the category, chosen."),
        }[what]
        self.session.messages.inform(said.replace("%1", some))
        more = what == "alike"
        before = np.array(self._meant(), np.int64) if more else np.zeros(0, np.int64)
        self.choose_clips(np.union1d(before, clips))
        if not more:
            self.go_to_clip(int(clips[0]))
