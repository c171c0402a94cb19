"""Requests and errors of the OpenAI speech API (``POST /v1/audio/speech``)."""

from typing import Annotated, Literal

import msgspec

from trainer.errors import WrongUsage
from trainer.foreign_files import parse_json
from trainer.voice import VoiceOptions, VoiceProfile
from trainer.voice.profile import DEFAULT_VOICE

MAX_CHARACTERS = 4096  # of a text, as OpenAI's
MAX_BODY = 64 * 1024  # bytes
FORMATS = {
    "wav": "audio/wav",
    "pcm": "audio/pcm",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
}
"""Media types by response format."""

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]


class NamedVoice(msgspec.Struct, frozen=True):
    """Voice given as an object."""

    id: str


class SpeechBody(msgspec.Struct, frozen=True):
    """Body of a request. The fields after stream_format are additions to OpenAI's."""

    input: Annotated[str, msgspec.Meta(max_length=MAX_CHARACTERS)]
    model: str = ""
    voice: str | NamedVoice = DEFAULT_VOICE
    response_format: Format = "mp3"
    speed: float = 1.0
    instructions: str = ""
    stream_format: Literal["audio"] = "audio"
    language: str = ""
    seed: int = 0
    rate: float | None = None
    temperature: float | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None


class ApiError(Exception):
    """Error of a request. status: HTTP. param: field, None if it is not about one."""

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.param, self.code, self.kind = param, code, kind

    def body(self) -> dict[str, object]:
        """Error object as OpenAI's API sends it."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return {"error": error}


def parse(data: bytes, profile: VoiceProfile, model: str) -> tuple[SpeechBody, VoiceOptions]:
    """Parse and check a body. model: id of the served model. Raises ApiError."""
    try:
        body = msgspec.convert(parse_json(data), SpeechBody)
    except msgspec.ValidationError as error:
        message = str(error)
        param = message.rpartition("`$.")[2].rstrip("`") if "`$." in message else None
        if "missing required field" in message:
            param = message.split("`")[1]
        raise ApiError(400, f"Invalid request: {message}.", param, "invalid_value") from error
    except ValueError as error:
        raise ApiError(400, "The body is not valid JSON.", code="invalid_json") from error
    if body.model and body.model != model:
        message = f"The model {body.model!r} does not exist; this server has {model!r}."
        raise ApiError(404, message, "model", "model_not_found")
    if not any(character.isalnum() for character in body.input):
        raise ApiError(400, "The input has no letters to speak.", "input", "invalid_value")
    voice = body.voice if isinstance(body.voice, str) else body.voice.id
    if voice not in (DEFAULT_VOICE, *profile.categories):
        available = ", ".join((DEFAULT_VOICE, *profile.categories))
        raise ApiError(
            400, f"There is no voice {voice!r}; use {available}.", "voice", "invalid_value"
        )
    try:
        options = VoiceOptions(
            category="" if voice == DEFAULT_VOICE else voice,
            language=body.language,
            seed=body.seed,
            rate=body.rate,
            speed=body.speed,
            temperature=body.temperature,
            top_p=body.top_p,
            repetition_penalty=body.repetition_penalty,
        )
    except WrongUsage as error:
        param = error.sentence.partition(" ")[0]
        raise ApiError(400, error.sentence, param, "invalid_value") from error
    return body, options
