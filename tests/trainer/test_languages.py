"""Packages of the tokenizers for single languages."""

import importlib.metadata

import pytest

from trainer.errors import TrainerError
from trainer.languages import growth_sentence, missing_packages, packages, require_packages
from trainer.machine.doctor import examine
from trainer.machine.requirements import requirements

TARGETS = ("xtts_v2", "chatterbox")


@pytest.fixture
def bare(monkeypatch):
    """No package of a tokenizer is installed."""
    listed = {name for key in TARGETS for names in packages(key).values() for name in names}
    installed = importlib.metadata.distribution

    def distribution(name):
        if name in listed:
            raise importlib.metadata.PackageNotFoundError(name)
        return installed(name)

    require_packages.cache_clear()
    monkeypatch.setattr(importlib.metadata, "distribution", distribution)
    yield
    require_packages.cache_clear()


def test_all_packages_of_the_tokenizers_are_installed_and_locked():
    for key, backend in zip(TARGETS, ("xtts", "chatterbox"), strict=True):
        for language, names in packages(key).items():
            assert missing_packages(key, language) == []
            require_packages(key, language)
            lines = " ".join(requirements(backend, [language]))
            assert all(f"{name}==" in lines for name in names)
    assert "cutlet==" not in " ".join(requirements("xtts", ["hu"]))


def test_the_doctor_names_what_is_missing(bare):
    says = {each.what: each for each in examine()}
    assert not says["Chinese for XTTS-v2"].good
    assert "pypinyin not installed: curator setup training" in says["Chinese for XTTS-v2"].says
    assert "pykakasi" in says["Japanese for Chatterbox"].says
    assert "language packages" not in says


def test_the_doctor_lists_the_languages_whose_packages_are_installed():
    says = {each.what: each for each in examine()}
    assert "Chinese for XTTS-v2" in says["language packages"].says


def test_a_language_without_its_packages_is_refused(bare):
    with pytest.raises(TrainerError, match="needs cutlet and fugashi and unidic-lite for Japanese"):
        require_packages("xtts_v2", "ja")
    require_packages("xtts_v2", "hu")


def test_what_training_adds_is_one_sentence():
    words = "Catalan and Vietnamese will be added to XTTS-v2's vocabulary in training."
    assert growth_sentence(["vi", "ca", "hu"], "xtts_v2", "XTTS-v2") == words
    assert growth_sentence(["hu"], "xtts_v2", "XTTS-v2") == ""
