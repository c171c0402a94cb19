"""A base with a larger vocabulary: characters and frequent pieces of the bundle's text.

Old tokens keep their ids and their rows, so nothing the base knows is lost. A new token starts as
the mean of the pieces that the old vocabulary gives for it. (The stock way draws new rows at
random and copies the old last row to the new last one, which is right only for XTTS v1.)

The result is a base folder like any other, kept in the cache.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from trainer.backends.xtts import networks
from trainer.backends.xtts.base import FILES, LEARNT_CODES_OF, XttsBase
from trainer.bundle.manifest import Bundle
from trainer.bundle.vocabulary import Growth, grow, write_vocabulary
from trainer.errors import BrokenBase
from trainer.runs.files import build_once

VERSION = 1
GROWN = ("gpt.text_embedding.weight", "gpt.text_head.weight", "gpt.text_head.bias")


def extended_base(base: XttsBase, bundle: Bundle, most: int, cache: Path) -> Path:
    """The folder of ``base`` with at most ``most`` new tokens; built at the first call."""
    text = json.dumps([VERSION, dict(base.hashes), bundle.manifest_sha256, most], sort_keys=True)
    folder = cache / f"extended-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return build_once(folder, lambda empty: _build(empty, base, bundle, most))


def _build(folder: Path, base: XttsBase, bundle: Bundle, most: int) -> None:
    tokenizer = networks.tokenizer(base.folder / "vocab.json")
    texts = [
        tokenizer.preprocess_text(clip.text, clip.language.split("-")[0]) for clip in bundle.clips
    ]
    growth = grow(tokenizer.tokenizer, texts, most)
    old: dict[str, int] = tokenizer.tokenizer.get_vocab()
    write_vocabulary(base.folder / "vocab.json", folder / "vocab.json", growth)
    _write_model(base, folder / "model.pth", old, growth)
    for name in FILES:
        if name not in ("vocab.json", "model.pth"):
            shutil.copyfile(base.folder / name, folder / name)


def _write_model(base: XttsBase, path: Path, old: Mapping[str, int], growth: Growth) -> None:
    """The base's tensors with a row for each new token."""
    import torch

    state = dict(base.tensors("model.pth"))
    prefix = "xtts." if f"xtts.{GROWN[0]}" in state else ""
    rows = max(old.values()) + 1
    for name in GROWN:
        tensor = state[prefix + name]
        if len(tensor) != rows:
            raise BrokenBase(f"{base.folder}: {name} has {len(tensor)} rows for {rows} tokens.")
        places = [[old[piece] for piece in made_of] for made_of in growth.tokens.values()]
        new = [tensor[rows_of].mean(dim=0) for rows_of in places]
        state[prefix + name] = torch.cat([tensor, torch.stack(new)]) if new else tensor
    torch.save({"model": state, LEARNT_CODES_OF: base.learnt_codes_of}, path)
