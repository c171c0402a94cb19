"""The evaluation in a few lines for the terminal; the report says more."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainer.evaluate.measures import measures

WORDS = {
    "wer": "word errors",
    "similarity": "similarity",
    "dnsmos": "DNSMOS",
    "run_on": "run on",
    "early_stop": "stopped early",
    **{key: label for each in measures() for key, label, _, _ in each.shown},
}
VERDICTS = {
    "better": "better than the base",
    "worse": "worse than the base",
    "cannot_tell": "no significant difference from the base",
    "too_few": "too few samples to compare",
}


def lines(
    summary: Mapping[str, Any],
    about: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    real: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    """A line a checkpoint and measure, the real clips first."""
    natural = summary["real"]
    shown = [f"{WORDS[key]} {natural[key]['mean']:.2f}" for key in WORDS if key in natural]
    yield f"{len(real)} held-out real clips: {', '.join(shown) or 'nothing could be measured'}."
    for step, categories in summary["checkpoints"].items():
        name = "the base" if step == "0" else f"step {step}"
        for key in WORDS:
            mean = categories[""].get(key)
            if mean is None:
                continue
            text = f"{name}: {WORDS[key]} {mean['mean']:.2f} ({mean['low']:.2f} to"
            text += f" {mean['high']:.2f}, {mean['samples']} samples)"
            against = mean.get("against_base")
            yield f"{text}; {VERDICTS[against['verdict']]}." if against else f"{text}."
    faults = [row for row in (*rows, *real) if row["fault"]]
    if faults:
        yield f"{len(faults)} could not be measured; the first: {faults[0]['fault']}"
    deaf = [language for language, model in about["whisper"].items() if model is None]
    if deaf:
        yield f"No Whisper model for {', '.join(deaf)}, so no word errors."
