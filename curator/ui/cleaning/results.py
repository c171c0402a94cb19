"""What was found out about recipes, in the words of the tables."""

from collections.abc import Mapping, Sequence

from curator.domain.cleaning import CleaningComparison, CleaningVerdict, best
from curator.domain.errors import printable
from curator.domain.recipe import NOTHING
from curator.jobs.cleaning import Outcome
from curator.ui.cleaning.scope import ScopeListing
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import counted, translated


def _words(text: str) -> str:
    return translated("Cleaning", text)


def clip_rows(listing: ScopeListing, tried: Mapping[int, CleaningVerdict]) -> list[tuple[str, ...]]:
    """A row a clip: number, recording, what the recipe did, the guard's word, what it has now."""
    rows: list[tuple[str, ...]] = []
    for clip in listing.clips:
        verdict = tried.get(clip)
        did = verdict.sentence if verdict else ""
        now = listing.now.get(clip, NOTHING)
        now = _words(QT_TRANSLATE_NOOP("Cleaning", "as recorded")) if now == NOTHING else now
        rows.append((str(clip), listing.recordings[clip], did, guard_word(verdict), now))
    return rows


def guard_word(verdict: CleaningVerdict | None) -> str:
    """Accepted, or refused and why; "not tried" where nothing is known."""
    if verdict is None:
        return _words(QT_TRANSLATE_NOOP("Cleaning", "not tried"))
    if verdict.is_accepted:
        return _words(QT_TRANSLATE_NOOP("Cleaning", "accepted"))
    return _words(QT_TRANSLATE_NOOP("Cleaning", "refused: %1")).replace(
        "%1", "; ".join(verdict.refused)
    )


def summary(outcome: Outcome) -> str:
    """How a trial went, over all clips."""
    good, bad = len(outcome.accepted), len(outcome.refused)
    said = [
        counted(
            good,
            _words(QT_TRANSLATE_NOOP("Cleaning", "The guard accepts %n clip")),
            _words(QT_TRANSLATE_NOOP("Cleaning", "The guard accepts %n clips")),
        )
    ]
    if bad:
        refused = counted(
            bad,
            _words(QT_TRANSLATE_NOOP("Cleaning", "refuses %n, which stays")),
            _words(QT_TRANSLATE_NOOP("Cleaning", "refuses %n, which stay")),
        )
        said.append(refused + " " + _words(QT_TRANSLATE_NOOP("Cleaning", "as recorded")))
    words = ", ".join(said) + "."
    if outcome.failures:
        words += " " + counted(
            outcome.failures,
            _words(
                QT_TRANSLATE_NOOP("Cleaning", "%n item could not be done; see Work and messages.")
            ),
            _words(
                QT_TRANSLATE_NOOP("Cleaning", "%n items could not be done; see Work and messages.")
            ),
        )
    return words


def comparison_rows(
    names: Mapping[int, str], found: Mapping[int, Sequence[CleaningComparison]]
) -> list[tuple[str, ...]]:
    """A row a recording and recipe, "none" first, and a word at the best of each recording."""
    rows: list[tuple[str, ...]] = []
    for number, comparisons in found.items():
        chosen, name = best(comparisons), printable(names[number])
        mark = _words(QT_TRANSLATE_NOOP("Cleaning", "best"))
        rows.append((name, NOTHING, "", "", "", "", mark if chosen == NOTHING else ""))
        for each in comparisons:
            voice = each.similarity
            rows.append(
                (
                    name,
                    each.recipe,
                    str(each.clips),
                    f"{each.refused:.0%}",
                    f"{each.overall.before:.2f} → {each.overall.after:.2f}",
                    f"{voice.before:.2f} → {voice.after:.2f}" if voice else "–",
                    mark if each.recipe == chosen else "",
                )
            )
    return rows
