"""Check that a GPT was trained on the codes of its DVAE.

After fine-tuning the DVAE, the GPT still predicts the old codes. It must be trained on the new
codes before it is exported or used.
"""

from collections.abc import Mapping
from typing import Any

from trainer.errors import BrokenRun
from trainer.runs.checkpoint import Checkpoint
from trainer.runs.run import Run

DVAE = "dvae.pth"
LEARNT = "learnt_codes_of"  # in an identity: hash of the DVAE that the GPT was trained with

NEW_CODES = (
    "Note: the DVAE of this base was fine-tuned and its GPT is not trained on the new codes yet, so"
    " an improvement over step 0 is expected. Compare with runs on the original base by speech"
    " quality, not by mel_ce."
)


def codes_are_new(identity: Mapping[str, Any]) -> bool:
    """Whether the GPT of a base is not yet trained on the codes of its DVAE."""
    learnt = identity.get(LEARNT)
    return bool(learnt) and learnt != identity["sha256"].get(DVAE)


def after_parent(identity: Mapping[str, Any], parent: Mapping[str, Any]) -> dict[str, Any]:
    """Identity of a run that continues from a parent run."""
    learnt = parent.get("sha256", {}).get(DVAE)
    return {**identity, LEARNT: learnt} if learnt and LEARNT in identity else dict(identity)


def refuse_stale_codes(run: Run, saved: Checkpoint) -> None:
    """Raise BrokenRun for a checkpoint that is not trained on the codes of its DVAE."""
    identity: Any = run.about.get("identity") or {}
    if not codes_are_new(identity):
        return
    metric = run.config.stop.metric
    evaluations = [means for step, means in saved.value("evaluations") if step <= saved.step]
    values = [means[metric] for means in evaluations if metric in means]
    if len(values) > 1 and values[-1] < values[0]:
        return
    problem = "was not evaluated" if len(values) < 2 else "has not improved"
    raise BrokenRun(
        f"The DVAE of this run's base was fine-tuned and step {saved.step} {problem}: its GPT is"
        " not"
        " trained on the new codes.",
        "Continue training, or use the base with the original DVAE.",
    )
