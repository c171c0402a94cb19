"""Scores of a clip by the registered scorers, each its own producer."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from curator.audio.excerpts import Excerpts
from curator.audio.waveform import Waveform
from curator.domain.errors import CuratorError
from curator.domain.fact import ClipFact, Producer, Score
from curator.stages import ClipSound, Failed
from curator.stages.scoring.scorers import Scorer, ScorerInfo, ScorerInput, scorers

FINDS = Score


def producer_of(info: ScorerInfo, *, exact: bool = False) -> Producer:
    """Under which name a scorer's numbers are stored; where there are modes, with the mode."""
    return Producer(f"score.{info.key}", info.version, _mode(info, exact=exact))


def _mode(info: ScorerInfo, *, exact: bool) -> str:
    if not info.modes:
        return ""
    return "exact" if exact and "exact" in info.modes else info.modes[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """A scorer that has loaded what it needs."""

    info: ScorerInfo
    made_by: Producer
    score: Scorer


class ScoreClips:
    """Finds the scores of each clip.

    keys: which scorers, by their key; None for all. exact: those that can be quick or exact are
    exact. excerpts: where the source quality is read. threads: clips heard side by side.
    """

    key = "score"
    version = 1
    finds = FINDS

    def __init__(
        self,
        keys: Sequence[str] | None = None,
        *,
        exact: bool = False,
        excerpts: Excerpts,
        threads: int = 1,
    ) -> None:
        known = {info.key: info for info in scorers()}
        chosen = list(known) if keys is None else keys
        unknown = sorted(set(chosen) - set(known))
        if unknown:
            raise CuratorError(
                f"There is no scorer called {unknown[0]!r}.", f"Choose from: {', '.join(known)}."
            )
        self.options = "exact" if exact else "fast"
        self._scorers = [
            _Ready(
                known[key],
                producer_of(known[key], exact=exact),
                known[key].create(_mode(known[key], exact=exact)),
            )
            for key in chosen
        ]
        self._excerpts = excerpts
        self._threads = threads

    def run(self, items: Iterable[ClipSound]) -> Iterator[ClipFact | Failed]:
        """Several Scores for each clip, in order; Failed, with the others, for what went wrong."""
        waiting: deque[Future[list[ClipFact | Failed]]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for item in items:
                # One thread reads the source: open files are not shared.
                waiting.append(pool.submit(self._scores, item, self._source(item)))
                if len(waiting) > self._threads:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def _source(self, item: ClipSound) -> Waveform | CuratorError | None:
        """The clip at source quality or why it cannot be had; None when no scorer asks for it."""
        if all(ready.info.hears == "cache" for ready in self._scorers):
            return None
        try:
            if item.version is None:
                return self._excerpts.read(item.recording, item.span)
            version = item.version
            return self._excerpts.read(version.recording, version.span_in(item.recording))
        except CuratorError as error:
            return error

    def _scores(
        self, item: ClipSound, source: Waveform | CuratorError | None
    ) -> list[ClipFact | Failed]:
        results: list[ClipFact | Failed] = []
        if isinstance(source, CuratorError):
            results.append(Failed(item.clip_id, str(source)))
        cache = item.wave
        for ready in self._scorers:
            wave = cache if ready.info.hears == "cache" else source
            if isinstance(wave, Waveform):
                results += _judged(ready, item, wave)
        return results


def _judged(ready: _Ready, item: ClipSound, wave: Waveform) -> list[ClipFact | Failed]:
    """The numbers of one scorer; Failed, and none of them, when they cannot be used."""
    try:
        values = ready.score(ScorerInput(wave, item.text))
    except (CuratorError, ValueError, ArithmeticError, RuntimeError) as error:
        return [Failed(item.clip_id, f"{ready.info.label}: {error}")]
    if not all(map(math.isfinite, values.values())):
        return [Failed(item.clip_id, f"{ready.info.label}: it came to no finite number.")]
    return [
        ClipFact(item.clip_id, item.span, ready.made_by, Score(key, float(value)))
        for key, value in values.items()
    ]
