"""Figures of one run, by short calls, for the sections of a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.report.figures import Figure, figure
from trainer.report.provenance import Address, all_where, line, whole
from trainer.report.rows import Row
from trainer.report.run_files import ABOUT, EVENTS, MANIFEST, RunFiles
from trainer.report.sources import RULE

METRICS = ("mel_ce", "eos_ce", "text_ce")
TITLES = {
    "mel_ce": "Audio loss (mel_ce, nats)",
    "eos_ce": "End-of-speech loss (eos_ce, nats)",
    "text_ce": "Text loss (text_ce, nats)",
}
NATS = ".3f"
Event = tuple[int, Row]


@dataclass(frozen=True)
class RunFigures:
    """Computes figures from a run's files."""

    run: RunFiles

    def get(self, how: str, *addresses: Address, form: str = NATS) -> Figure:
        """The result of an operation on addresses in the run's files."""
        return figure(self.run.sources, how, *addresses, form=form)

    def at(self, event: Event, *path: str, form: str = NATS) -> Figure:
        """A value of one event."""
        return self.get("value", line(EVENTS, event[0], *path), form=form)

    def step(self, event: Event) -> Figure:
        """The step of an event."""
        return self.at(event, "step", form="d")

    def epoch(self, event: Event) -> Figure:
        """Epochs before an evaluation."""
        started = line(EVENTS, self.run.started[0], "updates_per_epoch")
        return self.get("ratio", line(EVENTS, event[0], "step"), started, form=".3g")

    def text(self, address: Address) -> Figure:
        """Text at an address."""
        return self.get("text", address, form="s")

    def name(self, text: str, address: Address) -> Figure:
        """A key of a table in a file, such as a category."""
        return Figure(text, text, "key", "s", (str(address.to(text)),))

    def category(self, kind: str) -> Figure:
        """Name of a category, traced to the event that counts it."""
        number, started = self.run.started
        if kind in started.get("heard", {}):
            return self.name(kind, line(EVENTS, number, "heard"))
        for number, event in self.run.evaluations:
            if kind in event.get("categories", {}):
                return self.name(kind, line(EVENTS, number, "categories"))
        return Figure(kind, kind, "literal", "s", ())

    def rule(
        self, name: str, form: str = "d", module: str = "trainer.optim.early_stopping"
    ) -> Figure:
        """A constant of the program, such as a threshold."""
        return self.get("value", whole(RULE, module, name), form=form)

    def run_name(self) -> Figure:
        """Name of the run folder."""
        return Figure(self.run.name, self.run.name, "folder", "s", (ABOUT,))

    def significant_change(self, one: Event, two: Event) -> bool | None:
        """Whether the change between two evaluations is significant over clips; None if unknown."""
        if self.run.metric != "mel_ce":
            return None
        places = line(EVENTS, one[0], "each"), line(EVENTS, two[0], "each")
        low, high = (self.get(f"clipwise {end}", *places).value for end in ("low", "high"))
        return None if low is None or high is None else low > 0 or high < 0

    def train_seconds(self, kind: str | None = None, *, split: str = "train") -> Address:
        """Durations of the clips of a split, optionally of one category."""
        wanted: dict[str, object] = {"split": split}
        if kind is not None:
            wanted["emotion"] = None if kind == NO_CATEGORY else kind
        return all_where(MANIFEST, wanted, "duration_s")


NO_CATEGORY = "none"
"""Name under which the trainer counts clips without a category; see trainer.bundle.sampler."""


def joined(names: Sequence[Figure]) -> tuple["str | Figure", ...]:
    """Names separated by commas."""
    content: list[str | Figure] = []
    for at, name in enumerate(names):
        content += [", ", name] if at else [name]
    return tuple(content)
