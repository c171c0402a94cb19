"""Structure and naming rules; ``python -m tests.house_counts`` prints the places."""

import pytest

from tests.house_counts import (
    PACKAGES,
    import_cycles,
    poor_headlines,
    repeated_class_names,
    uses_of_found,
    window_chains,
)

FOUND_AT_MOST = 284
"""A fifth of the 1,421 uses there were when the rule was made."""


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_one_another(package):
    assert import_cycles(package) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_class_name_means_one_thing_in_a_package(package):
    assert repeated_class_names(package) == {}


def test_window_classes_do_not_inherit_in_chains():
    assert window_chains() == {}


def test_values_are_named_for_what_they_are():
    assert len(uses_of_found(*PACKAGES)) <= FOUND_AT_MOST


def test_docstring_headlines_are_short_and_plain():
    assert poor_headlines(*PACKAGES) == []
