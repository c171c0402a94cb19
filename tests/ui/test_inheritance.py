"""Window classes are composed: none inherits through another class of curator.ui."""

from tests.house_counts import window_chains


def test_no_window_class_inherits_through_another_window_class():
    lines = [f"{name} > {' > '.join(line)}" for name, line in window_chains().items()]
    assert not lines, "\n".join(lines)
