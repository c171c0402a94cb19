"""Networks that compute speaker vectors; a project uses one of them."""

from collections.abc import Mapping

from curator.domain.errors import CuratorError

RESEMBLYZER, CAMPPLUS = "resemblyzer", "campplus"

ENCODERS: Mapping[str, str] = {RESEMBLYZER: "Resemblyzer", CAMPPLUS: "CAM++"}
"""Names for people by key; the first is the default."""


def require_encoder(key: str) -> str:
    """The key. Raises CuratorError, naming the encoders, if there is none of that key."""
    if key not in ENCODERS:
        choices = ", ".join(ENCODERS)
        raise CuratorError(f"There is no speaker encoder {key!r}.", f"Choose one of: {choices}.")
    return key
