"""What a change of the categories has to know of a project, and carrying it out."""

from curator.domain.category_edits import CategoryEdit, LabelledClips
from curator.domain.decision import Changes, Field
from curator.domain.weights import Weights
from curator.store.project import Project


def labelled(project: Project) -> LabelledClips:
    """The categories, what has them, and how often they shall be heard."""
    given = project.decisions.of_clips(Field.EMOTION)
    return LabelledClips(
        project.settings.emotions,
        {clip: str(emotion) for clip, emotion in given.items()},
        weights(project),
    )


def weights(project: Project) -> Weights:
    """How often categories shall be heard, as decided."""
    return Weights.from_json(project.decisions.of_project(Field.WEIGHTS))


def carry_out(project: Project, act: CategoryEdit) -> Changes:
    """Do it as one act, which is undone as a whole."""
    return project.decisions.apply_all(act.label, act.edits)
