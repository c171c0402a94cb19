import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.config import config_hash, from_toml, presets, resolve, to_toml
from trainer.errors import WrongUsage


def test_later_settings_win(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[sched]\ntotal_steps = 50\n[optim]\nlr = 1e-4\n", encoding="utf-8")
    config = resolve("tiny-cpu", file, ["sched.total_steps=20"])
    assert (config.sched.total_steps, config.optim.lr) == (20, 1e-4)
    assert config.model.random


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("sched.total_step=3", "total_steps"),
        ("shed.total_steps=3", "sched"),
        ("optim.learning_rate=3", "Choose one of"),
        ("optim.lr=fast", "float"),
        ("optim.lr=-1", "0.0"),
        ("adapt.mode=lorra", "lorra"),
        ("total_steps=3", "section.key=value"),
        ("data.prompt_min_s=7", "prompt_max_s"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_was_probably_meant(change, hint):
    with pytest.raises(WrongUsage) as wrong:
        resolve("tiny-cpu", None, [change])
    assert hint in str(wrong.value)


def test_an_unknown_preset_is_refused_with_the_nearest():
    with pytest.raises(WrongUsage, match="tiny-cpu"):
        resolve("tinycpu", None, [])


@pytest.mark.parametrize("name", list(presets()))
def test_every_preset_is_valid_and_says_what_it_is_for(name):
    resolve(name, None, [])
    assert presets()[name]


@given(
    weights=st.dictionaries(st.text(min_size=1), st.floats(0.1, 10.0), max_size=3),
    base=st.text(),
    lr=st.floats(1e-9, 1.0),
    parts=st.lists(st.sampled_from(["heads", "embeddings"])),
)
def test_what_a_run_writes_down_reads_back_the_same(weights, base, lr, parts):
    import msgspec

    config = msgspec.convert(
        {
            "sampler": {"category_weights": weights},
            "model": {"base": base},
            "optim": {"lr": lr},
            "adapt": {"parts": parts},
        },
        type(resolve(None, None, [])),
    )
    assert from_toml(to_toml(config)) == config
    assert config_hash(from_toml(to_toml(config))) == config_hash(config)
