"""HTTP server with limits for clients that send or read slowly, or without end."""

import asyncio

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

    _arrival: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self._arrival = self.loop.call_later(REQUEST_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        super().data_received(data)
        arriving = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if not arriving:
            self._arrival = _cancelled(self._arrival)
        elif self._arrival is None:
            self._arrival = self.loop.call_later(REQUEST_S, self.transport.abort)

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        super().pause_writing()
        self._stall = self.loop.call_later(STALLED_S, self.transport.abort)

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._stall = _cancelled(self._stall)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._arrival, self._stall = _cancelled(self._arrival), _cancelled(self._stall)
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


def _cancelled(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
