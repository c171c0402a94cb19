"""coqui-tts, formatter ``coqui``: the metadata files of a bundle, without the rest of it."""

from collections.abc import Sequence

from curator.export.formats.xtts import metadata
from curator.export.manifest import ManifestRow


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """See the package. coqui-tts stumbles over a list without clips, so none is there for eval."""
    train = [row for row in rows if row.split == "train"]
    evaluation = [row for row in rows if row.split == "eval"]
    found = {"metadata_train.csv": metadata(train)}
    return {**found, "metadata_eval.csv": metadata(evaluation)} if evaluation else found
