from dataclasses import replace

from tests.helpers.bundles import a_source, as_recording, kept_clips, write_bundle


def card_of(tmp_path, clips=None, **settings):
    recording = as_recording(
        a_source(tmp_path), licence="CC0 | public\ndomain", consent=settings.pop("consent", "")
    )
    bundle = write_bundle(
        tmp_path / "out", clips or kept_clips(recording, 9), [recording], **settings
    )
    return (bundle.path / "data_card.md").read_text(encoding="utf-8"), bundle, recording


def test_a_card_states_sources_licences_and_hashes(tmp_path):
    card, _, recording = card_of(tmp_path)
    assert "| show.wav | 9 | 0.3 | CC0 \\| public domain | not stated |" in card
    assert f"| `{recording.content_hash}` |" in card
    assert "Coqui Public Model License" in card
    assert "voice-curator 0" in card
    assert "on 2026-01-02 12:00 UTC" in card


def test_missing_consent_is_a_fact_on_the_card_and_a_note(tmp_path):
    card, bundle, _ = card_of(tmp_path)
    assert "- Consent is not stated for 1 recording." in card
    assert "Consent is not stated for 1 recording." in bundle.notes


def test_given_consent_is_told(tmp_path):
    card, bundle, _ = card_of(tmp_path, consent="signed 2026-01-01 by Joe")
    assert "signed 2026-01-01 by Joe" in card
    assert bundle.notes == ()


def test_a_card_counts_clips_and_minutes_by_category_and_split(tmp_path):
    card, bundle, _ = card_of(tmp_path)
    assert f"| all | {bundle.train} |" in card
    assert "| greeting |" in card


def test_a_card_sums_up_the_scores(tmp_path):
    card, _, _ = card_of(tmp_path)
    assert "| snr | 9 | 20 | 24 | 28 |" in card


def test_a_card_says_what_was_refused_and_why(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = kept_clips(recording, 9)
    clips[0] = replace(clips[0], text="<b>☃</b>")
    card, _, _ = card_of(tmp_path, clips)
    assert "The trainer refuses 1 of 9 kept clips" in card
    assert "- unknown_characters: 1. Clip 1: XTTS-v2 does not support" in card
    assert "<" not in card


def test_a_card_without_refusals_says_so(tmp_path):
    card, _, _ = card_of(tmp_path)
    assert "None: the trainer accepts all 9 kept clips." in card
