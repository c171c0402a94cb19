"""What curator says the trainer will use is what the trainer uses, with the same reasons."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curator.audio.excerpts import Excerpts
from curator.domain.clip import Clip
from curator.domain.fact import Transcript
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.target import Target, read_target
from curator.domain.text_rules import text_fault
from curator.export.checks import check, length_fault
from curator.export.contents import clip_name
from curator.export.sound_check import sound_checker
from tests.helpers.bundles import a_source, as_recording, kept_clips, write_bundle
from tests.helpers.sounds import noise, write_sound
from trainer.bundle.manifest import read_bundle
from trainer.bundle.preflight import length_reason, preflight, text_reason
from trainer.target import Target as TrainersTarget
from trainer.target import read_target as read_trainers_target

RATE = 44_100
CLIPS = 200


@dataclass(frozen=True)
class Family:
    """A target as each side reads it, and lengths at RATE, in samples.

    shortest: one less would be one too few at the target's rate. longest: one more, one too many.
    letters: an allowed length of an English text; russian: one too long for a Russian one.
    """

    ours: Target
    theirs: TrainersTarget
    shortest: int
    longest: int
    letters: int
    russian: int


def a_family(key: str, *lengths: int) -> Family:
    return Family(read_target(key), read_trainers_target(key), *lengths)


FAMILIES = {
    "xtts_v2": a_family("xtts_v2", 22_049, 511_990, 250, 183),
    "chatterbox": a_family("chatterbox", 22_050, 1_762_236, 1000, 1001),
}


@pytest.fixture(params=FAMILIES)
def family(request) -> Family:
    return FAMILIES[request.param]


def in_language(clip: Clip, language: str) -> Clip:
    return replace(clip, transcript=Transcript(clip.text, (), language, 0.9, 0.0, 1.0))


def of_length(clip: Clip, samples: int) -> Clip:
    return replace(clip, span=Span(clip.span.start, clip.span.start + samples))


SILENCE = Span(0, RATE - 500)


def planted_faults(family: Family):
    """Changes that make a good clip a bad one, by the reason that shall be given."""
    return {
        "language_unsupported": [lambda c: in_language(c, "xx"), lambda c: in_language(c, "yue")],
        "empty_text": [lambda c: replace(c, text=""), lambda c: replace(c, text=" \n\u2003 ")],
        "no_letters": [lambda c: replace(c, text="?!"), lambda c: replace(c, text="…")],
        "unknown_characters": [
            lambda c: replace(c, text="Good ☃ evening"),
            lambda c: replace(c, text="that | this"),
            lambda c: replace(c, text="привет"),
        ],
        "text_too_long": [
            lambda c: replace(c, text="a" * (family.letters + 1)),
            lambda c: in_language(replace(c, text="б" * family.russian), "ru"),
        ],
        "too_short": [lambda c: of_length(c, 1), lambda c: of_length(c, family.shortest - 1)],
        "too_long": [
            lambda c: of_length(c, family.longest + 1),
            lambda c: of_length(c, family.longest + 90_000),
        ],
        "silent": [lambda c: replace(c, span=SILENCE), lambda c: replace(c, span=Span(99, 40_000))],
        "source_missing": [],  # three clips of another recording, whose file is gone
    }


def on_the_line(family: Family):
    """Changes that leave a clip just allowed."""
    return [
        lambda c: of_length(c, family.shortest),
        lambda c: of_length(c, family.longest),
        lambda c: replace(c, text="a" * family.letters),
        lambda c: replace(c, text="  spaces \n everywhere  "),
        lambda c: replace(c, text="CAFE\u0301 Ünder “quotes” — yes; 100 % & more…"),
        lambda c: in_language(replace(c, text="İyi günler, IŞIK!"), "tr"),
        lambda c: in_language(replace(c, text="Straße ÄÖÜ ẞ"), "de-AT"),
        lambda c: replace(c, text="42"),
    ]


def a_set_with_faults(folder, family) -> tuple[list[Clip], list[Recording], dict[str, str]]:
    """200 clips of two recordings, 20 of them with a fault; the faults by the clip's name."""
    sound = np.concatenate([np.full(RATE, 2 / 32768, np.float32), noise(125.0, RATE, 0.2)])
    show = as_recording(write_sound(folder / "show.wav", sound, RATE), 1)
    gone = as_recording(a_source(folder, "gone.wav"), 2)
    clips = kept_clips(show, CLIPS - 3, seconds=0.55)
    clips = [replace(c, span=c.span.shifted(RATE)) for c in clips]
    changes = [(key, change) for key, made in planted_faults(family).items() for change in made]
    planted = {}
    for place, (key, change) in enumerate(changes):
        clips[3 + 7 * place] = change(clips[3 + 7 * place])
        planted[clip_name(clips[3 + 7 * place])] = key
    for place, change in enumerate(on_the_line(family)):
        clips[1 + 9 * place] = change(clips[1 + 9 * place])
    lost = kept_clips(gone, 3, seconds=1.0, first=CLIPS - 2)
    planted |= {clip_name(clip): "source_missing" for clip in lost}
    gone.path.unlink()
    return [*clips, *lost], [show, gone], planted


