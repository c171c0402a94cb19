"""Heuristics for hallucinated transcripts."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import quantiles

from curator.domain.fact import Transcript

COMPRESSED = 2.4
"""Text over its zlib length: above this it is repetitive (OpenAI's threshold for Whisper)."""

NO_SPEECH = 0.6
"""Probability of no speech above which text is suspect (OpenAI's threshold for Whisper)."""

FEW_WORDS = 0.4
"""Share of distinct words at or below which a text is repetitive (NeMo Curator's threshold)."""

MANY_WORDS = 8  # minimum number of words for the share of distinct words
LOOP = 3  # consecutive repetitions of an n-gram that make a loop
MAX_LOOP_WORDS = 6  # words of the longest n-gram
FENCE = 1.5  # interquartile ranges from the quartiles to Tukey's fence
ENOUGH_FOR_FENCE = 8  # minimum number of clips for quartiles
SLOW_CHARACTERS = 16  # shorter texts are mostly surrounded by pauses, so their pace is not slow

STOCK_PHRASES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "thanks for watching",
        "thank you for watching",
        "please subscribe",
        "like and subscribe",
        "subscribe to my channel",
        "see you in the next video",
        "subtitles by",
        "captions by",
        "transcription by",
        "amara org",
    ),
    "de": (
        "vielen dank fürs zuschauen",
        "untertitel der amara org community",
        "untertitel im auftrag des zdf",
        "untertitelung des zdf",
        "bis zum nächsten mal",
    ),
    "fr": (
        "merci d'avoir regardé",
        "sous titres réalisés par",
        "sous titrage société radio canada",
        "abonnez vous",
    ),
    "es": (
        "gracias por ver el video",
        "gracias por ver el vídeo",
        "subtítulos realizados por",
        "suscríbete al canal",
    ),
    "it": ("grazie per la visione", "sottotitoli creati dalla comunità", "sottotitoli e revisione"),
    "pt": ("obrigado por assistir", "legendas pela comunidade", "inscreva se no canal"),
    "nl": ("bedankt voor het kijken", "ondertiteld door", "ondertiteling door"),
    "pl": ("dziękuję za oglądanie", "napisy stworzone przez"),
    "ru": ("спасибо за просмотр", "редактор субтитров", "продолжение следует", "субтитры сделал"),
    "tr": ("izlediğiniz için teşekkür", "abone olmayı unutmayın", "altyazı"),
    "cs": ("děkuji za pozornost", "titulky vytvořil"),
    "hu": ("köszönöm a figyelmet", "a feliratokat"),
    "zh": ("请不吝点赞", "谢谢观看", "字幕由"),
    "ja": ("ご視聴ありがとうございました", "チャンネル登録"),
    "ko": ("시청해주셔서 감사합니다", "구독"),
}
"""Phrases from subtitles that Whisper outputs for audio without speech, by language."""


def signs(
    transcript: Transcript, seconds: float, pace: tuple[float, float] | None
) -> tuple[str, ...]:
    """Reasons to suspect a hallucinated transcript, as sentences.

    seconds: length of the audio. pace: (lowest, highest) usual characters per second, or None if
    unknown.
    """
    text = transcript.text
    if not text.strip():
        return ()
    signs_ = []
    if (ratio := compression(text)) > COMPRESSED:
        signs_.append(f"Repetitive text: zlib compresses it {ratio:.1f} times.")
    if loop := repeated_loop(text):
        signs_.append(f"The text repeats “{loop}”.")
    elif repeats_words(text):
        signs_.append("The text repeats a few words.")
    if phrase := stock_phrase(text, transcript.language):
        signs_.append(f"“{phrase}” is a phrase that transcribers output without speech.")
    if transcript.no_speech > NO_SPEECH:
        signs_.append(f"Perhaps no speech: probability {transcript.no_speech:.2f}.")
    if sentence := odd_pace(text, seconds, pace):
        signs_.append(sentence)
    return tuple(signs_)


def odd_pace(text: str, seconds: float, pace: tuple[float, float] | None) -> str:
    """Sentence about an unusual number of characters per second, "" if it is usual or unknown.

    pace: as for `signs`. Short texts are never too slow: pauses surround them.
    """
    if pace is None:
        return ""
    rate = characters_per_second(text, seconds)
    too_slow = rate < pace[0] and len(text.strip()) >= SLOW_CHARACTERS
    if not too_slow and rate <= pace[1]:
        return ""
    return (
        f"Text and duration do not match: {rate:.1f} characters per second; "
        f"usual in this set: {pace[0]:.1f} to {pace[1]:.1f}."
    )


def compression(text: str) -> float:
    """Compression ratio: length over zlib length, in bytes of UTF-8; 0 for no text."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def repeated_loop(text: str) -> str:
    """Words repeated three or more times in a row, or "".

    A single word must occur four times: "no, no, no" is natural speech.
    """
    words = _words(text)
    for length in range(1, MAX_LOOP_WORDS + 1):
        needed = LOOP + 1 if length == 1 else LOOP
        for start in range(len(words) - length * needed + 1):
            gram = words[start : start + length]
            if words[start : start + length * needed] == gram * needed:
                return " ".join(gram)
    return ""


def repeats_words(text: str) -> bool:
    """Whether at most 40 % of the words are distinct, in a text of at least eight words."""
    words = _words(text)
    return len(words) >= MANY_WORDS and len(Counter(words)) / len(words) <= FEW_WORDS


def stock_phrase(text: str, language: str) -> str:
    """First stock phrase in the text, or "".

    English phrases are searched in every language: Whisper falls back to them.
    """
    spoken = f" {' '.join(_words(text))} "
    for phrase in (*STOCK_PHRASES.get(language, ()), *STOCK_PHRASES["en"]):
        wanted = " ".join(_words(phrase))
        spaced = wanted if language in UNSPACED else f" {wanted} "
        if spaced in spoken:
            return phrase
    return ""


UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "km", "yue"})
"""Languages written without spaces between words."""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def characters_per_second(text: str, seconds: float) -> float:
    """Characters per second; 0 for no audio."""
    return len(text.strip()) / seconds if seconds > 0 else 0.0


def pace_fence(paces: Iterable[float]) -> tuple[float, float] | None:
    """Tukey's fences of the characters per second: (lowest, highest).

    paces: of the clips with text. None for fewer than eight clips.
    """
    known: Sequence[float] = sorted(paces)
    if len(known) < ENOUGH_FOR_FENCE:
        return None
    lower, _, upper = quantiles(known, n=4, method="inclusive")
    reach = FENCE * (upper - lower)
    return max(0.0, lower - reach), upper + reach


def outside_fence(paces: Mapping[int, float]) -> dict[int, float]:
    """Clips with characters per second outside the set's fence, with their pace."""
    fence = pace_fence(paces.values())
    if fence is None:
        return {}
    return {clip: pace for clip, pace in paces.items() if not fence[0] <= pace <= fence[1]}
