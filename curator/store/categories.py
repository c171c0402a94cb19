"""Reading and changing the categories of a project."""

from curator.domain.category_edits import CategoryEdit, LabelledClips
from curator.domain.decision import Changes, Field
from curator.domain.weights import Weights
from curator.store.project import Project


def labelled(project: Project) -> LabelledClips:
    """Categories, labels of clips and sampling weights."""
    given = project.decisions.of_clips(Field.EMOTION)
    return LabelledClips(
        project.settings.emotions,
        {clip: str(emotion) for clip, emotion in given.items()},
        weights(project),
    )


def weights(project: Project) -> Weights:
    """Decided sampling weights of the categories."""
    return Weights.from_json(project.decisions.of_project(Field.WEIGHTS))


def carry_out(project: Project, act: CategoryEdit) -> Changes:
    """Apply the edits as one act, undone as a whole."""
    return project.decisions.apply_all(act.label, act.edits)
