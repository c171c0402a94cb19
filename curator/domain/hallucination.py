"""Signs that a transcriber invented text: rules of thumb that together say where to listen."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import quantiles

from curator.domain.fact import Transcript

COMPRESSED = 2.4
"""Text over its zlib length: above this it repeats itself (OpenAI's threshold for Whisper)."""

NO_SPEECH = 0.6
"""Probability that nobody speaks, above which text is suspect (OpenAI's threshold for Whisper)."""

FEW_WORDS = 0.4
"""Share of different words at or below which a text repeats itself (NeMo Curator's threshold)."""

MANY_WORDS = 8  # words from which on the share of different words says something
LOOP = 3  # the same n-gram this often in a row is a loop
LONGEST_LOOP = 6  # words of the longest n-gram looked at
FENCE = 1.5  # interquartile ranges from the quartiles to Tukey's fence
ENOUGH_FOR_FENCE = 8  # clips below which quartiles say nothing
SLOW_CHARACTERS = 16  # a shorter answer is mostly the quiet around it: it says nothing of the pace

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
"""What Whisper learned from subtitles and says when it hears nothing, by language."""


def signs(
    transcript: Transcript, seconds: float, pace: tuple[float, float] | None
) -> tuple[str, ...]:
    """Why a transcript may be invented, a sentence each; none if nothing speaks for it.

    seconds: length of the sound. pace: (slowest, fastest) usual characters per second, or None
    when nobody can say.
    """
    text = transcript.text
    if not text.strip():
        return ()
    found = []
    if (ratio := compression(text)) > COMPRESSED:
        found.append(f"The text repeats itself: zlib makes it {ratio:.1f} times shorter.")
    if loop := repeated_loop(text):
        found.append(f"The text says “{loop}” over and over.")
    elif repeats_words(text):
        found.append("The text uses the same few words again and again.")
    if phrase := stock_phrase(text, transcript.language):
        found.append(f"“{phrase}” is what a transcriber says when it hears nothing.")
    if transcript.no_speech > NO_SPEECH:
        found.append(f"Perhaps nobody speaks here: probability {transcript.no_speech:.2f}.")
    heard = characters_per_second(text, seconds)
    too_slow = pace is not None and heard < pace[0] and len(text.strip()) >= SLOW_CHARACTERS
    if pace is not None and (too_slow or heard > pace[1]):
        found.append(
            f"The text does not fit the time: {heard:.1f} characters per second, "
            f"usual here are {pace[0]:.1f} to {pace[1]:.1f}."
        )
    return tuple(found)


def compression(text: str) -> float:
    """The text's length over its zlib length, in bytes of UTF-8; 0 for no text."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def repeated_loop(text: str) -> str:
    """The words that are said three times or more in a row, or "" if none are.

    A single word counts from four times on: "no, no, no" is something people say.
    """
    words = _words(text)
    for length in range(1, LONGEST_LOOP + 1):
        needed = LOOP + 1 if length == 1 else LOOP
        for start in range(len(words) - length * needed + 1):
            gram = words[start : start + length]
            if words[start : start + length * needed] == gram * needed:
                return " ".join(gram)
    return ""


def repeats_words(text: str) -> bool:
    """Whether at most two words in five are different ones, in a text of eight words or more."""
    words = _words(text)
    return len(words) >= MANY_WORDS and len(Counter(words)) / len(words) <= FEW_WORDS


def stock_phrase(text: str, language: str) -> str:
    """The phrase from subtitles that the text holds, or "" if it holds none.

    English phrases are looked for in every language: Whisper falls back to them.
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
    """Characters of the text a second; 0 for no sound."""
    return len(text.strip()) / seconds if seconds > 0 else 0.0


def pace_fence(paces: Iterable[float]) -> tuple[float, float] | None:
    """(slowest, fastest) characters per second that the set explains: Tukey's fences.

    paces: of the clips that have text. None where there are fewer than eight clips.
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
