"""How often a person wants a category heard is how often the trainer hears it."""

from collections import Counter
from pathlib import Path

import pytest

from curator.domain.weights import Weights
from tests.helpers.bundles import a_source, as_recording, kept_clips, write_bundle
from trainer.bundle.manifest import read_bundle
from trainer.config import TrainConfig
from trainer.machine.plan import Card, plan, schedule_for

CLIPS = 30
THIN = ("greeting", "question")


def of_two_kinds(clips):
    """Mostly neutral clips, and every tenth a greeting."""
    return [
        type(clip)(
            **{name: getattr(clip, name) for name in clip.__dataclass_fields__}
            | {"emotion": "greeting" if place % 10 == 0 else "neutral"}
        )
        for place, clip in enumerate(clips)
    ]


def exported(folder: Path, weights: Weights):
    recording = as_recording(a_source(folder, seconds=CLIPS * 2.0))
    clips = of_two_kinds(kept_clips(recording, CLIPS, group=1))
    write_bundle(folder / "bundle", clips, [recording], weights=weights, eval_share=0.1)
    return read_bundle(folder / "bundle")


@pytest.mark.parametrize(
    "weights",
    [Weights(), Weights(0.5), Weights(0.0), Weights(1.0, {"neutral": 0.5, "greeting": 2.0})],
    ids=["as they are", "between", "alike", "by category"],
)
def test_the_trainer_hears_categories_as_often_as_was_decided(tmp_path, weights):
    bundle = exported(tmp_path, weights)
    train = [clip for clip in bundle.clips if clip.split == "train"]
    sizes = Counter(clip.emotion for clip in train)
    wanted = weights.sampling_weights(sizes)
    config = TrainConfig()
    schedule = schedule_for(train, [100] * len(train), config)
    made = plan(schedule, config, Card("a GPU", 24.0, 100.0), None)
    for kind, times in wanted.items():
        of_an_epoch = [
            schedule.clips_per_category(epoch)[kind] / sizes[kind] for epoch in range(20)
        ]
        assert sum(of_an_epoch) / 20 == pytest.approx(times, abs=0.35)
    ratio = made.heard["greeting"] / made.heard["neutral"]
    assert ratio == pytest.approx(wanted["greeting"] / wanted["neutral"], rel=0.01)
    card = (tmp_path / "bundle" / "data_card.md").read_text(encoding="utf-8")
    assert ("occurrences per epoch" in card) == (weights != Weights())
