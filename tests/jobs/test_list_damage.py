"""Random lists in every format, whole and damaged: no row lost, no text altered or moved."""

import itertools
import random
import re
from collections import Counter, defaultdict

import pytest

from curator.domain.errors import CuratorError
from curator.jobs.lists import read_list
from tests.helpers.fuzz import counted, times
from tests.jobs.list_damage import KINDS, code_page, header_lost, invalid_bytes
from tests.jobs.written_lists import FORMATS, Written, lines_of, rows_of, save

EACH = -(-times(2000) // (len(FORMATS) * len(KINDS)))

FOREIGN = ("{}", "{}", "wavs/{}", "D:\\voices\\show\\wavs\\{}", "/data/anna/show/wavs/{}")


def a_list(form, damage, seed):
    chance = random.Random(f"{form} {damage.__name__} {seed}")
    rows = rows_of(chance, form, latin2=damage is code_page)
    way = chance.choice(FOREIGN[1:])
    for row in rows:
        named = way.format(row.sound)
        row.named = named.removesuffix(".wav") if form == "ljspeech" else named
    written = Written(form, rows, chance)
    written.lines = lines_of(form, rows, chance)
    damage(written)
    return written


def number_of(clip):
    return int(re.search(r"(\d+)$", clip.audio.stem)[1])


def assert_accounted(written, listed):
    context = (written.form, written.lines)
    assert listed.rows == len(listed.clips) + len(listed.refused), context
    texts = defaultdict(Counter)
    for row in written.rows:
        texts[row.number][row.text] += 1
    expected = len(written.rows) + written.extra
    if any("\n" in line for line in written.lines) and any(row.is_damaged for row in written.rows):
        assert listed.rows >= expected, context  # its lines may count one by one
    else:
        assert listed.rows == expected, (context, listed.refused)
    read = defaultdict(Counter)
    damaged = {row.number for row in written.rows if row.is_damaged}
    for clip in listed.clips:
        number = number_of(clip)
        read[number][clip.text] += 1
        if number not in damaged:
            assert clip.text in texts[number], (clip.text, texts[number], context)
    for number, counts in texts.items():
        if number not in damaged:
            assert read[number] == counts, (number, context, listed.refused)
    return damaged


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_row_is_read_as_written_or_refused(tmp_path, form):
    for damage, seed in itertools.product(KINDS, range(EACH)):
        written = a_list(form, damage, seed)
        folder = tmp_path / f"{damage.__name__} {seed}"
        save(written, folder)
        language = "hu" if damage is code_page else "en"
        try:
            with counted(f"lists: {form}", folder.name):
                listed = read_list(folder, language)
        except CuratorError:
            assert not written.is_readable, (form, folder.name, written.lines)
            continue
        if damage is header_lost and written.header:
            continue  # the first row is then the header
        damaged = assert_accounted(written, listed)
        if damage is invalid_bytes and listed.notes:
            continue  # the list says by which code page it was read
        texts = {row.number: row.text for row in written.rows}
        for clip in listed.clips:
            number = number_of(clip)
            if number in damaged and texts[number]:
                assert clip.text == texts[number], (written.form, written.lines)
