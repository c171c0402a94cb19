"""What an export will contain, and what it leaves out and why."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from curator.domain.clip_query import parse
from curator.domain.emotion import EmotionSet
from curator.export.project import Checked
from curator.store.project import Project
from curator.ui.wording import clock, counted, number

SEPARATOR = "  ·  "


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Numbers of clips that are not exported because they are not kept."""

    dropped: int
    undecided: int

    @classmethod
    def of(cls, project: Project) -> "LeftOut":
        """Count them."""
        count = project.clips.count
        return cls(count(parse("state:dropped")), count(parse("state:undecided")))


def contents_text(checked: Checked, emotions: EmotionSet) -> str:
    """Clips and length of the export, in all and by category."""
    seconds: defaultdict[str, float] = defaultdict(float)
    clips: Counter[str] = Counter()
    names = {each.key: each.name for each in emotions.emotions}
    for clip in checked.usable:
        key = clip.emotion if clip.emotion in names else ""
        clips[key] += 1
        seconds[key] += clip.seconds
    names[""] = _tr("No category")
    text = _tr("To export: %1, %2").replace("%1", _clips(clips.total()))
    parts = [text.replace("%2", clock(sum(seconds.values())))]
    for key, name in names.items():
        if clips[key]:
            words = _tr("%1 %2 (%3)").replace("%1", name).replace("%2", number(clips[key]))
            parts.append(words.replace("%3", clock(seconds[key])))
    return SEPARATOR.join(parts)


def left_out_text(checked: Checked, left_out: LeftOut) -> str:
    """What is left out and why; "" for nothing."""
    parts = [
        words.replace("%1", number(count))
        for words, count in (
            (_tr("%1 rejected"), len(checked.refusals)),
            (_tr("%1 dropped"), left_out.dropped),
            (_tr("%1 undecided"), left_out.undecided),
        )
        if count
    ]
    return _tr("Left out: %1").replace("%1", ", ".join(parts)) if parts else ""


def _clips(count: int) -> str:
    return counted(count, _tr("%n clip"), _tr("%n clips"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportSummary", text)
