"""Ending control: rules on the logits of the next speech token, for any model family.

A network that samples speech tokens fails in four ways: it stops early, it does not stop, it
repeats a stretch, or it stutters on one sound. A band of speech tokens, fitted to this speaker's
own clips, limits where an ending is natural:

- below ``least`` it cannot stop;
- from ``expected`` on, stopping is made likelier, but only where the network itself ranks it among
  its choices: at a natural end it gives the stop a few per cent, the draw misses it, and then the
  preference for it fades. Where it is sure by itself, nothing is changed;
- at ``most`` it must stop;
- a loop (the same stretch of tokens over and over) and a stutter (one token) are broken: the token
  that would go on with it is forbidden, and past ``least`` the stop is allowed at once.

An ``Ending`` belongs to one text and one draw. It is a plain object: no hook in the network, so
nothing of it is left behind for the next text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.speech.prior import Band

Logits = NDArray[np.floating]

STUTTER = 10  # equal tokens in a row: 0.4 s of Chatterbox's, 0.46 s of XTTS's; pauses have fewer
LOOP_TIMES = 3  # repetitions before a stretch counts as a loop
SHORTEST_LOOP, LONGEST_LOOP = 2, 40  # tokens of a stretch
LOOP_TOKENS = 16  # a loop is at least so long in all: a vowel may alternate between two codes
# Probabilities of stopping between which help is due: below, the network does not think of it;
# above, it will find its end by itself.
AMONG_CHOICES, SURE = 0.03, 0.5
HELP_NATS = 4.0  # added to the stop's logit at the band's upper end
FIRST_HELP = 0.4  # of it, at the expected length


@dataclass(frozen=True, slots=True)
class EndingRules:
    """Which rules hold, and how strong; the defaults are meant for any family.

    stutter: tokens in a row. help_nats: the most that is added to the stop's logit. only_cap: the
    network ends as it likes, up to the most.
    """

    stutter: int = STUTTER
    loop_times: int = LOOP_TIMES
    loop_tokens: int = LOOP_TOKENS
    help_nats: float = HELP_NATS
    among_choices: float = AMONG_CHOICES
    only_cap: bool = False


class Ending:
    """The rules for one text. stop: id of the token that ends speech.

    check: called before each token; raises to cancel. applied: rules that were applied, once each.
    """

    def __init__(
        self,
        band: Band,
        stop: int,
        rules: EndingRules | None = None,
        check: Callable[[], None] | None = None,
    ) -> None:
        self.least = max(1, int(np.floor(band.least)))
        self.expected = max(self.least, round(band.expected))
        self.most = max(self.least + 1, int(np.ceil(band.most)))
        self.stop = stop
        self.rules = rules or EndingRules()
        self.applied: list[str] = []
        self._check = check

    def shape(self, logits: Logits, tokens: Sequence[int]) -> Logits:
        """The logits of the next token, (vocabulary,), after ``tokens`` tokens; a new array.

        Give them as they come from the network (after guidance, before temperature and top-p).
        """
        if self._check is not None:
            self._check()
        shaped = np.array(logits, dtype=np.float64)
        if len(tokens) >= self.most:
            return self._only_stop(shaped, "longest")
        if self.rules.only_cap:
            return shaped
        broken = self._broken(tokens)
        if broken is not None and len(tokens) >= self.least:
            return self._only_stop(shaped, "loop")
        if broken is not None:
            shaped[broken] = -np.inf
            self._note("loop")
        if len(tokens) < self.least:
            if int(np.argmax(shaped)) == self.stop:
                self._note("early")
            shaped[self.stop] = -np.inf
        elif len(tokens) >= self.expected and self._thinks_of_stopping(shaped):
            late = (len(tokens) - self.expected) / (self.most - self.expected + 1)
            shaped[self.stop] += self.rules.help_nats * (FIRST_HELP + (1 - FIRST_HELP) * late)
            self._note("helped")
        return shaped

    def _only_stop(self, shaped: Logits, why: str) -> Logits:
        if int(np.argmax(shaped)) != self.stop:
            self._note(why)
        only = np.full_like(shaped, -np.inf)
        only[self.stop] = 0.0
        return only

    def _note(self, what: str) -> None:
        if what not in self.applied:
            self.applied.append(what)

    def _thinks_of_stopping(self, logits: Logits) -> bool:
        top = float(np.max(logits))
        share = np.exp(logits[self.stop] - top) / np.exp(logits - top).sum()
        return bool(self.rules.among_choices <= share < SURE)

    def _broken(self, tokens: Sequence[int]) -> int | None:
        """The token that would go on with a stutter or a loop, None where there is neither."""
        rules = self.rules
        if len(tokens) >= rules.stutter and len(set(tokens[-rules.stutter :])) == 1:
            return int(tokens[-1])
        for size in range(SHORTEST_LOOP, LONGEST_LOOP + 1):
            times = max(rules.loop_times, -(-rules.loop_tokens // size))
            if len(tokens) < times * size:
                continue
            stretch = list(tokens[-size:])
            again = list(tokens[-times * size :])
            if again == stretch * times and len(set(stretch)) > 1:
                return int(stretch[0])
        return None
