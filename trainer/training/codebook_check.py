"""Whether a network has learnt the codes that the frozen network beside it gives.

A GPT predicts codes; a DVAE says what they stand for. After the DVAE was changed, the GPT that was
trained on the old codes predicts with the old meanings in mind. It may be trained on, which is the
cure, and must not be judged or used before.
"""

from collections.abc import Mapping
from typing import Any

from trainer.errors import BrokenRun
from trainer.runs.checkpoint import Checkpoint
from trainer.runs.run import Run

DVAE = "dvae.pth"
LEARNT = "learnt_codes_of"  # in an identity: hash of the DVAE whose codes the network has learnt

NEW_CODES = (
    "Mind that the DVAE of this base was changed and its GPT has not learnt the new codes yet:"
    " step 0 is measured on codes it never heard, so being better than step 0 is only the"
    " beginning. Compare with a run on the unchanged base by the speech, not by mel_ce."
)


def codes_are_new(identity: Mapping[str, Any]) -> bool:
    """Whether the base's network has yet to learn the codes of the base's DVAE."""
    learnt = identity.get(LEARNT)
    return bool(learnt) and learnt != identity["sha256"].get(DVAE)


def after_parent(identity: Mapping[str, Any], parent: Mapping[str, Any]) -> dict[str, Any]:
    """The identity of a run that begins with what a run with another identity has learnt."""
    known = parent.get("sha256", {}).get(DVAE)
    return {**identity, LEARNT: known} if known and LEARNT in identity else dict(identity)


def refuse_untrained(run: Run, found: Checkpoint) -> None:
    """Refuse a checkpoint that has not learnt the codes it would be used with."""
    identity: Any = run.about.get("identity") or {}
    if not codes_are_new(identity):
        return
    metric = run.config.stop.metric
    state: Any = found.state
    values = [means[metric] for step, means in state["evaluations"] if step <= found.step]
    if len(values) > 1 and values[-1] < values[0]:
        return
    said = "has not been evaluated since it began" if len(values) < 2 else "is no better by now"
    raise BrokenRun(
        f"The DVAE of this run's base was changed, and step {found.step} {said}: its GPT has not"
        " learnt the new codes.",
        "Go on training, or use the base whose DVAE the GPT was trained with.",
    )
