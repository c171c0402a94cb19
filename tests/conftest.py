"""What holds for every test: no network, one thread, and plain reasons for what is skipped."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers import fuzz
from tests.helpers.canary import canary as canary

ROOT = Path(__file__).resolve().parents[1]
REAL_SPEECH = ROOT.parent / "shared" / "data"

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# For this process as far as its libraries are not loaded yet, and for the ones that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

# A shell gives what it runs in the background a Ctrl-C that is ignored, and every process started
# from there inherits it: tests that press Ctrl-C in a command would wait for nothing.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# How long one example takes says more about what else the machine does than about the code. In CI
# the examples are the same in each run, so that a change is judged and not its luck.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


class NetworkUsed(AssertionError):
    """A test reached for the network."""


def is_on_this_machine(family: int, address: object) -> bool:
    """Whether a socket address stays on this machine: a Unix socket or a loopback address."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return family == getattr(socket, "AF_UNIX", None)
    host = address[0] if isinstance(address, tuple) else address
    return is_loopback(host)


def is_loopback(host: object) -> bool:
    """Whether a host name or number is this machine's own, without asking a name server."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Sockets reach this machine only; anything else is an error that names the address."""

    def guarded(name: str):
        real = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: object):
            # sendto(data, address) and sendto(data, flags, address) have it last, too
            if not is_on_this_machine(self.family, arguments[-1]):
                raise NetworkUsed(f"A test tried to reach {arguments[-1]}.")
            return real(self, *arguments)

        return call

    def get_address_info(host: object, *arguments: object, **options: object):
        if not is_loopback(host):
            raise NetworkUsed(f"A test asked for the address of {host}.")
        return real_address_info(host, *arguments, **options)

    real_address_info = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(name))
        patch.setattr(socket, "getaddrinfo", get_address_info)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Pictures of the window are made anew only when somebody asks for it."""
    parser.addoption(
        "--update-snapshots", action="store_true", help="keep the pictures of pages as they are now"
    )
    parser.addoption(
        "--windows-rules", action="store_true", help="imitate rules of Windows for all test files"
    )


@pytest.fixture(scope="session", autouse=True)
def rules_of_windows(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """With ``--windows-rules``, the rules of tests.helpers.windows_rules in all of the session."""
    if not request.config.getoption("--windows-rules"):
        yield
        return
    from tests.helpers.windows_rules import windows_rules

    with windows_rules(tmp_path_factory.getbasetemp()):
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the damaged inputs by format where more or fewer of them are asked for."""
    if "FUZZ_FACTOR" in os.environ:
        terminalreporter.section("damaged inputs")
        for line in fuzz.table():
            terminalreporter.line(line)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, with the reason."""
    if os.name == "nt" or config.getoption("--windows-rules"):
        for item in items:
            for marker in item.iter_markers("posix"):
                item.add_marker(pytest.mark.skip(**marker.kwargs))
    reasons = {}
    if not REAL_SPEECH.is_dir():
        reasons["real_speech"] = "the recordings of real speech are not beside the project"
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        reasons["screen"] = "there is no screen; with Xvfb installed `make test` starts one"
    for item in items:
        for marker, reason in reasons.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> object:
    """pytest-qt's ``qtbot`` with waits long enough for a machine that does other work as well."""
    from tests.helpers.patient_bot import PatientBot

    return PatientBot(request)


@pytest.fixture
def real_speech() -> Path:
    """The folder of real recordings; tests that use it are marked ``real_speech``."""
    return REAL_SPEECH
