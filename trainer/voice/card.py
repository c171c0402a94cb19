"""Model card (README.md) of an export: use, measures, data, consent and licences."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.bundle.manifest import Bundle
from trainer.evaluate.results import FOLDER
from trainer.evaluate.summary_text import WORDS
from trainer.families import families
from trainer.foreign_files import read_json, read_text
from trainer.runs.events import of_kind, read_events
from trainer.runs.run import Run
from trainer.target import read_target
from trainer.voice.profile import VoiceProfile

FILE = "README.md"
DATA_CARD = "data_card.md"
SECTION = re.compile(r"^## Sources\n+(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
NO_STATEMENT = (
    "The training set states neither licence nor consent. Do not publish this voice without the"
    " speaker's consent."
)


def write_card(
    folder: Path, run: Run, bundle: Bundle, profile: VoiceProfile, identity: Mapping[str, object]
) -> None:
    """Write the card of an export."""
    target = read_target(families()[profile.family].target)
    licence = str(identity.get("licence") or target.licence)
    parts = [
        _front_matter(profile),
        f"# {_plain(profile.name)}",
        f"{target.name}, fine-tuned on {_data_in_words(bundle)} with voice-curator; step"
        f" {profile.step} of the run `{_plain(profile.name)}`.",
        "## Use\n\n" + _use(profile),
        "## Measures\n\n" + _measures(run, profile.step),
        "## Training data\n\n" + _data(folder, bundle, profile),
        "## Consent and licences\n\n" + _consent(folder),
        f"Licence of the model: {_plain(licence)}."
        " It applies in addition to the licences of the sources.",
        "## Provenance\n\n" + _provenance(bundle, identity),
        "## Limits\n\nThe voice speaks the languages and styles of its training data; others were"
        " not measured. Synthetic speech should be disclosed to its listeners.",
    ]
    (folder / FILE).write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _front_matter(profile: VoiceProfile) -> str:
    """Metadata that the Hugging Face Hub reads."""
    languages = sorted({code.partition("-")[0] for code in profile.languages})
    lines = ["---", "license: other", "pipeline_tag: text-to-speech"]
    lines += ["language:", *(f"- {json.dumps(code)}" for code in languages)] if languages else []
    return "\n".join([*lines, "tags:", "- text-to-speech", f"- {profile.family}", "---"])


def _use(profile: VoiceProfile) -> str:
    category = f', category="{profile.categories[0]}"' if profile.categories else ""
    return (
        "`voice.json` has the speaker's reference clips, length prior and sampling settings. With"
        " them:\n\n"
        "```python\nfrom curator.run_trainer import use_trainer\n\n"
        "use_trainer()  # coqui-tts brings another package named trainer\n"
        "from trainer.voice import Voice\n\n"
        f'with Voice.open("FOLDER") as voice:\n    voice.speak("Good evening."{category})'
        '.save("out.wav")\n```\n\n'
        "```\ntrainer speak FOLDER --script lines.txt --out spoken\ntrainer serve FOLDER\n```\n\n"
        "The stock class of the original library loads this folder, too, without those rules."
    )


def _measures(run: Run, step: int) -> str:
    lines = []
    for event in of_kind(read_events(run.folder, steps=False), "eval"):
        if event.get("step") == step:
            losses = [
                f"{key} {event[key]:.3f}"
                for key in ("mel_ce", "eos_ce", "text_ce")
                if isinstance(event.get(key), float)
            ]
            lines = [f"Held-out losses in nats, {event.get('clips')} clips: {', '.join(losses)}."]
    means = _evaluated(run.folder, step)
    if means:
        lines.append(
            "Test sentences, means with 95 % intervals:\n\n"
            "| measure | mean | interval | samples |\n|---|---:|---|---:|\n"
            + "\n".join(
                f"| {WORDS[key]} | {mean['mean']:.3f} | {mean['low']:.3f} to {mean['high']:.3f}"
                f" | {mean['samples']} |"
                for key, mean in means.items()
            )
        )
    else:
        lines.append("The speech of this step was not evaluated (`trainer evaluate RUN`).")
    return "\n\n".join(lines)


def _evaluated(run: Path, step: int) -> dict[str, Any]:
    """Means of the shown measures of a step; {} if it was not evaluated."""
    try:
        summary: Any = read_json(run / FOLDER / "summary.json")
        means = summary["checkpoints"][str(step)][""]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {key: means[key] for key in WORDS if key in means}


def _data_in_words(bundle: Bundle) -> str:
    clips = bundle.part("train")
    minutes = sum(clip.duration_s for clip in clips) / 60
    return f"{len(clips)} clips ({minutes:.1f} minutes)"


def _data(folder: Path, bundle: Bundle, profile: VoiceProfile) -> str:
    clips = bundle.part("train")
    counts = Counter(clip.emotion or "no category" for clip in clips)
    categories = ", ".join(f"{_plain(name)} {count}" for name, count in sorted(counts.items()))
    speakers = ", ".join(sorted({_plain(clip.speaker) for clip in clips}))
    lines = [
        f"Speaker: {speakers}. Languages: {', '.join(profile.languages)}.",
        f"{_data_in_words(bundle)} for training, {len(bundle.part('eval'))} held out."
        f" Clips by category: {categories}.",
    ]
    if (folder / DATA_CARD).is_file():
        lines.append(f"Origin, contents and scores: [{DATA_CARD}]({DATA_CARD}).")
    return "\n\n".join(lines)


def _consent(folder: Path) -> str:
    """Sources with their licence and consent, from the data card of the bundle."""
    try:
        card = read_text(folder / DATA_CARD)
    except (OSError, ValueError):
        return NO_STATEMENT
    sources = SECTION.search(card)
    return sources[1].strip() if sources else NO_STATEMENT


def _provenance(bundle: Bundle, identity: Mapping[str, Any]) -> str:
    lines = [f"- Training set: SHA-256 of manifest.jsonl `{bundle.manifest_sha256}`"]
    if bundle.header.get("snapshot"):
        lines.append(f"- Snapshot of the project: {_plain(str(bundle.header['snapshot']))}")
    for name, digest in dict(identity.get("sha256") or {}).items():
        lines.append(f"- Base, {_plain(str(name))}: `{digest}`")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text without characters that Markdown or HTML would interpret."""
    return re.sub(r"[`|<>\[\]\n\r*_#]", " ", text).strip()
