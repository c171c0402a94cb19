"""Interface of the clip columns that queries and orders read."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from curator.ui.clip_data.column_groups import Codes, Column, Positions


class ColumnSource(Protocol):
    """Columns of one value per clip; ClipColumns implements it.

    ids: int64, one per clip. emotions: codes of the categories in the column "emotion".
    """

    ids: NDArray[np.int64]
    emotions: Codes

    def __len__(self) -> int:
        """Return the number of clips."""
        ...

    def column(self, name: str) -> Column:
        """Column by name, for example "score:KEY", "finding:KEY", "duration" in seconds."""
        ...

    def finding_keys(self) -> list[str]:
        """Keys of all findings."""
        ...

    def recordings_called(self, part: str) -> list[int]:
        """Ids of the recordings with this substring in their name."""
        ...

    def language_code(self, language: str) -> int | None:
        """Code of a language in the column "language", None if no clip has it."""
        ...

    def texts_with(self, part: str) -> Column:
        """Mask of the clips with this case-folded substring in their text."""
        ...

    def text_ranks(self) -> Column:
        """Alphabetical rank of each text, equal for equal texts, nan without text."""
        ...

    def ordered(self, where: Positions, name: str, descending: bool = False) -> Positions:
        """Positions sorted by a column: stable, clips without a value last."""
        ...
