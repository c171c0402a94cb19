"""Sentences: the project's own are whole and spelt right, a person's are read, faults are told."""

import unicodedata

import pytest

from tests.trainer.bundles import a_clip, write_bundle
from trainer.bundle.manifest import read_bundle
from trainer.errors import WrongUsage
from trainer.evaluate.plan import voices_of
from trainer.evaluate.sentences import Sentence, read_script
from trainer.resources import resources

CATEGORIES = {
    "greeting", "question", "tension", "confirmation", "excitement", "transition", "neutral",
}  # fmt: skip
ALPHABETS = {
    "en": "",
    "hu": "áéíóöőúüű",
    "vi": "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
}


def bundle_of(folder, language="en", categories=("greeting", "question"), clips=6):
    lines = [
        a_clip(
            folder,
            at,
            seconds=0.5,
            language=language,
            emotion=categories[at % len(categories)],
            split="eval" if at >= clips // 2 else "train",
        )
        for at in range(clips)
    ]
    return read_bundle(write_bundle(folder, lines))


@pytest.mark.parametrize("language", sorted(ALPHABETS))
def test_each_language_has_five_sentences_of_every_category_and_all_kinds(language, tmp_path):
    tmp_path.joinpath("wavs").mkdir()
    bundle = bundle_of(tmp_path, language, (None,))
    script = read_script(bundle)
    assert script.names == (f"{language}.toml",)
    plain = [sentence for sentence in script.sentences if sentence.kind != "long"]
    for category in CATEGORIES:
        own = [sentence for sentence in plain if sentence.category == category]
        assert len(own) == 5
        assert any(s.kind == "short" and len(s.text.split()) <= 3 for s in own)
    kinds = {sentence.kind for sentence in script.sentences}
    assert kinds == {"short", "question", "number", "name", "long", "plain"}
    ids = [sentence.id for sentence in script.sentences]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("language", sorted(ALPHABETS))
def test_only_letters_of_the_language_are_used_in_composed_form(language, tmp_path):
    path = resources() / "sentences" / f"{language}.toml"
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    spoken = read_script(bundle_of(tmp_path, language, (None,))).sentences
    used = {c for s in spoken for c in s.text.lower() if c.isalpha() and not c.isascii()}
    assert used <= set(ALPHABETS[language])
    assert not any(c.isdigit() for s in spoken for c in s.text)  # numbers are spelt out


def test_only_categories_of_the_bundle_are_spoken_and_the_long_passage(tmp_path):
    script = read_script(bundle_of(tmp_path))
    short = {sentence.category for sentence in script.sentences if sentence.kind != "long"}
    assert short == {"greeting", "question"}
    assert len(script.sentences) == 11


def test_a_category_no_file_knows_is_spoken_in_the_speakers_own_sentences(tmp_path):
    script = read_script(bundle_of(tmp_path, "en", ("greeting", "whispering")))
    own = [sentence for sentence in script.sentences if sentence.category == "whispering"]
    assert own
    assert all(sentence.id.startswith("own-whispering-") for sentence in own)


def test_a_language_without_a_file_is_spoken_in_the_speakers_own_sentences(tmp_path):
    script = read_script(bundle_of(tmp_path, "fi"))
    assert script.names == ("general.toml",)
    assert {sentence.language for sentence in script.sentences} == {"fi"}


def test_a_persons_own_file_is_spoken_whatever_the_categories(tmp_path):
    bundle = bundle_of(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(
        'language = "en"\nseeds = [3, 4]\n[[sentence]]\nid = "one"\ntext = "Well, well."\n',
        encoding="utf-8",
    )
    script = read_script(bundle, [path])
    assert [sentence.text for sentence in script.sentences] == ["Well, well."]
    assert script.seeds == (3, 4)
    again = read_script(bundle, [path])
    assert script.sha256 == again.sha256


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("language = 3", "no file of sentences"),
        ('language = "en"\nsentence = []', "holds no sentence"),
        ('language = "en"\n[[sentence]]\nid = "a b"\ntext = "x"', "may hold only"),
        ('language = "en"\n[[sentence]]\nid = "a"\ntext = "?!"', "has no text"),
        ('language = "en"\n[[sentence]]\nid = "a"\ntext = "x"\nmood = "y"', "mood"),
        (
            'language = "en"\n[[sentence]]\nid = "a"\ntext = "x"\n'
            '[[sentence]]\nid = "a"\ntext = "y"',
            "Two sentences",
        ),
    ],
)
def test_a_file_that_cannot_be_spoken_is_refused_in_a_sentence(text, told, tmp_path):
    bundle = bundle_of(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUsage, match=told):
        read_script(bundle, [path])


def test_prompts_are_held_out_of_the_category_and_the_same_each_time(tmp_path):
    bundle = bundle_of(tmp_path, clips=12)
    clips = bundle.part("eval")
    for number in range(8):
        sentence = Sentence(f"greeting-{number}", "Hello.", "short", "greeting")
        prompt, reference = voices_of(sentence, clips)
        assert prompt.split == "eval"
        assert prompt.emotion == reference.emotion == "greeting"
        assert prompt.id != reference.id
        assert voices_of(sentence, clips) == (prompt, reference)
    prompt, reference = voices_of(Sentence("x", "Hello.", "short", "whispering"), clips)
    assert prompt in clips
    assert reference is None
