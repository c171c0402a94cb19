"""What a person can hear on the audit page, and how they go from clip to clip."""

from curator.ui.audit.view import AuditView
from curator.ui.clip_data import clip_counts


class HearingPage(AuditView):
    """Hear clips and move among them. The table of actions names these methods."""

    # Hearing

    def play_or_stop(self) -> None:
        """Play the clip, from the cursor if there is one, or stop."""
        cursor = self.editor.waveform.cursor_sample
        if not self.listening.playing and cursor is not None:
            self.listening.play_from(cursor)
        else:
            self.listening.play_or_stop()

    def replay(self) -> None:
        """Play the clip from its start."""
        self.listening.replay()

    def hear_start(self) -> None:
        """Hear whether it starts clean."""
        self.listening.hear_start()

    def hear_end(self) -> None:
        """Hear whether it ends clean."""
        self.listening.hear_end()

    def toggle_loop(self) -> None:
        """Play over and over, or once."""
        self.listening.toggle_loop()

    def slower(self) -> None:
        """Play slower."""
        self.listening.change_speed(-1)

    def faster(self) -> None:
        """Play faster."""
        self.listening.change_speed(1)

    def usual_speed(self) -> None:
        """Play as spoken."""
        self.listening.change_speed(0)

    def toggle_matched(self) -> None:
        """Hear all clips equally loud, or as they are."""
        self.listening.toggle_matched()

    def compare_with_voice(self) -> None:
        """Hear the clip that stands for the voice; again: this one."""
        voice = self.session.project.decisions.voice()
        if not voice:
            self.session.messages.inform(
                self.tr("Nobody has said yet whose voice the set is."),
                self.tr("Choose a clip of it and press V."),
            )
            return
        self.listening.hear_other(voice[0])

    def toggle_spectrogram(self) -> None:
        """Show the spectrogram, or hide it."""
        self.editor.toggle_spectrogram()

    # Going

    def next_clip(self) -> None:
        """Go to the next clip of the list."""
        self._go_by(1)

    def previous_clip(self) -> None:
        """Go to the one before."""
        self._go_by(-1)

    def next_finding(self) -> None:
        """Go to the next clip that something is wrong with."""
        self._go_to_next("finding", self.tr("No other clip of the list has a finding."))

    def next_undecided(self) -> None:
        """Go to the next clip that nobody has decided about."""
        self._go_to_next("undecided", self.tr("Every other clip of the list is decided."))

    def type_query(self) -> None:
        """Let the person say which clips to list."""
        self.query.type_query()

    # How it is done

    def _go_by(self, rows: int) -> None:
        self._go_to_row(self.table.currentIndex().row() + rows)

    def _go_to_row(self, row: int) -> None:
        if 0 <= row < self.model.ids.size:
            self.table.go_to_row(row)
        elif row >= 0:
            self.session.messages.inform(self.tr("That was the last clip of the list."))

    def _go_to_next(self, wanted: str, otherwise: str) -> None:
        here = self.table.currentIndex().row()
        row = clip_counts.next_row(self.columns, self.model.ids, here, wanted)
        if row is None:
            self.session.messages.inform(otherwise)
        else:
            self.table.go_to_row(row)