def test_check_and_trainer_agree_on_200_clips_with_20_faults_of_9_kinds(tmp_path, family):
    clips, recordings, planted = a_set_with_faults(tmp_path, family)
    assert (len(clips), len(planted), len(set(planted.values()))) == (200, 20, 9)

    with Excerpts() as excerpts:
        check_sound = sound_checker({r.id: r for r in recordings}, excerpts, family.ours)
        refusals = check(clips, family.ours, language="en", check_sound=check_sound)
    checked = {f"clip_{refusal.clip_id:06d}": refusal.reason_key for refusal in refusals}
    assert checked == planted

    exported = write_bundle(
        tmp_path / "all", clips, recordings, family=family.ours, keep_refused=True
    )
    assert {r.clip_id: r.reason_key for r in exported.refused} == {
        refusal.clip_id: refusal.reason_key for refusal in refusals
    }
    found = preflight(read_bundle(tmp_path / "all"), family.theirs)
    rejected = {clip: reasons[0].key for clip, reasons in found.rejected.items()}
    assert rejected == {clip: key for clip, key in planted.items() if key != "source_missing"}

    usable = {clip_name(clip) for clip in clips} - planted.keys()
    assert {clip.id for clip in found.usable} == usable


def test_the_trainer_uses_every_clip_of_a_usual_export(tmp_path, family):
    clips, recordings, planted = a_set_with_faults(tmp_path, family)
    write_bundle(tmp_path / "out", clips, recordings, family=family.ours)
    found = preflight(read_bundle(tmp_path / "out"), family.theirs)
    assert found.rejected == {}
    assert {clip.id for clip in found.usable} == {clip_name(c) for c in clips} - planted.keys()


def test_a_clip_that_went_missing_or_changed_after_the_export_is_named_by_the_trainer(
    tmp_path, family
):
    clips, recordings, _ = a_set_with_faults(tmp_path, family)
    out = write_bundle(tmp_path / "out", clips, recordings, family=family.ours).path
    (out / "wavs" / f"{clip_name(clips[0])}.wav").unlink()
    with (out / "wavs" / f"{clip_name(clips[2])}.wav").open("r+b") as file:
        file.seek(1000)
        file.write(b"\x01\x02\x03")
    found = preflight(read_bundle(out), family.theirs)
    reasons = {clip: reasons[0].key for clip, reasons in found.rejected.items()}
    assert reasons == {
        clip_name(clips[0]): "audio_missing",
        clip_name(clips[2]): "audio_changed",
    }


languages = st.sampled_from(
    [
        *sorted({k for each in FAMILIES.values() for k in each.ours.alphabets}),
        "en-GB",
        "EN",
        "yue",
        "xx",
        "",
        "-",
    ]
)
SPECIAL = "aäéßẞıİiI ő\u0301\u0307\u2028\xa0\t|5½²☃¿\u00ad\u200b\ufeff‚ﬁＡ、日ひ한שहệ"
characters = st.characters() | st.sampled_from(SPECIAL)


families = st.sampled_from(list(FAMILIES.values()))


@settings(max_examples=300, deadline=None)
@given(st.text(characters, max_size=280), languages, families)
@example("ẞ", "de", FAMILIES["xtts_v2"])
@example("i\u0307", "tr", FAMILIES["chatterbox"])
@example("a" * 250 + " ", "en", FAMILIES["xtts_v2"])
@example("a" * 1001, "sw", FAMILIES["chatterbox"])
def test_both_sides_judge_any_text_alike(text, language, family):
    ours = text_fault(text, language, family.ours)
    theirs = text_reason(text, language, family.theirs)
    assert (ours and ours.reason_key) == (theirs and theirs.key)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 1_000_000)
    | st.sampled_from([11_024, 11_025, 255_995, 255_996, 11_999, 12_000, 959_040, 959_041]),
    families,
)
def test_both_sides_judge_any_length_alike(samples, family):
    ours = length_fault(samples, family.ours)
    theirs = length_reason(samples, family.theirs)
    assert (ours and ours.reason_key) == (theirs and theirs.key)


@pytest.mark.parametrize("peak", [0, 1, 31, 32, 33, 64, 300])
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
def test_both_sides_judge_any_level_alike(tmp_path, peak, rate, family):
    quiet = (noise(1.0, rate, 1.0) * peak / 32768).astype(np.float32)
    loud = noise(1.0, rate, 0.3)
    path = write_sound(tmp_path / "q.wav", np.concatenate([quiet, loud]), rate)
    recording = as_recording(path)
    clips = kept_clips(recording, 2, seconds=0.9)
    clips[1] = replace(clips[1], span=clips[1].span.shifted(rate // 10))
    with Excerpts() as excerpts:
        found = check(
            clips, family.ours, check_sound=sound_checker({1: recording}, excerpts, family.ours)
        )
    write_bundle(tmp_path / "out", clips, [recording], family=family.ours, keep_refused=True)
    theirs = preflight(read_bundle(tmp_path / "out"), family.theirs)
    assert {f"clip_{r.clip_id:06d}" for r in found} == set(theirs.rejected)
