"""Phase of a run before its first step, from its ``phase.json``."""

from pathlib import Path

import msgspec

from curator.domain.foreign_files import NOTE_BYTES, read_bounded
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.run_record import Count
from curator.ui.wording import number, translated

FILE = "phase.json"
STARTING = "starting"
PHASES = {
    STARTING: QT_TRANSLATE_NOOP("Training", "starting"),
    "loading": QT_TRANSLATE_NOOP("Training", "loading the model"),
    "preparing": QT_TRANSLATE_NOOP("Training", "preparing"),
    "first_evaluation": QT_TRANSLATE_NOOP("Training", "evaluating step 0"),
}


class RunPhase(msgspec.Struct, frozen=True):
    """Phase and its progress; of is 0 if unknown."""

    phase: str
    done: Count = 0
    of: Count = 0


_decoder = msgspec.json.Decoder(RunPhase)


def read_phase(run: Path) -> RunPhase | None:
    """Return the phase of a run, None once it trains."""
    try:
        return _decoder.decode(read_bounded(run / FILE, NOTE_BYTES))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def phase_text(phase: RunPhase) -> str:
    """Format a phase: "preparing, 12 of 80"."""
    text = translated("Training", PHASES.get(phase.phase, phase.phase))
    if not phase.of:
        return text
    share = translated("Training", "%1 of %2")
    share = share.replace("%1", number(phase.done)).replace("%2", number(phase.of))
    return f"{text}, {share}"
