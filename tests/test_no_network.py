"""The guard of conftest.py: tests talk to this machine only."""

import socket

import pytest

# An address that is reserved for documentation: nobody has it.
NOWHERE = ("192.0.2.1", 9)


@pytest.mark.parametrize(
    "reach",
    [
        lambda end: end.connect(NOWHERE),
        lambda end: end.connect_ex(NOWHERE),
        lambda end: end.sendto(b"", NOWHERE),
    ],
)
def test_other_machines_cannot_be_reached(reach):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end,
        pytest.raises(AssertionError, match=r"192\.0\.2\.1"),
    ):
        reach(end)


def test_names_of_other_machines_are_not_asked_for():
    with pytest.raises(AssertionError, match=r"example\.invalid"):
        socket.create_connection(("example.invalid", 80), timeout=1)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(("localhost", address[1]), timeout=5) as end:
            assert end.getpeername() == address
