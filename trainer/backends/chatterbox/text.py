"""Text normalisation and tokenisation as in the stock class."""

from typing import Any

from trainer.backends.chatterbox.package import chatterbox
from trainer.languages import require_packages

UNKNOWN = "[UNK]"
SPACE = "[SPACE]"


def normalised(text: str, *, multilingual: bool) -> str:
    """Normalise punctuation as the stock class does."""
    module = chatterbox("mtl_tts" if multilingual else "tts")
    return str(module.punc_norm(text))


def token_ids(tokenizer: Any, text: str, language: str) -> list[int]:  # noqa: ANN401
    """Token ids of a text without start and stop. tokenizer: of the stock class."""
    require_packages("chatterbox", base_language(language))
    multilingual = is_multilingual(tokenizer)
    words = normalised(text, multilingual=multilingual)
    if not multilingual:
        return list(tokenizer.encode(words))
    return list(tokenizer.encode(words, language_id=language_id(language)))


def as_tokenized(tokenizer: Any, text: str, language: str) -> str:  # noqa: ANN401
    """Preprocessed text, as split into tokens."""
    words = normalised(text, multilingual=is_multilingual(tokenizer))
    if is_multilingual(tokenizer):
        return str(tokenizer.preprocess_text(words, language_id=base_language(language)))
    return words


def unknown_characters(tokenizer: Any, text: str, language: str) -> list[str]:  # noqa: ANN401
    """Distinct characters of the text that are not in the vocabulary."""
    vocabulary = tokenizer.tokenizer.get_vocab()
    if vocabulary.get(UNKNOWN) not in token_ids(tokenizer, text, language):
        return []
    words = as_tokenized(tokenizer, text, language)
    return [one for one in dict.fromkeys(words) if one != " " and one not in vocabulary]


def is_multilingual(tokenizer: Any) -> bool:  # noqa: ANN401
    """Whether the tokenizer takes a language id."""
    return hasattr(tokenizer, "preprocess_text")


def language_id(language: str) -> str | None:
    """Language id for the stock class; None for languages added by fine-tuning."""
    code = base_language(language)
    return code if code in chatterbox("mtl_tts").SUPPORTED_LANGUAGES else None


def base_language(language: str) -> str:
    """Language code without region: "pt" for "pt-BR"."""
    return language.partition("-")[0].lower()
