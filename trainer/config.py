"""The configuration of a run: one strict schema, presets, and what the person sets on top.

Order: defaults, then the preset, then ``--config FILE``, then each ``--set section.key=value``.
A key that does not exist is refused with the nearest one that does: a misspelt learning rate that
is silently ignored costs a night of GPU time.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from trainer.errors import WrongUsage
from trainer.resources import resources
from trainer.sections import TrainConfig

__all__ = ["TrainConfig", "config_hash", "from_toml", "nearest", "presets", "resolve", "to_toml"]

Settings = dict[str, dict[str, object]]
SECTIONS = {field.name: field.type for field in msgspec.structs.fields(TrainConfig)}


def resolve(
    preset: str | None,
    file: Path | None,
    changes: Sequence[str],
    below: TrainConfig | None = None,
) -> TrainConfig:
    """The configuration after preset, file and ``section.key=value`` changes; or WrongUsage.

    below: what all of them go over, such as the configuration of a run that is continued.
    """
    merged: Settings = msgspec.to_builtins(below) if below is not None else {}
    if preset is not None:
        _merge(merged, _read(preset_path(preset)), f"preset {preset}")
    if file is not None:
        _merge(merged, _read(file), str(file))
    for change in changes:
        _merge(merged, _parse_change(change), f"--set {change}")
    try:
        config = msgspec.convert(merged, TrainConfig)
    except msgspec.ValidationError as fault:
        raise WrongUsage(f"The configuration does not hold: {fault}.") from fault
    if config.data.prompt_min_s > config.data.prompt_max_s:
        raise WrongUsage("data.prompt_min_s is above data.prompt_max_s.")
    return config


def presets() -> dict[str, str]:
    """The presets there are, and what each is for (the first comment line of its file)."""
    found = {}
    for path in sorted((resources() / "presets").glob("*.toml")):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        found[path.stem] = first.removeprefix("#").strip()
    return found


def preset_path(name: str) -> Path:
    """The file of a preset."""
    path = resources() / "presets" / f"{name}.toml"
    if not path.is_file():
        known = list(presets())
        raise WrongUsage(f"There is no preset {name!r}.", nearest(name, known))
    return path


def to_toml(config: TrainConfig) -> str:
    """The whole configuration as TOML; reading it back gives the same one."""
    lines = []
    for section, values in msgspec.to_builtins(config).items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines)


def config_hash(config: TrainConfig) -> str:
    """SHA-256 of the resolved configuration."""
    return hashlib.sha256(to_toml(config).encode()).hexdigest()


def from_toml(text: str) -> TrainConfig:
    """The configuration a run wrote."""
    return msgspec.convert(tomllib.loads(text), TrainConfig)


def nearest(word: str, known: Sequence[str]) -> str:
    """A hint that names the nearest known word, or all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Choose one of: {', '.join(sorted(known))}."


def _read(path: Path) -> Settings:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{path} is not TOML: {error}.") from error


def _parse_change(change: str) -> Settings:
    """``sched.total_steps=20`` as nested settings; a value that is not TOML is taken as text."""
    name, equals, value = change.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise WrongUsage(f"{change!r} is not section.key=value.", "For example: optim.lr=1e-5.")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    if "." in key:  # one level deeper: sampler.category_weights.angry=2
        key, _, inner = key.partition(".")
        parsed = {inner: parsed}
    return {section: {key: parsed}}


def _merge(merged: Settings, more: Settings, origin: str) -> None:
    """Lay ``more`` over ``merged``, refusing names the schema does not have."""
    for section, values in more.items():
        if section not in SECTIONS:
            hint = nearest(section, list(SECTIONS))
            raise WrongUsage(f"{origin}: there is no section {section!r}.", hint)
        if not isinstance(values, dict):
            raise WrongUsage(f"{origin}: {section!r} is a section, not a value.")
        known = [field.name for field in msgspec.structs.fields(SECTIONS[section])]
        for key, value in values.items():
            if key not in known:
                hint = nearest(key, known)
                raise WrongUsage(f"{origin}: [{section}] has no key {key!r}.", hint)
            here = merged.setdefault(section, {})
            before = here.get(key)
            both = isinstance(before, dict) and isinstance(value, dict)
            here[key] = {**before, **value} if both else _number(value)  # type: ignore[dict-item]


def _number(value: object) -> object:
    """Lists become tuples of the same; everything else stays."""
    return tuple(value) if isinstance(value, list) else value


def _toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a TOML string, but for one character that TOML wants escaped.
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007F")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return repr(value)
