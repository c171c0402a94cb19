"""Helpers of the tests of `trainer codebook` and `trainer decoder`."""

import itertools
import os
import signal

from trainer.speech.whisper_models import MissingWhisper


def words(command, *arguments, changes):
    """Words of a command with the preset tiny-cpu and changed settings."""
    settings = [word for change in changes for word in ("--set", change)]
    return [command, *map(str, arguments), "--preset", "tiny-cpu", *settings]


def interrupted(step, at):
    """The update ``step``, interrupted at the start of the call number ``at``."""
    calls = itertools.count(1)

    def update(*arguments):
        if next(calls) == at:
            raise KeyboardInterrupt
        return step(*arguments)

    return update


def pausing(step):
    """The update ``step``, which asks its own process to pause first."""

    def update(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        return step(*arguments)

    return update


class NoWhisper:
    """Fake transcriber without a model, as on a machine that has none."""

    def __init__(self, device):
        self.device = device

    def name(self, language):
        raise MissingWhisper("There is no model in this test.")

    def transcribe(self, samples, language):
        raise MissingWhisper("There is no model in this test.")
