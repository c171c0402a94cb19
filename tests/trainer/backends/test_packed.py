"""Packed rows without inner padding, independent of other rows."""

from types import SimpleNamespace

import numpy as np
import pytest

from trainer.backends import Item

pytestmark = pytest.mark.model

TEXT_END, SPEECH_END = 7, 99
LEAD = 3


def packed(*lengths, masked=(0, 0), offset=1):
    """Batch of rows with these numbers of text tokens and codes."""
    from trainer.backends.packed import Packed, Row, pack

    rows = [
        Row(
            text=np.arange(10, 10 + text),
            speech=np.concatenate((np.full(offset, 98), np.arange(50, 50 + codes))),
            text_target=np.arange(11, 10 + text),
            speech_target=np.append(np.arange(50, 50 + codes), SPEECH_END),
            codes=codes,
            offset=offset - 1,
            masked=masked,
        )
        for text, codes in lengths
    ]
    prompts = [np.zeros((2 + at % 2, 1)) for at in range(len(rows))]
    items = [
        Item(clip=SimpleNamespace(id=f"clip-{at}"), arrays={}, prompt=prompt)
        for at, prompt in enumerate(prompts)
    ]
    return pack(Packed, items, rows, LEAD, (TEXT_END, SPEECH_END), lambda prompt: prompt)


def test_speech_follows_text_and_padding_is_last():
    from trainer.backends.packed import concat_packed

    batch = packed((3, 2), (1, 5))
    text, speech = batch.text[..., None].float(), batch.speech[..., None].float()
    rows = concat_packed(batch, text, speech)[..., 0].tolist()
    assert rows[0][:6] == [10, 11, 12, 98, 50, 51]
    assert rows[1] == [10, 98, 50, 51, 52, 53, 54]
    assert (batch.tokens, batch.padded) == (6 + 7 + 2 * LEAD, 2 * (7 + LEAD))
    assert [len(group[0]) for group in batch.prompts] == [2, 3]
    assert batch.prompt_order.tolist() == [0, 1]


def test_targets_are_shifted_by_one_position():
    batch = packed((3, 2), (1, 5))
    row = LEAD + 7
    assert batch.text_at.tolist() == [LEAD, LEAD + 1]  # a single token has no target
    assert batch.text_target.tolist() == [11, 12]
    speech = [LEAD + 3, LEAD + 4, LEAD + 5, *(row + LEAD + 1 + at for at in range(6))]
    assert batch.speech_at.tolist() == speech
    assert batch.speech_target.tolist() == [50, 51, SPEECH_END, *range(50, 55), SPEECH_END]
    assert batch.speech_target[batch.eos_at].tolist() == [SPEECH_END] * 2


def test_masked_codes_have_no_targets_but_the_stop_token_has():
    batch = packed((2, 4), (2, 3), masked=(0, 99))
    assert batch.speech_target.tolist() == [SPEECH_END] * 2
    assert batch.counts.tolist() == [[1, 1, 1, 1, 1]] * 2
    assert packed((2, 4), masked=(1, 3)).speech_target.tolist() == [50, 53, SPEECH_END]
