"""Rows behind one another without holes, whatever stands beside them."""

from types import SimpleNamespace

import numpy as np
import pytest

from trainer.backends import Item

pytestmark = pytest.mark.model

TEXT_END, SPEECH_END = 7, 99
LEAD = 3


def packed(*lengths, unheard=(0, 0), begins=1):
    """Rows of so many text tokens and codes; text counts from 10, codes from 50."""
    from trainer.backends.packed import Packed, Row, pack

    rows = [
        Row(
            text=np.arange(10, 10 + text),
            speech=np.concatenate((np.full(begins, 98), np.arange(50, 50 + codes))),
            text_target=np.arange(11, 10 + text),
            speech_target=np.append(np.arange(50, 50 + codes), SPEECH_END),
            codes=codes,
            begins=begins - 1,
            unheard=unheard,
        )
        for text, codes in lengths
    ]
    prompts = [np.zeros((2 + at % 2, 1)) for at in range(len(rows))]
    items = [
        Item(clip=SimpleNamespace(id=f"clip-{at}"), arrays={}, prompt=prompt)
        for at, prompt in enumerate(prompts)
    ]
    return pack(Packed, items, rows, LEAD, (TEXT_END, SPEECH_END), lambda prompt: prompt)


def test_text_and_speech_of_a_row_follow_one_another_and_padding_comes_last():
    from trainer.backends.packed import laid_out

    batch = packed((3, 2), (1, 5))
    text, speech = batch.text[..., None].float(), batch.speech[..., None].float()
    found = laid_out(batch, text, speech)[..., 0].tolist()
    assert found[0][:6] == [10, 11, 12, 98, 50, 51]
    assert found[1] == [10, 98, 50, 51, 52, 53, 54]
    assert (batch.tokens, batch.padded) == (6 + 7 + 2 * LEAD, 2 * (7 + LEAD))
    assert [len(group[0]) for group in batch.prompts] == [2, 3]
    assert batch.prompt_order.tolist() == [0, 1]


def test_every_target_is_predicted_one_position_before_it():
    batch = packed((3, 2), (1, 5))
    row = LEAD + 7
    assert batch.text_at.tolist() == [LEAD, LEAD + 1]  # of a single token nothing is predicted
    assert batch.text_target.tolist() == [11, 12]
    speech = [LEAD + 3, LEAD + 4, LEAD + 5, *(row + LEAD + 1 + at for at in range(6))]
    assert batch.speech_at.tolist() == speech
    assert batch.speech_target.tolist() == [50, 51, SPEECH_END, *range(50, 55), SPEECH_END]
    assert batch.speech_target[batch.eos_at].tolist() == [SPEECH_END] * 2


def test_what_the_prompt_gives_away_is_not_learnt_and_the_end_always_is():
    batch = packed((2, 4), (2, 3), unheard=(0, 99))
    assert batch.speech_target.tolist() == [SPEECH_END] * 2
    assert batch.counts.tolist() == [[1, 1, 1, 1, 1]] * 2
    assert packed((2, 4), unheard=(1, 3)).speech_target.tolist() == [50, 53, SPEECH_END]
