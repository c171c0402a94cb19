"""Clients of the server that are closed when their test ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import openai
import pytest


@pytest.fixture
def client_of() -> Iterator[Callable[..., openai.OpenAI]]:
    """Make clients by address and token; one left open would fail whichever test runs later."""
    with ExitStack() as clients:

        def make(address: str, key: str = "none") -> openai.OpenAI:
            client = openai.OpenAI(
                base_url=f"{address}/v1", api_key=key, max_retries=0, timeout=900
            )
            return clients.enter_context(client)

        yield make
