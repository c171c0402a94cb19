"""Errors with a message and a hint for the user."""

MAX_LINE = 1000  # characters: a message may quote a name from a damaged file


class TrainerError(Exception):
    """An error that the user can fix.

    sentence: what is wrong and where. hint: what to do, or "".
    """

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "") -> None:
        lines = (_shortened(line) for line in sentence.split("\n"))
        self.sentence = "\n".join(lines)
        super().__init__(self.sentence)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


def _shortened(line: str) -> str:
    half = MAX_LINE // 2
    return line if len(line) <= MAX_LINE else f"{line[:half]}...{line[-half:]}"


class WrongUsage(TrainerError):
    """Invalid arguments or configuration."""

    exit_code = 2


class BrokenBundle(TrainerError):
    """A bundle with an invalid manifest; each error names its line."""


class BrokenBase(TrainerError):
    """Missing or unexpected base model files."""


class BrokenRun(TrainerError):
    """An invalid or unsuitable run folder."""


class TrainingFailed(TrainerError):
    """A training that cannot continue."""
