"""Private files around every hostile bundle and run."""

import pytest


@pytest.fixture(autouse=True)
def guarded(canary):
    """Fails the test if a private file changes."""
