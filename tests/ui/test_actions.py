from PySide6.QtGui import QKeySequence

from curator.ui.actions import (
    ACTIONS,
    PRESETS,
    KeyScope,
    conflicts,
    keys_in_use,
    placed,
)


def keys_of(preset: str = "usual", **own: tuple[str, ...]):
    return keys_in_use(preset, {key.replace("__", "."): value for key, value in own.items()})


def test_no_key_starts_two_actions():
    for preset in PRESETS:
        assert not conflicts(keys_of(preset)), preset


def test_every_action_is_named_once_and_says_what_it_does():
    assert len({action.key for action in ACTIONS}) == len(ACTIONS)
    assert all(action.text for action in ACTIONS)


def test_every_key_is_one_that_keyboards_have():
    for action in ACTIONS:
        for _, sequence in map(placed, action.keys):
            assert QKeySequence(sequence).count() == 1, f"{action.key}: {sequence}"


def test_everything_about_a_clip_can_be_done_without_the_mouse():
    for preset in PRESETS:
        keys = keys_of(preset)
        assert all(keys[action.key] for action in ACTIONS if action.page == "audit")


def test_a_key_given_twice_is_found_out():
    (found,) = conflicts(keys_of(audit__drop=("J",)))
    assert found.key == "J"
    assert {found.first.key, found.second.key} == {"audit.next", "audit.drop"}


def test_a_key_of_the_window_may_not_be_one_of_a_page():
    assert conflicts(keys_of(audit__drop=("Ctrl+K",)))


def test_pages_may_use_the_same_key():
    assert not conflicts(keys_of(export__next_refused=("J",)))


def test_return_in_a_list_and_in_a_text_are_two_keys():
    keys = keys_of(audit__drop=("text:Return",))
    assert not conflicts(keys)
    assert placed("text:Return") == (KeyScope.TEXT, "Return")


def test_presets_name_actions_that_exist():
    known = {action.key for action in ACTIONS}
    assert all(preset.keys() <= known for preset in PRESETS.values())
