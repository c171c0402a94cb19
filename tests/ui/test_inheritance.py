"""Window classes are composed: none inherits through another class of curator.ui."""

from tests.house_counts import window_chains

NOT_YET_COMPOSED = frozenset({"BalancePage", "ListingPage"})


def test_no_window_class_inherits_through_another_window_class():
    chains = window_chains()
    lines = [
        f"{name} > {' > '.join(line)}"
        for name, line in chains.items()
        if name not in NOT_YET_COMPOSED
    ]
    assert not lines, "\n".join(lines)
