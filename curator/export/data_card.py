"""``data_card.md``: where a set comes from and what is in it, for people."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean, median

from curator.domain.errors import printable
from curator.export.contents import Contents
from curator.export.manifest import ManifestRow

SHOWN_SENTENCES = 3
"""So many refused clips are shown for each reason; refused.jsonl has them all."""


def data_card(
    contents: Contents,
    rows: Sequence[ManifestRow],
    notes: Iterable[str],
    generator: str,
    made: datetime,
    lists: Mapping[str, bytes],
) -> str:
    """The card's text, in Markdown. lists: what lists the clips, by file name."""
    settings = contents.settings
    minutes = sum(row.duration_s for row in rows) / 60
    parts = [
        f"# Data card: {_plain(settings.speaker)}",
        f"{len(rows)} clips, {minutes:.1f} minutes, language {settings.language or 'as spoken'}, "
        f"made for {contents.target.name} by {generator} on "
        f"{made.astimezone(UTC):%Y-%m-%d %H:%M} UTC. Mono, 16 bit, {contents.target.rate} Hz.",
        "\n".join(f"- {_plain(note)}" for note in notes),
        "## Sources\n\n" + _sources(contents, rows),
        "## Contents\n\n" + _categories(rows),
        "## Scores\n\n" + _scores(rows),
        "## Refused\n\n" + _refused(contents),
        "## Licence of the model\n\n"
        f"{contents.target.name}: {contents.target.licence}. It comes on top of the licences of "
        "the sources above.",
        "## The set\n\n" + _set(contents),
        "## Verify\n\n"
        f"{_hashes(lists)}\n"
        f"Evaluation share {settings.eval_share}, seed {settings.seed}: no sentence and no pause "
        "group is on both sides.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _hashes(lists: Mapping[str, bytes]) -> str:
    if "manifest.jsonl" in lists:
        digest = hashlib.sha256(lists["manifest.jsonl"]).hexdigest()
        return (
            f"SHA-256 of manifest.jsonl: `{digest}`. The manifest has that of every clip, "
            "bundle.json those of the other files; `curator verify` compares all."
        )
    return "\n".join(
        f"- SHA-256 of {name}: `{hashlib.sha256(content).hexdigest()}`"
        for name, content in lists.items()
    )


def _set(contents: Contents) -> str:
    settings = contents.settings
    if not settings.snapshot:
        return "No snapshot was taken."
    return (
        f"Snapshot of the project: {_plain(settings.snapshot)}. Hash of all decisions: "
        f"`{settings.state_hash}`. `curator compare` says what has changed since."
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
                printable(recording.name),
                str(clips[key]),
                f"{minutes[key]:.1f}",
                recording.licence or "no licence recorded",
                recording.consent or "no consent recorded",
                f"`{key}`",
            )
        )
    return _table(("recording", "clips", "minutes", "licence", "consent", "SHA-256"), lines)


def _categories(rows: Sequence[ManifestRow]) -> str:
    categories = sorted({row.emotion or "" for row in rows})
    weighted = any(row.weight != 1.0 for row in rows)
    lines = []
    for category in [*categories, None]:
        of_it = [row for row in rows if category is None or (row.emotion or "") == category]
        cells = [{None: "all", "": "no category"}.get(category) or str(category)]
        for side in ("train", "eval"):
            seconds = [row.duration_s for row in of_it if row.split == side]
            cells += [str(len(seconds)), f"{sum(seconds) / 60:.1f}"]
        if weighted:
            cells.append(
                f"{fmean(row.weight for row in of_it):.2f}" if category is not None else ""
            )
        lines.append(tuple(cells))
    title = ("category", "train clips", "train minutes", "eval clips", "eval minutes")
    return _table((*title, "times heard per epoch") if weighted else title, lines)


def _scores(rows: Sequence[ManifestRow]) -> str:
    lines = []
    for key in sorted({key for row in rows for key in row.scores}):
        values = [row.scores[key] for row in rows if key in row.scores]
        figures = (min(values), median(values), max(values))
        lines.append((key, str(len(values)), *map(_short, figures)))
    if not lines:
        return "No clip has been scored."
    return _table(("score", "clips", "least", "median", "most"), lines)


def _refused(contents: Contents) -> str:
    refused = contents.refused
    if not refused:
        return f"None: the trainer can use all {len(contents.kept)} kept clips."
    reasons = Counter(refusal.reason_key for refusal in refused)
    lines = [
        f"{len(refused)} of {len(contents.kept)} kept clips cannot be trained on; refused.jsonl "
        "names each."
    ]
    for key in sorted(reasons, key=contents.target.refusal_order.index):
        shown = [refusal for refusal in refused if refusal.reason_key == key][:SHOWN_SENTENCES]
        examples = " ".join(f"Clip {each.clip_id}: {_plain(each.sentence)}" for each in shown)
        lines.append(f"- {key}: {reasons[key]}. {examples}")
    return "\n".join(lines)


def _short(figure: float) -> str:
    """Four digits, but whole numbers in full."""
    return f"{figure:.0f}" if abs(figure) >= 1000 else f"{figure:.4g}"


def _table(title: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [title, ["---"] * len(title), *lines]
    return "\n".join("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows)


def _plain(text: str) -> str:
    """A text on one line that cannot break a table or be taken for HTML."""
    one_line = " ".join(text.encode("utf-8", "backslashreplace").decode().split())
    return one_line.replace("|", "\\|").replace("<", "&lt;")
