"""Cleaning results as text for tables and the status line."""

from collections.abc import Mapping, Sequence

from curator.domain.cleaning import CleaningComparison, CleaningVerdict, best
from curator.domain.errors import printable
from curator.domain.recipe import NOTHING
from curator.jobs.cleaning import Outcome
from curator.ui.cleaning.scope import ScopeListing
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import counted, number, translated


def _words(text: str) -> str:
    return translated("Cleaning", text)


def clip_rows(
    listing: ScopeListing, verdicts: Mapping[int, CleaningVerdict]
) -> list[tuple[str, ...]]:
    """One row per clip: id, recording, effect, guard verdict, current recipe."""
    rows: list[tuple[str, ...]] = []
    for clip in listing.clips:
        verdict = verdicts.get(clip)
        effect = verdict.sentence if verdict else ""
        recipe = listing.recipes.get(clip, NOTHING)
        if recipe == NOTHING:
            recipe = _words(QT_TRANSLATE_NOOP("Cleaning", "original"))
        rows.append((str(clip), listing.recordings[clip], effect, verdict_text(verdict), recipe))
    return rows


def verdict_text(verdict: CleaningVerdict | None) -> str:
    """Return "accepted", "refused: REASON" or "not tried"."""
    if verdict is None:
        return _words(QT_TRANSLATE_NOOP("Cleaning", "not tried"))
    if verdict.is_accepted:
        return _words(QT_TRANSLATE_NOOP("Cleaning", "accepted"))
    return _words(QT_TRANSLATE_NOOP("Cleaning", "refused: %1")).replace(
        "%1", "; ".join(verdict.refused)
    )


def summary(outcome: Outcome) -> str:
    """Return the counts of a trial."""
    accepted, refused = len(outcome.accepted), len(outcome.refused)
    text = counted(
        accepted,
        _words(QT_TRANSLATE_NOOP("Cleaning", "%n clip accepted")),
        _words(QT_TRANSLATE_NOOP("Cleaning", "%n clips accepted")),
    )
    if refused:
        unchanged = _words(QT_TRANSLATE_NOOP("Cleaning", ", %1 refused (unchanged)"))
        text += unchanged.replace("%1", number(refused))
    text += "."
    if outcome.failures:
        text += " " + counted(
            outcome.failures,
            _words(QT_TRANSLATE_NOOP("Cleaning", "%n item failed; see Jobs and messages.")),
            _words(QT_TRANSLATE_NOOP("Cleaning", "%n items failed; see Jobs and messages.")),
        )
    return text


def comparison_rows(
    names: Mapping[int, str], comparisons: Mapping[int, Sequence[CleaningComparison]]
) -> list[tuple[str, ...]]:
    """One row per recording and recipe, "none" first; the best of each recording is marked."""
    rows: list[tuple[str, ...]] = []
    for recording, tried in comparisons.items():
        winner, name = best(tried), printable(names[recording])
        mark = _words(QT_TRANSLATE_NOOP("Cleaning", "best"))
        rows.append((name, NOTHING, "", "", "", "", mark if winner == NOTHING else ""))
        for each in tried:
            voice = each.similarity
            rows.append(
                (
                    name,
                    each.recipe,
                    str(each.clips),
                    f"{each.refused:.0%}",
                    f"{each.overall.before:.2f} → {each.overall.after:.2f}",
                    f"{voice.before:.2f} → {voice.after:.2f}" if voice else "–",
                    mark if each.recipe == winner else "",
                )
            )
    return rows
