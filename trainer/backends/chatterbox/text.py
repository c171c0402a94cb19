"""A clip's text as the stock class hands it to its tokenizer."""

from typing import Any

from trainer.backends.chatterbox.package import chatterbox

UNKNOWN = "[UNK]"
SPACE = "[SPACE]"


def normalised(text: str, *, multilingual: bool) -> str:
    """The punctuation as the stock class puts it before it speaks."""
    module = chatterbox("mtl_tts" if multilingual else "tts")
    return str(module.punc_norm(text))


def token_ids(tokenizer: Any, text: str, language: str) -> list[int]:  # noqa: ANN401
    """The ids of a text, without the frame. tokenizer: of the stock class."""
    multilingual = is_multilingual(tokenizer)
    words = normalised(text, multilingual=multilingual)
    if not multilingual:
        return list(tokenizer.encode(words))
    return list(tokenizer.encode(words, language_id=told_language(language)))


def as_tokenized(tokenizer: Any, text: str, language: str) -> str:  # noqa: ANN401
    """The text whose signs the vocabulary has to know."""
    words = normalised(text, multilingual=is_multilingual(tokenizer))
    if is_multilingual(tokenizer):
        return str(tokenizer.preprocess_text(words, language_id=plain(language)))
    return words


def unknown_signs(tokenizer: Any, text: str, language: str) -> list[str]:  # noqa: ANN401
    """Signs of the text that the vocabulary does not know, each once."""
    known = tokenizer.tokenizer.get_vocab()
    if known.get(UNKNOWN) not in token_ids(tokenizer, text, language):
        return []
    words = as_tokenized(tokenizer, text, language)
    return [sign for sign in dict.fromkeys(words) if sign != " " and sign not in known]


def is_multilingual(tokenizer: Any) -> bool:  # noqa: ANN401
    """Whether the tokenizer is told the language."""
    return hasattr(tokenizer, "preprocess_text")


def told_language(language: str) -> str | None:
    """What the multilingual class is told; None of a language that it was taught afterwards.

    The stock class refuses names it does not know, and speaks without one.
    """
    known = plain(language)
    return known if known in chatterbox("mtl_tts").SUPPORTED_LANGUAGES else None


def plain(language: str) -> str:
    """The language without its region: "pt-BR" is "pt"."""
    return language.partition("-")[0].lower()
