"""``data_card.md``: origin and contents of a training set."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean, median

from curator.domain.errors import printable
from curator.export.contents import Contents
from curator.export.data import ExportData
from curator.export.manifest import ManifestRow
from curator.export.markdown import markdown

EXAMPLES = 3
"""Refused clips shown for each reason; refused.jsonl has all."""


@dataclass(frozen=True, slots=True)
class DataCard:
    """Inputs of a data card. hashes: SHA-256 of the files that list or hold the clips, by name."""

    contents: Contents
    rows: Sequence[ManifestRow]
    notes: Sequence[str]
    generator: str
    created: datetime
    hashes: Mapping[str, str]

    def text(self) -> str:
        """Markdown text of the card."""
        data, rows = self.contents.data, self.rows
        settings, target = data.settings, data.target
        minutes = sum(row.duration_s for row in rows) / 60
        parts = [
            f"# Data card: {markdown(settings.speaker)}",
            f"{len(rows)} clips, {minutes:.1f} minutes, language "
            f"{markdown(data.language) or 'as transcribed'}, exported for {target.name} by "
            f"{self.generator} on {self.created.astimezone(UTC):%Y-%m-%d %H:%M} UTC. "
            f"Mono, 16-bit, {target.rate} Hz.",
            "\n".join(f"- {markdown(note)}" for note in self.notes),
            "## Sources\n\n" + _sources(self.contents, rows),
            "## Contents\n\n" + _categories(rows),
            "## Scores\n\n" + _scores(rows),
            "## Refused clips\n\n" + _refused(self.contents),
            "## Model licence\n\n"
            f"{target.name}: {target.licence}. It applies in addition to the licences of the "
            "sources above.",
            "## Snapshot\n\n" + _snapshot(data),
            "## Integrity\n\n"
            f"{_hashes(self.hashes)}\n"
            f"Evaluation share {settings.eval_share}, seed {settings.seed}: no sentence and no "
            "pause group is in both the training and the evaluation clips.",
        ]
        return "\n\n".join(part for part in parts if part) + "\n"


def _hashes(hashes: Mapping[str, str]) -> str:
    if "manifest.jsonl" in hashes:
        return (
            f"SHA-256 of manifest.jsonl: `{hashes['manifest.jsonl']}`. The manifest has the hash "
            "of every clip, bundle.json the hashes of the other files; `curator verify` checks all "
            "of them."
        )
    return "\n".join(f"- SHA-256 of {name}: `{digest}`" for name, digest in hashes.items())


def _snapshot(data: ExportData) -> str:
    if not data.snapshot:
        return "No snapshot was taken."
    return (
        f"Snapshot of the project: {markdown(data.snapshot)}. Hash of all decisions: "
        f"`{data.state_hash}`. `curator compare` shows the changes since."
    )


def _sources(contents: Contents, rows: Sequence[ManifestRow]) -> str:
    minutes: defaultdict[str, float] = defaultdict(float)
    clips = Counter(row.source.sha256 for row in rows)
    for row in rows:
        minutes[row.source.sha256] += row.duration_s / 60
    lines = []
    for recording in sorted(contents.recordings.values(), key=lambda each: each.id):
        key = recording.content_hash
        lines.append(
            (
                markdown(printable(recording.name)),
                str(clips[key]),
                f"{minutes[key]:.1f}",
                markdown(recording.licence or "not stated"),
                markdown(recording.consent or "not stated"),
                f"`{key}`",
            )
        )
    return _table(("recording", "clips", "minutes", "licence", "consent", "SHA-256"), lines)


def _categories(rows: Sequence[ManifestRow]) -> str:
    categories = sorted({row.emotion or "" for row in rows})
    weighted = any(row.weight != 1.0 for row in rows)
    lines = []
    for category in [*categories, None]:
        its_rows = [row for row in rows if category is None or (row.emotion or "") == category]
        cells = [{None: "all", "": "no category"}.get(category) or markdown(str(category))]
        for side in ("train", "eval"):
            seconds = [row.duration_s for row in its_rows if row.split == side]
            cells += [str(len(seconds)), f"{sum(seconds) / 60:.1f}"]
        if weighted:
            cells.append(
                f"{fmean(row.weight for row in its_rows):.2f}" if category is not None else ""
            )
        lines.append(tuple(cells))
    title = ("category", "train clips", "train minutes", "eval clips", "eval minutes")
    return _table((*title, "occurrences per epoch") if weighted else title, lines)


def _scores(rows: Sequence[ManifestRow]) -> str:
    lines = []
    for key in sorted({key for row in rows for key in row.scores}):
        values = [row.scores[key] for row in rows if key in row.scores]
        figures = (min(values), median(values), max(values))
        lines.append((markdown(key), str(len(values)), *map(_short, figures)))
    if not lines:
        return "No scores."
    return _table(("score", "clips", "minimum", "median", "maximum"), lines)


def _refused(contents: Contents) -> str:
    refused = contents.refused
    if not refused:
        return f"None: the trainer accepts all {len(contents.kept)} kept clips."
    reasons = Counter(refusal.reason_key for refusal in refused)
    lines = [
        f"The trainer refuses {len(refused)} of {len(contents.kept)} kept clips; refused.jsonl "
        "lists them all."
    ]
    for key in sorted(reasons, key=contents.data.target.refusal_order.index):
        shown = [refusal for refusal in refused if refusal.reason_key == key][:EXAMPLES]
        examples = " ".join(f"Clip {each.clip_id}: {markdown(each.sentence)}" for each in shown)
        lines.append(f"- {key}: {reasons[key]}. {examples}")
    return "\n".join(lines)


def _short(figure: float) -> str:
    """Number with four significant digits; integers from 1000 in full."""
    return f"{figure:.0f}" if abs(figure) >= 1000 else f"{figure:.4g}"


def _table(title: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [title, ["---"] * len(title), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
