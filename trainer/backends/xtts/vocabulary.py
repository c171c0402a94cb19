"""Extended text vocabulary: characters and frequent pieces of the text of the bundle.

Old tokens keep their ids and embeddings. A new embedding starts as the mean of those of its pieces
in the old vocabulary. (The stock implementation initialises new rows at random and copies the last
old row to the new last one, which is correct for XTTS v1 only.) The result is a base folder in the
cache.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainer.backends.xtts import networks
from trainer.backends.xtts.base import FILES, LEARNT_CODES_OF, XttsBase, copy_licence
from trainer.bundle.manifest import Bundle
from trainer.bundle.vocabulary import (
    UNKNOWN,
    Additions,
    Growth,
    grow,
    write_additions,
    write_vocabulary,
)
from trainer.errors import BrokenBase
from trainer.foreign_files import read_json
from trainer.languages import base_code, grown_languages
from trainer.runs.files import build_once

VERSION = 2
GROWN = ("gpt.text_embedding.weight", "gpt.text_head.weight", "gpt.text_head.bias")


def extended_base(base: XttsBase, bundle: Bundle, max_tokens: int, cache: Path) -> Path:
    """Folder of ``base`` with at most ``max_tokens`` new tokens; built once."""
    text = json.dumps(
        [VERSION, dict(base.hashes), bundle.manifest_sha256, max_tokens], sort_keys=True
    )
    folder = cache / f"extended-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return build_once(folder, lambda empty: _build(empty, base, bundle, max_tokens))


def _build(folder: Path, base: XttsBase, bundle: Bundle, max_tokens: int) -> None:
    tokenizer = networks.tokenizer(base.folder / "vocab.json")
    texts = [
        tokenizer.preprocess_text(clip.text, base_code(clip.language)) for clip in bundle.clips
    ]
    old: dict[str, int] = tokenizer.tokenizer.get_vocab()
    added = _unknown_languages(bundle, old)
    growth = grow(tokenizer.tokenizer, texts, max_tokens)
    growth = growth.with_tags((f"[{language}]" for language in added), old)
    write_vocabulary(base.folder / "vocab.json", folder / "vocab.json", growth)
    _write_model(base, folder / "model.pth", old, growth)
    for name in FILES:
        if name not in ("vocab.json", "model.pth"):
            shutil.copyfile(base.folder / name, folder / name)
    copy_licence(base.folder, folder)
    _list_languages(folder / "config.json", added)
    languages = grown_languages((clip.language for clip in bundle.clips), "xtts_v2")
    write_additions(folder, Additions(tuple(languages), len(growth.tokens), dict(base.hashes)))


def _list_languages(path: Path, added: Sequence[str]) -> None:
    """Add languages to those that the stock class accepts."""
    settings = read_json(path, strict=False)  # coqui writes infinities
    settings["languages"] = list(dict.fromkeys([*settings.get("languages", ()), *added]))
    path.write_text(json.dumps(settings, ensure_ascii=False, indent=4), encoding="utf-8")


def must_grow(base: XttsBase, bundle: Bundle) -> bool:
    """Whether the vocabulary lacks a language of the bundle, or characters of one it learnt."""
    tokenizer = networks.tokenizer(base.folder / "vocab.json")
    known = tokenizer.tokenizer.get_vocab()
    if _unknown_languages(bundle, known):
        return True
    learnt = grown_languages((clip.language for clip in bundle.clips), "xtts_v2")
    return any(
        known[UNKNOWN] in tokenizer.encode(clip.text, clip.language)
        for clip in bundle.clips
        if base_code(clip.language) in learnt
    )


def _unknown_languages(bundle: Bundle, vocabulary: Mapping[str, int]) -> list[str]:
    """Codes of languages to add in training without a tag in the vocabulary, sorted."""
    grown = grown_languages((clip.language for clip in bundle.clips), "xtts_v2")
    return [language for language in grown if f"[{language}]" not in vocabulary]


def _write_model(base: XttsBase, path: Path, old: Mapping[str, int], growth: Growth) -> None:
    """Write model.pth with rows for the new tokens."""
    import torch

    state = base.tensors("model.pth")
    rows = max(old.values()) + 1
    for name in GROWN:
        tensor = state[name]
        if len(tensor) != rows:
            raise BrokenBase(f"{base.folder}: {name} has {len(tensor)} rows for {rows} tokens.")
        old_rows = [[old[piece] for piece in pieces] for pieces in growth.tokens.values()]
        new = [tensor[ids].mean(dim=0) for ids in old_rows]
        state[name] = torch.cat([tensor, torch.stack(new)]) if new else tensor
    torch.save({"model": state, LEARNT_CODES_OF: base.learnt_codes_of}, path)
