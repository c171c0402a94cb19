"""Voice activity detection with Silero VAD, as shipped with faster-whisper."""

from trainer.speech.sound import LISTENING_RATE, Samples

SHORTEST_PAUSE_MS = 160  # shorter gaps are stops inside words
SHORTEST_SPEECH_MS = 64  # two frames of the network; one may be a click

Spans = list[tuple[float, float]]  # seconds


def speech_spans(samples: Samples) -> Spans:
    """Speech spans in seconds; samples at 16 kHz."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if samples.size == 0:
        return []
    options = VadOptions(
        min_silence_duration_ms=SHORTEST_PAUSE_MS,
        min_speech_duration_ms=SHORTEST_SPEECH_MS,
        speech_pad_ms=0,
    )
    detected = get_speech_timestamps(samples, options)
    length = len(samples) / LISTENING_RATE
    return [
        (span["start"] / LISTENING_RATE, min(length, span["end"] / LISTENING_RATE))
        for span in detected
    ]
