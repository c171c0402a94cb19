"""Configuration of a run: a strict schema, presets and overrides.

Precedence, lowest first: defaults, preset, ``--config FILE``, ``--set section.key=value``. Unknown
keys are errors that name the nearest key.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from trainer.errors import WrongUsage
from trainer.foreign_files import check_bounds, parse_toml, read_text, read_toml
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
    """Resolve preset, file and ``section.key=value`` changes; WrongUsage if invalid.

    below: configuration that they override, such as that of a parent run.
    """
    merged: Settings = msgspec.to_builtins(below) if below is not None else {}
    if preset is not None:
        _merge(merged, _read(preset_path(preset)), f"preset {preset}")
    if file is not None:
        _merge(merged, _read(file), str(file))
    for change in changes:
        _merge(merged, _parse_change(change), f"--set {change}")
    try:
        check_bounds(merged)  # a file's numbers are finite and of 64 bits
        config = msgspec.convert(merged, TrainConfig)
    except ValueError as error:
        raise WrongUsage(f"Invalid configuration: {error}.") from error
    if config.data.prompt_min_s > config.data.prompt_max_s:
        raise WrongUsage(
            "data.prompt_min_s is above data.prompt_max_s.", "Lower data.prompt_min_s."
        )
    return config


def presets() -> dict[str, str]:
    """Descriptions by preset name, from the first comment line of each file."""
    descriptions = {}
    for path in sorted((resources() / "presets").glob("*.toml")):
        comment = read_text(path).partition("\n")[0]
        descriptions[path.stem] = comment.removeprefix("#").strip()
    return descriptions


def preset_path(name: str) -> Path:
    """File of a preset; WrongUsage if it does not exist."""
    path = resources() / "presets" / f"{name}.toml"
    if not path.is_file():
        names = list(presets())
        raise WrongUsage(f"There is no preset {name!r}.", nearest(name, names))
    return path


def to_toml(config: TrainConfig) -> str:
    """Serialise the configuration as TOML, losslessly."""
    lines = []
    for section, values in msgspec.to_builtins(config).items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines)


def config_hash(config: TrainConfig) -> str:
    """SHA-256 of the resolved configuration as TOML."""
    return hashlib.sha256(to_toml(config).encode()).hexdigest()


def from_toml(text: str) -> TrainConfig:
    """Parse a configuration written by ``to_toml``."""
    return msgspec.convert(parse_toml(text), TrainConfig)


def nearest(word: str, names: Sequence[str]) -> str:
    """Hint with the nearest name, or all names if none is close."""
    matches = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if matches:
        return f"Did you mean {matches[0]!r}?"
    return f"Choose one of: {', '.join(sorted(names))}."


def _read(path: Path) -> Settings:
    try:
        return read_toml(path)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise WrongUsage(f"{path} is not valid TOML: {error}.") from error


def _parse_change(change: str) -> Settings:
    """Parse ``sched.total_steps=20`` to nested settings; a value that is not TOML is text."""
    name, equals, value = change.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise WrongUsage(f"{change!r} is not section.key=value.", "For example: optim.lr=1e-5.")
    try:
        parsed = parse_toml(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    except ValueError as error:
        raise WrongUsage(f"--set {name}: {error}.") from error
    if "." in key:  # nested key: sampler.category_weights.angry=2
        key, _, inner = key.partition(".")
        parsed = {inner: parsed}
    return {section: {key: parsed}}


def _merge(merged: Settings, settings: Settings, origin: str) -> None:
    """Merge ``settings`` into ``merged``; WrongUsage for names unknown to the schema."""
    for section, values in settings.items():
        if section not in SECTIONS:
            hint = nearest(section, list(SECTIONS))
            raise WrongUsage(f"{origin}: there is no section {section!r}.", hint)
        if not isinstance(values, dict):
            raise WrongUsage(f"{origin}: {section!r} is a section, not a value.")
        keys = [field.name for field in msgspec.structs.fields(SECTIONS[section])]
        for key, value in values.items():
            if key not in keys:
                hint = nearest(key, keys)
                raise WrongUsage(f"{origin}: [{section}] has no key {key!r}.", hint)
            section_values = merged.setdefault(section, {})
            before = section_values.get(key)
            nested = isinstance(before, dict) and isinstance(value, dict)
            section_values[key] = {**before, **value} if nested else _as_tuple(value)  # type: ignore[dict-item]


def _as_tuple(value: object) -> object:
    """Convert lists to tuples."""
    return tuple(value) if isinstance(value, list) else value


def _toml(value: object) -> str:
    """Serialise a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a valid TOML string except for DEL, which TOML requires escaped.
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007F")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return repr(value)
