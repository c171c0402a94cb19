"""HTTP server with limits for clients that send or read slowly, or without end."""

import asyncio
from collections.abc import Callable

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

SHUTDOWN_S = 3  # running responses get so long to end
REQUEST_S = 30.0  # for a request to arrive, from its first byte to its last
STALLED_S = 120.0  # for a client to read some of what was sent
MAX_CONNECTIONS = 128  # above it, requests are answered with 503
MAX_HEADERS = 1 << 15  # bytes of the head of a request


class TimedProtocol(H11Protocol):
    """Connection that is broken off where the client takes too long."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self._arrival, self._stall = _Deadline(), _Deadline()
        self._arrival.begin(self.loop, REQUEST_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._arrival.begin(self.loop, REQUEST_S, self.transport.abort)
        else:
            self._arrival.meet()

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        super().pause_writing()
        self._stall.begin(self.loop, STALLED_S, self.transport.abort)

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._stall.meet()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._arrival.meet()
        self._stall.meet()
        super().connection_lost(exc)


def make_server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """Server of an application."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=TimedProtocol,
            ws="none",
            log_level="error",
            access_log=False,
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            h11_max_incomplete_event_size=MAX_HEADERS,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
    )


class _Deadline:
    """Timer that breaks a connection off."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def begin(
        self, loop: asyncio.AbstractEventLoop, seconds: float, end: Callable[[], None]
    ) -> None:
        """Start the timer, unless it runs."""
        if self._timer is None:
            self._timer = loop.call_later(seconds, end)

    def meet(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
