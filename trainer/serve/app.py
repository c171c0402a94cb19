"""ASGI application: routes, authentication and streaming."""

import asyncio
import contextlib
import hmac
import time
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from trainer.foreign_files import read_text
from trainer.resources import resources
from trainer.serve.requests import FORMATS, MAX_BODY, ApiError, parse
from trainer.serve.worker import SpeechJob, SpeechWorker
from trainer.voice import Voice
from trainer.voice.profile import DEFAULT_VOICE

LOOPBACK = ("127.0.0.1", "localhost", "::1")
OPEN_PATHS = ("/", "/health")  # readable without the token
RETRY_AFTER_S = "5"
MAX_DISCARDED = 4 * 1024 * 1024  # bytes of a body that is too large, before breaking off


class TokenMiddleware:
    """Refuses requests without the bearer token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._expected = app, f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS:
            given = Headers(scope=scope).get("authorization", "").encode()
            if not hmac.compare_digest(given, self._expected):
                message = "The API key is missing or wrong."
                error = ApiError(401, message, code="invalid_api_key")
                await error_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class SpeechApi:
    """Endpoints of one loaded voice."""

    def __init__(self, voice: Voice, worker: SpeechWorker) -> None:
        self._profile, self._worker = voice.profile, worker
        self._created = int(time.time())

    @property
    def model(self) -> dict[str, object]:
        """Description of the model, as OpenAI's API lists it."""
        return {
            "id": self._profile.name,
            "object": "model",
            "created": self._created,
            "owned_by": "voice-curator",
        }

    async def models(self, _request: Request) -> Response:
        """List the model."""
        return JSONResponse({"object": "list", "data": [self.model]})

    async def one_model(self, request: Request) -> Response:
        """Describe the model."""
        name = request.path_params["name"]
        if name != self._profile.name:
            message = f"The model {name!r} does not exist."
            raise ApiError(404, message, "model", "model_not_found")
        return JSONResponse(self.model)

    async def voices(self, _request: Request) -> Response:
        """List the voices: the default one and one for each category."""
        names = (DEFAULT_VOICE, *self._profile.categories)
        voices = [{"id": name, "name": name, "object": "voice"} for name in names]
        return JSONResponse({"object": "list", "voices": voices, "data": voices})

    async def health(self, _request: Request) -> Response:
        """State of the server."""
        worker = self._worker
        return JSONResponse(
            {
                "status": "ok",
                "model": self._profile.name,
                "step": self._profile.step,
                "waiting": worker.waiting,
                "done": worker.done,
                "cancelled": worker.cancelled,
                "active_seconds": round(worker.active_s, 3),
            }
        )

    async def page(self, _request: Request) -> Response:
        """A page to type and listen."""
        path: Path = resources() / "serve" / "page.html"
        return HTMLResponse(read_text(path))

    async def speech(self, request: Request) -> Response:
        """Synthesise; the response begins with the first chunk of audio."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # also keeps pages of other origins out
            raise ApiError(415, "The content type must be application/json.")
        body, options = parse(await _read(request), self._profile, self._profile.name)
        job = SpeechJob(body.input, options, body.response_format, asyncio.get_running_loop())
        self._worker.submit(job)
        try:
            first = await _first_chunk(request, job)
        except BaseException:
            self._worker.cancel(job)
            raise
        if first is None:
            self._worker.cancel(job)
            return Response(status_code=499)  # nobody receives it
        return StreamingResponse(
            self._rest(job, first),
            media_type=FORMATS[body.response_format],
            headers={"X-Sample-Rate": str(job.rate)},
        )

    async def _rest(self, job: SpeechJob, first: bytes) -> AsyncIterator[bytes]:
        """Chunks of a job; cancels it when the client is gone."""
        try:
            yield first
            while (item := await job.chunks.get()) is not None:
                if isinstance(item, ApiError):
                    raise item  # breaks the connection off: the status was sent
                yield item
        finally:
            self._worker.cancel(job)


async def _read(request: Request) -> bytes:
    """Body of a request. Raises ApiError if it is too large."""
    data, size = b"", 0
    async for part in request.stream():  # read to its end, or the client would miss the answer
        size += len(part)
        data = data + part if size <= MAX_BODY else b""
        if size > MAX_DISCARDED:
            break
    if size > MAX_BODY:
        raise ApiError(413, f"The body is larger than {MAX_BODY} bytes.")
    return data


async def _first_chunk(request: Request, job: SpeechJob) -> bytes | None:
    """First chunk of a job, None if the client left before. Raises ApiError."""
    chunk = asyncio.create_task(job.chunks.get())
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({chunk, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not chunk.done():
            return None
        item = chunk.result()
        if isinstance(item, ApiError):
            raise item
        return item if item is not None else b""
    finally:
        for task in (chunk, gone):
            task.cancel()


async def _disconnected(request: Request) -> None:
    """Return when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def error_response(error: ApiError) -> Response:
    """Response with an error object."""
    headers = {"Retry-After": RETRY_AFTER_S} if error.status == 429 else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(error.body(), error.status, headers)


async def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_response(error)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(ApiError(error.status_code, f"{error.detail}."))


def make_app(voice: Voice, worker: SpeechWorker, *, host: str, token: str) -> Starlette:
    """Application of a voice. token: required from clients, "" for none."""
    api = SpeechApi(voice, worker)
    middleware = [Middleware(TokenMiddleware, token=token)] if token else []
    if host in LOOPBACK:  # a page elsewhere must not reach it under another name
        hosts = [*LOOPBACK, "[::1]"]
        middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=hosts))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(worker.close)

    return Starlette(
        routes=[
            Route("/", api.page),
            Route("/health", api.health),
            Route("/v1/models", api.models),
            Route("/v1/models/{name}", api.one_model),
            Route("/v1/audio/voices", api.voices),
            Route("/v1/audio/speech", api.speech, methods=["POST"]),
        ],
        middleware=middleware,
        exception_handlers={ApiError: _api_error, HTTPException: _http_error},
        lifespan=lifespan,
    )
