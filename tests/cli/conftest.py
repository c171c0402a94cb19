"""Commands run in this process."""

import pytest

from curator.cli.arguments import run


@pytest.fixture
def curator(capsys):
    """Runs a command in this process; gives its exit code, stdout and stderr."""

    def call(*words):
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
