"""Errors of the world, not of the program: each is a sentence and a hint for the person."""


class TrainerError(Exception):
    """Something a person can put right.

    sentence: what is wrong and where. hint: what to do about it, or "" if nothing helps.
    """

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


class WrongUsage(TrainerError):
    """A command or a configuration that cannot be understood."""

    exit_code = 2


class BrokenBundle(TrainerError):
    """A bundle whose manifest cannot be read; each fault names its line."""


class BrokenBase(TrainerError):
    """The files of the base model are missing, or are not the ones expected."""


class BrokenRun(TrainerError):
    """A run folder that cannot be continued from, spoken with or reported on."""


class TrainingFailed(TrainerError):
    """The run stopped because going on would only spoil the network."""
