"""Small random multilingual Chatterbox base, made from a random English one."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import torch

from trainer.backends.chatterbox.base import (
    ENGLISH,
    MULTILINGUAL,
    ChatterboxBase,
    open_base,
    write_sizes,
)
from trainer.backends.chatterbox.package import new_t3
from trainer.runs.files import save_tensors

AFTER_START = 256  # START has a fixed id below


def a_multilingual_base(
    english: ChatterboxBase,
    folder: Path,
    characters: Iterable[str],
    special: Iterable[str],
    cangjie: Iterable[str] = (),
) -> ChatterboxBase:
    """Base in ``folder`` with additional characters and special tokens.

    cangjie: lines of the table of Chinese characters, "日\\ta".
    """
    sizes = dataclasses.replace(english.sizes, text_tokens=MULTILINGUAL.text_tokens)
    write_sizes(folder, sizes)
    torch.manual_seed(0)
    save_tensors(new_t3(sizes).state_dict(), folder / MULTILINGUAL.t3)
    torch.save(english.tensors(ENGLISH.s3gen), folder / MULTILINGUAL.s3gen)
    torch.save(english.tensors(ENGLISH.voice_encoder), folder / MULTILINGUAL.voice_encoder)
    words = json.loads(english.path(ENGLISH.tokenizer).read_text("utf-8"))
    known, special = words["model"]["vocab"], list(special)
    for token in (*characters, *special):
        known.setdefault(token, len(known) + AFTER_START)
    entry = words["added_tokens"][0]
    words["added_tokens"] += [{**entry, "id": known[name], "content": name} for name in special]
    (folder / MULTILINGUAL.tokenizer).write_text(json.dumps(words), "utf-8")
    (folder / "Cangjie5_TC.json").write_text(json.dumps(list(cangjie)), "utf-8")
    return open_base(folder)
