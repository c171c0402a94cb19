"""Extended text vocabulary, for additional languages or characters.

New tokens take unused rows of the embedding first, so that a few do not change the network size.
A new embedding starts as the mean of those of its pieces in the old vocabulary.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trainer.backends.chatterbox.base import ChatterboxBase, write_sizes
from trainer.backends.chatterbox.package import text_tokenizer
from trainer.backends.chatterbox.text import as_tokenized, unknown_characters
from trainer.bundle.manifest import Bundle
from trainer.bundle.vocabulary import Additions, Growth, grow, write_additions, write_vocabulary
from trainer.languages import base_code, grown_languages
from trainer.runs.files import build_once, save_tensors

VERSION = 2
GROWN = ("text_emb.weight", "text_head.weight")


def extended_base(base: ChatterboxBase, bundle: Bundle, max_tokens: int, cache: Path) -> Path:
    """Folder of ``base`` with at most ``max_tokens`` new tokens; built once."""
    spec = [VERSION, dict(base.hashes), bundle.manifest_sha256, max_tokens]
    name = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:16]
    folder = cache / f"extended-base-{name}"
    return build_once(folder, lambda empty: _build(empty, base, bundle, max_tokens))


def must_grow(base: ChatterboxBase, bundle: Bundle) -> bool:
    """Whether a language to add in training has characters that the vocabulary lacks."""
    tokenizer = text_tokenizer(base)
    added = grown_languages((clip.language for clip in bundle.clips), "chatterbox")
    return any(
        unknown_characters(tokenizer, clip.text, clip.language)
        for clip in bundle.clips
        if base_code(clip.language) in added
    )


def _build(folder: Path, base: ChatterboxBase, bundle: Bundle, max_tokens: int) -> None:
    tokenizer: Any = text_tokenizer(base)
    texts = [as_tokenized(tokenizer, clip.text, clip.language) for clip in bundle.clips]
    growth = grow(tokenizer.tokenizer, texts, max_tokens)
    old: dict[str, int] = tokenizer.tokenizer.get_vocab()
    names = base.edition
    write_vocabulary(base.path(names.tokenizer), folder / names.tokenizer, growth)
    rows = _write_t3(base, folder, old, growth)
    for name in (names.s3gen, names.voice_encoder):
        base.copy(name, folder / name)
    write_sizes(folder, replace(base.sizes, text_tokens=rows))
    languages = grown_languages((clip.language for clip in bundle.clips), "chatterbox")
    write_additions(folder, Additions(tuple(languages), len(growth.tokens), dict(base.hashes)))


def _write_t3(base: ChatterboxBase, folder: Path, old: Mapping[str, int], growth: Growth) -> int:
    """Write T3 with rows for the new tokens; returns the number of rows."""
    import torch

    state = dict(base.tensors(base.edition.t3))
    first = max(old.values()) + 1
    rows = max(len(state[GROWN[0]]), first + len(growth.tokens))
    for name in GROWN:
        table = state[name]
        more = table.new_zeros((rows - len(table), table.shape[1]))
        larger = torch.cat([table, more])
        for at, pieces in enumerate(growth.tokens.values(), first):
            larger[at] = table[[old[piece] for piece in pieces]].mean(dim=0)
        state[name] = larger.contiguous()
    save_tensors(state, folder / base.edition.t3)
    return rows
