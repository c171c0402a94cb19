import pytest

from curator.domain.recording import PLAIN, Decoding, SoundChoice

SPECIAL = Decoding(1, 0, 0.25, ((0, 100), (5000, 20)), (4096,))


@pytest.mark.parametrize("decoding", [PLAIN, SPECIAL, Decoding(channel=1)])
def test_a_decoding_comes_back_from_json(decoding):
    assert Decoding.from_json(decoding.to_json()) == decoding


def test_only_a_plain_decoding_has_the_key_of_its_file():
    assert PLAIN.to_json() == "{}"
    assert PLAIN.key("ab") == "ab"
    assert len({each.key("ab") for each in (PLAIN, SPECIAL, Decoding(channel=1))}) == 3


@pytest.mark.parametrize(
    ("channel", "index"),
    [("", None), ("mix", None), ("each", None), ("left", 0), ("right", 1), ("1", 0), ("6", 5)],
)
def test_channels_are_counted_from_one_by_people(channel, index):
    assert SoundChoice(channel=channel).index == index


@pytest.mark.parametrize("channel", ["0", "-1", "both", "1.5"])
def test_what_is_no_channel_is_refused(channel):
    with pytest.raises(ValueError, match="is no channel"):
        _ = SoundChoice(channel=channel).index
