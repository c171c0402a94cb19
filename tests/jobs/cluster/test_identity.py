"""A node that would compute other facts is refused by name, in a sentence."""

from msgspec.structs import replace

from curator import __version__
from curator.jobs.cluster.identity import Identity, difference, identity_here, identity_of_workers

HERE = Identity("desk", "1.0", "a" * 64, "m" * 64)


def test_equal_machines_differ_in_nothing():
    assert difference(replace(HERE, host="box"), HERE) == ""
    assert difference(replace(HERE, model=""), HERE) == ""


def test_each_difference_names_the_node_and_what_to_do():
    node = replace(HERE, host="box")
    older = difference(replace(node, version="0.9"), HERE)
    assert older == (
        "box runs voice-curator 0.9, this machine 1.0. Install the same version on both."
    )
    assert "box runs another build" in difference(replace(node, source="b" * 64), HERE)
    assert "box has other model files" in difference(replace(node, model="n" * 64), HERE)
    assert difference(replace(node, model="", trouble="There is none."), HERE) == (
        "box lacks a model: There is none."
    )


def test_this_machine_describes_itself():
    here = identity_here("")
    assert here.version == __version__
    assert here.source == identity_here("").source
    assert "no Whisper model called" in identity_here("no-such-model").trouble


def test_worker_processes_run_the_same_program():
    assert identity_of_workers("") == identity_here("")
