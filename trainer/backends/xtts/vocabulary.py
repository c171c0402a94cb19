"""Extended text vocabulary: characters and frequent pieces of the text of the bundle.

Old tokens keep their ids and embeddings. A new embedding starts as the mean of those of its pieces
in the old vocabulary. (The stock implementation initialises new rows at random and copies the last
old row to the new last one, which is correct for XTTS v1 only.) The result is a base folder in the
cache.
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
        tokenizer.preprocess_text(clip.text, clip.language.split("-")[0]) for clip in bundle.clips
    ]
    growth = grow(tokenizer.tokenizer, texts, max_tokens)
    old: dict[str, int] = tokenizer.tokenizer.get_vocab()
    write_vocabulary(base.folder / "vocab.json", folder / "vocab.json", growth)
    _write_model(base, folder / "model.pth", old, growth)
    for name in FILES:
        if name not in ("vocab.json", "model.pth"):
            shutil.copyfile(base.folder / name, folder / name)


def _write_model(base: XttsBase, path: Path, old: Mapping[str, int], growth: Growth) -> None:
    """Write model.pth with rows for the new tokens."""
    import torch

    state = dict(base.tensors("model.pth"))
    prefix = "xtts." if f"xtts.{GROWN[0]}" in state else ""
    rows = max(old.values()) + 1
    for name in GROWN:
        tensor = state[prefix + name]
        if len(tensor) != rows:
            raise BrokenBase(f"{base.folder}: {name} has {len(tensor)} rows for {rows} tokens.")
        old_rows = [[old[piece] for piece in pieces] for pieces in growth.tokens.values()]
        new = [tensor[ids].mean(dim=0) for ids in old_rows]
        state[prefix + name] = torch.cat([tensor, torch.stack(new)]) if new else tensor
    torch.save({"model": state, LEARNT_CODES_OF: base.learnt_codes_of}, path)
