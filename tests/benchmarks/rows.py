"""One line of the benchmark table: a peer and ours in one run, with the equality check."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A measure of a peer beside ours.

    id: "S1"... measure: what was done, in words. peer, ours: the figures, in ``unit``.
    higher_is_better: False for times (ratio = peer / ours), True for rates (ratio = ours / peer).
    pass_line: the ratio that passes; or, where ``is_limit``, a figure that ours must not exceed.
    equal: whether the equality check held; note: what was compared and the figures of it.
    """

    id: str
    measure: str
    peer_name: str
    peer: float | None
    ours: float
    unit: str
    pass_line: float
    equal: bool
    note: str
    higher_is_better: bool = False
    is_limit: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; None where there is no peer."""
        if self.peer is None:
            return None
        better, worse = (self.ours, self.peer) if self.higher_is_better else (self.peer, self.ours)
        return better / worse

    @property
    def passed(self) -> bool:
        """Whether the pass line is reached and the equality check held."""
        if not self.equal:
            return False
        if self.is_limit:
            return self.ours <= self.pass_line
        return self.ratio is not None and self.ratio >= self.pass_line
