"""Model families are named in their packages only, not in the training code."""

import re
from pathlib import Path

import pytest

from tests.trainer.bundles import a_bundle
from trainer.cli.parser import main
from trainer.families import families, trainable
from trainer.target import read_target

TRAINER = Path(__file__).resolve().parents[3] / "trainer"
FAMILY_FREE = (
    "compare", "evaluate", "listening", "report", "resources.py", "runs", "training", "data",
    "optim/schedule.py", "optim/gradients.py", "optim/early_stopping.py",
    "bundle/manifest.py", "bundle/preflight.py", "bundle/sampler.py", "machine/plan.py",
    "cli/speak.py", "cli/train.py",
)  # fmt: skip


@pytest.mark.parametrize("name", FAMILY_FREE)
def test_training_code_names_no_family(name):
    path = TRAINER / name
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    names = re.compile("|".join({*families()} - {"toy"}), re.IGNORECASE)
    named = [
        f"{file.name}:{number}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if names.search(line)
    ]
    assert not named


def test_every_family_has_limits_and_packages():
    assert {name for name, family in families().items() if family.packages} == {
        "xtts",
        "chatterbox",
    }
    assert set(trainable()) == {"xtts", "chatterbox", "toy"}
    assert all(read_target(family.target).licence for family in trainable().values())


@pytest.mark.model
@pytest.mark.parametrize(("family", "name"), [("xtts", "XTTS"), ("chatterbox", "Chatterbox")])
def test_a_missing_base_is_an_error_with_a_hint(tmp_path, family, name, capsys):
    show = a_bundle(tmp_path / "show", 8)
    words = ["--set", f"model.backend={family}", "--preset", "24gb"]
    assert main(["train", str(show), str(tmp_path / "run"), *words]) == 2
    assert capsys.readouterr().err == (
        f"trainer: {name} needs a base model. Specify its folder with --base, or test with a random"
        " base: --preset tiny-cpu.\n"
    )
    assert not (tmp_path / "run").exists()
