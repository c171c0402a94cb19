"""Change of the speaker encoder of a project."""

from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.jobs.pipeline import analyse

STEPS = ("embed", "lay_out")
"""Stages whose facts the change deletes."""


def change_encoder(work: JobContext, options: Options, encoder: str) -> int:
    """Set the speaker encoder and compute embeddings and the map again.

    Returns the number of clips that failed. Facts of the encoder before are deleted; after a pause
    the next analysis continues.
    """
    work.write(lambda project: project.set_speaker_encoder(encoder))
    return analyse(work, options, STEPS)
