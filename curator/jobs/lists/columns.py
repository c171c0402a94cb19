"""Column and key names that lists of other programs use, in order of preference."""

SOUNDS = (
    *("audio_file", "file_name", "audio_file_name", "audio_filepath", "audio_path", "wav_path"),
    *("wav_file", "wav_filename", "filename", "file", "path", "audio", "wav", "clip"),
)
IDS = ("id", "utt_id", "utterance_id")
TEXTS = ("transcription", "text", "transcript", "sentence", "normalized_text", "raw_text")
LABELS = ("emotion_name", "emotion", "label", "category", "style")
STARTS = ("start", "start_s", "start_time", "start_sec", "begin", "offset", "start_ms")
STOPS = ("end", "end_s", "end_time", "end_sec", "stop", "stop_s", "end_ms")
DURATIONS = ("duration", "duration_s", "duration_ms")
"""Part of a file: seconds, or milliseconds where the name says so. A duration alone is no part."""
LANGUAGES = ("language", "lang", "locale")
