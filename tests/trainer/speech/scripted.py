"""A network that follows a script instead of weights: the four ways to fail, and the right one."""

from collections.abc import Callable, Sequence

import numpy as np

from trainer.speech.endings import Ending

STOP, SIZE = 100, 101
Script = Callable[[Sequence[int], np.random.Generator], np.ndarray]


def spoken(script: Script, ending: Ending | None, seed: int, most: int = 1000) -> list[int]:
    """The tokens it says until it stops, drawn as a network's are."""
    draw = np.random.default_rng(seed)
    said: list[int] = []
    while len(said) < most:
        logits = script(said, draw)
        if ending is not None:
            logits = ending.shape(logits, said)
        shares = np.exp(logits - logits.max())
        token = int(np.searchsorted(np.cumsum(shares / shares.sum()), draw.random()))
        if token == STOP:
            break
        said.append(token)
    return said


def _logits(token: int, stop: float) -> np.ndarray:
    """Nearly all on one token, and this probability of stopping."""
    logits = np.full(SIZE, -12.0)
    logits[token] = 6.0
    if stop > 0:
        logits[STOP] = 6.0 + np.log(stop / max(1e-9, 1 - stop))
    return logits


def speech(at: int, seed: int) -> int:
    """The token of a voice at one place: held for three steps, in no pattern."""
    return (7919 * (at // 3 + 1) * (at // 3 + 3 + seed) + 104729 * seed) % 9973 % STOP


def natural(length: int, seed: int) -> Script:
    """Stops at its length, as networks do: likely there, with a little before and after."""

    def script(said: Sequence[int], draw: np.random.Generator) -> np.ndarray:
        left = length - len(said)
        stop = 1e-5 if left > 3 else 0.02 if left > 0 else 0.9
        return _logits(speech(len(said), seed), stop)

    return script


def stops_early(at: int, seed: int) -> Script:
    """Wants to stop at once from ``at`` on."""

    def script(said: Sequence[int], draw: np.random.Generator) -> np.ndarray:
        return _logits(speech(len(said), seed), 0.95 if len(said) >= at else 0.0)

    return script


def never_stops(seed: int) -> Script:
    """Goes on with new sounds for ever."""
    return lambda said, draw: _logits(speech(len(said), seed), 0.0)


def repeats(size: int, seed: int) -> Script:
    """Says the same stretch over and over."""
    return lambda said, draw: _logits(speech(len(said) % size, seed), 0.0)


def stutters(at: int, seed: int) -> Script:
    """Holds one sound from ``at`` on."""
    return lambda said, draw: _logits(speech(min(len(said), at), seed), 0.0)


def misses_its_end(length: int, seed: int) -> Script:
    """At its end the stop has 5 % for six steps, then the preference is gone."""

    def script(said: Sequence[int], draw: np.random.Generator) -> np.ndarray:
        near = 0 <= len(said) - length < 6
        return _logits(speech(len(said), seed), 0.05 if near else 1e-4)

    return script
