"""Nodes that the tests of this folder share."""

import pytest

from tests.helpers.ray_cluster import small_cluster


@pytest.fixture(scope="package")
def cluster(tmp_path_factory):
    """Two nodes of one CPU, each with a store of its own."""
    folder = tmp_path_factory.mktemp("nodes")
    with small_cluster(0) as made:
        for name in ("a", "b"):
            made.add_node(CURATOR_NODE_CACHE=str(folder / name))
        made.stores = [folder / "a", folder / "b"]
        yield made
