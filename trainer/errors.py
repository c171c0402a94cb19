"""Errors with a message and a hint for the user."""


class TrainerError(Exception):
    """An error that the user can fix.

    sentence: what is wrong and where. hint: what to do, or "".
    """

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


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
