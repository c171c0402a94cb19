"""What is still wrong with clips that were trained on, by the scores the bundle has of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import all_where, line, whole
from trainer.report.run_figures import RunFigures, joined
from trainer.report.run_files import EVENTS, MANIFEST, REFUSED
from trainer.report.sources import RULE, Row

# From where on a clip should be heard again; the same limits as on curator's audit page.
CLIPPED_SHARE = 0.0005
NOISY_SNR_DB = 15.0
NARROW_BAND_HZ = 5_500.0
LONG_SILENCE_S = 0.6
QUIET_LUFS = -38.0
POOR_QUALITY_MOS = 2.0
SHOWN = 8  # clips named of each finding


@dataclass(frozen=True, slots=True)
class Check:
    """A score and the limit beyond which it is a finding. way: above or below. scale: as shown."""

    score: str
    way: str
    limit: str
    sentence: str
    form: str


CHECKS = (
    Check("clipping", "above", "CLIPPED_SHARE", "clips are clipped, share above", ".2%"),
    Check("snr", "below", "NOISY_SNR_DB", "clips are noisy, decibels below", ".0f"),
    Check("bandwidth", "below", "NARROW_BAND_HZ", "clips are dull, nothing above Hz", ",.0f"),
    Check("lead_silence", "above", "LONG_SILENCE_S", "clips begin in silence over seconds", ".1f"),
    Check("trail_silence", "above", "LONG_SILENCE_S", "clips end in silence over seconds", ".1f"),
    Check("loudness", "below", "QUIET_LUFS", "clips are very quiet, LUFS below", ".0f"),
    Check("dnsmos_ovrl", "below", "POOR_QUALITY_MOS", "clips sound poor, DNSMOS below", ".1f"),
)  # fmt: skip


def flagged_clips(figures: RunFigures, check: Check) -> list[tuple[int, Row]]:
    """The training clips that a check finds, the worst first."""
    limit = globals()[check.limit]
    way = 1 if check.way == "above" else -1
    rows = [
        (number, row)
        for number, row in figures.run.sources.found(MANIFEST, split="train")
        if isinstance(row["scores"].get(check.score), int | float)
        and (row["scores"][check.score] - limit) * way > 0
    ]
    return sorted(rows, key=lambda pair: -way * pair[1]["scores"][check.score])


def section(figures: RunFigures) -> Section:
    """A point for each finding with the clips to hear again."""
    found = Section("findings", "Findings still in the training set")
    if figures.run.bundle is None:
        found.add(Paragraph(inline("Nothing can be said without the bundle.")))
        return found
    points = list(_points(figures))
    scored = any(row["scores"] for _, row in figures.run.sources.found(MANIFEST, split="train"))
    if points:
        found.add(Bullets(points))
    elif scored:
        found.add(Paragraph(inline("The scores in the bundle find nothing wrong with any clip.")))
    if not scored:
        found.add(
            Paragraph(
                inline("The bundle has no scores of its clips, so nothing was looked for in them.")
            )
        )
    found.add(
        Paragraph(
            inline(
                "Scores do not hear a wrong word or another voice; decide these on curator's audit"
                " page, where every finding can be heard."
            ),
            "quiet",
        )
    )
    return found


def _points(figures: RunFigures) -> Iterator[Inline]:
    for check in CHECKS:
        clips = flagged_clips(figures, check)
        if not clips:
            continue
        scores = all_where(MANIFEST, {"split": "train"}, "scores", check.score)
        limit = whole(RULE, __name__, check.limit)
        yield (
            *inline(
                f"{{}} {check.sentence} {{}}: ",
                figures.get(check.way, scores, limit, form="d"),
                figures.get("value", limit, form=check.form),
            ),
            *joined([clip_name(figures, pair) for pair in clips[:SHOWN]]),
            " and more." if len(clips) > SHOWN else ".",
        )
    nameless = all_where(MANIFEST, {"split": "train", "emotion": None}, "id")
    every = all_where(MANIFEST, {"split": "train"}, "id")
    count = figures.get("count", nameless, form="d")
    if count.value and count.value < figures.get("count", every).value:
        yield inline("{} clips have no category while others have one.", count)
    rejected = figures.run.events("rejected")
    if rejected:
        names = [
            figures.get("text", line(EVENTS, number, "clip"), form="s") for number, _ in rejected
        ]
        count = figures.get("count", all_where(EVENTS, {"event": "rejected"}), form="d")
        yield (
            *inline("{} clips of the bundle could not be used: ", count),
            *joined(names[:SHOWN]),
            " and more." if len(names) > SHOWN else ".",
        )
    if figures.run.sources.found(REFUSED):
        yield inline(
            "{} kept clips were refused at the export; refused.jsonl in the bundle says why.",
            figures.get("count", all_where(REFUSED, {}), form="d"),
        )


def clip_name(figures: RunFigures, pair: tuple[int, Row]) -> Figure:
    """A clip's id, from its line."""
    return figures.get("text", line(MANIFEST, pair[0], "id"), form="s")
