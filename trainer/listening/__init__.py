"""Listening page: samples beside their reference and a real clip, and blind comparison.

One file that needs nothing else. Ratings stay in the browser until they are taken away as a file,
which curator's training page takes in as decisions.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.errors import BrokenRun
from trainer.report.figures import Figure, Inline, plain
from trainer.report.run_files import RunFiles, read_run
from trainer.report.samples import Sample, Samples, categories_spoken
from trainer.report.sounds import as_uri

ASPECTS = ("voice", "pronunciation", "naturalness", "emotion", "smoothness", "consistency")
FORMAT = 1
SEED = 7
ONLY_ONE = "the only clip"
"""The place of a real voice that would be the reference once more."""


@dataclass(frozen=True)
class ComparedVoice:
    """A run at one checkpoint. name: as people read it."""

    samples: Samples
    checkpoint: int

    @property
    def name(self) -> str:
        """The run and the step."""
        base = "as shipped" if self.samples.run.as_shipped else "the base"
        state = f"step {self.checkpoint}" if self.checkpoint else base
        return f"{self.samples.run.name}, {state}"

    @property
    def spoken(self) -> list[Sample]:
        """What it spoke."""
        return self.samples.of(self.checkpoint)


@dataclass
class Sounds:
    """Every sound once. missing: why one cannot be heard."""

    uris: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, path: Path | None) -> str:
        """Take a sound in under a key, and give the key back."""
        if key not in self.uris and key not in self.missing:
            uri, why = as_uri(path)
            if uri:
                self.uris[key] = uri
            else:
                self.missing[key] = why
        return key


def voices_of(folders: Sequence[Path], checkpoint: int | None = None) -> list[ComparedVoice]:
    """Whom to hear: two runs at their best, or one at its best and its base."""
    entries = []
    for folder in folders:
        samples = Samples(read_run(folder))
        step = checkpoint
        if step is None:
            step = samples.shipped if samples.shipped is not None else 0
        if not samples.of(step):
            raise BrokenRun(
                f"{folder} has not spoken at this checkpoint.",
                "Evaluate it first: trainer evaluate.",
            )
        entries.append(ComparedVoice(samples, step))
    if len(entries) == 1 and entries[0].samples.of(0) and entries[0].checkpoint:
        entries.append(ComparedVoice(entries[0].samples, 0))
    return entries


def page_data(voices: Sequence[ComparedVoice], seed: int = SEED) -> dict[str, Any]:
    """What the page's script works on."""
    sounds = Sounds()
    first = voices[0]
    rows = [_row(first, sample, sounds) for sample in first.spoken]
    pairs = _pairs(voices[0], voices[1], sounds, seed) if len(voices) > 1 else []
    return {
        "format": FORMAT,
        "run": first.samples.run.name,
        "checkpoint": first.checkpoint,
        "manifest_sha256": first.samples.run.about.get("manifest_sha256"),
        "names": [voice.name for voice in voices],
        "aspects": list(ASPECTS),
        "rows": rows,
        "pairs": pairs,
        "seed": seed,
        "sounds": sounds.uris,
        "missing": sounds.missing,
    }


def _row(voice: ComparedVoice, sample: Sample, sounds: Sounds) -> dict[str, Any]:
    _, row = sample
    samples = voice.samples
    reference = row.get("reference") or {}
    texts = []
    keys = [sounds.add(_key(voice, row), samples.wav(row))]
    for clip in (row.get("prompt"), reference.get("clip")):
        if len(keys) == 2 and clip is not None and clip == row.get("prompt"):
            sounds.missing[ONLY_ONE] = "No other held-out clip in this category."
            keys.append(ONLY_ONE)
            texts.append("")
            continue
        path, at = samples.clip(clip)
        keys.append(sounds.add(f"clip/{clip}", path))
        texts.append(samples.get("text", at, form="s").text if at is not None else "")
    return {
        "sample": row["sample"],
        "category": row["sentence"]["category"],
        "text": row["sentence"]["text"],
        "heard": row.get("heard"),
        "sounds": keys,
        "said": ["", *texts],
    }


def _pairs(
    one: ComparedVoice, two: ComparedVoice, sounds: Sounds, seed: int
) -> list[dict[str, Any]]:
    """The same sentences by both, in an order and with sides that the seed decides."""
    others = {_sentence(row): row for _, row in two.spoken}
    entries = []
    for _, row in one.spoken:
        other = others.get(_sentence(row))
        if other is None or not (row.get("wav") and other.get("wav")):
            continue
        keys = [
            sounds.add(_key(voice, each), voice.samples.wav(each))
            for voice, each in ((one, row), (two, other))
        ]
        if not any(key in sounds.missing for key in keys):
            entries.append({"text": row["sentence"]["text"], "sounds": keys})
    draw = random.Random(seed)
    draw.shuffle(entries)
    for pair in entries:
        pair["first"] = draw.randrange(2)  # which of the two voices is heard first
    return entries


def _key(voice: ComparedVoice, row: Any) -> str:  # noqa: ANN401 - a row of JSON
    return f"{voice.samples.run.name}/{row['sample']}"


def _sentence(row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row of JSON
    return row["sentence"]["id"], row["sentence"]["text"], row["seed"]


def ends_of_categories(voice: ComparedVoice) -> list[tuple[str, Inline, Inline]]:
    """Category, best and worst sample with the reason, of those with more than one."""
    entries = []
    for kind in categories_spoken(voice.spoken):
        ends = voice.samples.ends(voice.checkpoint, kind)
        if ends is None:
            continue
        best, worst = (_described(voice, sample) for sample in ends)
        entries.append(("no category" if kind is None else kind, best, worst))
    return entries


def _described(voice: ComparedVoice, sample: Sample) -> Inline:
    text: str | Figure = f"“{sample[1]['sentence']['text']}”"
    return (text, " (", plain(voice.samples.why(sample)), ")")


def as_page(voices: Sequence[ComparedVoice], seed: int = SEED) -> str:
    """The whole page."""
    import jinja2

    from trainer.resources import resources

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources() / "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    run: RunFiles = voices[0].samples.run
    return environment.get_template("listen.html.j2").render(
        name=voices[0].name,
        data=page_data(voices, seed),
        ends=ends_of_categories(voices[0]),
        notes=[plain(note) for note in run.notes],
        plain=plain,
    )
