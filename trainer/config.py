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
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from trainer.errors import WrongUsage
from trainer.resources import resources

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[float, Meta(gt=0.0)]
NotNegative = Annotated[float, Meta(ge=0.0)]
Count = Annotated[int, Meta(ge=1)]
CountOrNone = Annotated[int, Meta(ge=0)]  # 0 means: not at all, or no limit, as its comment says


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """seed: of all that is random. device: auto, cpu, cuda, cuda:N. threads: 0 is torch's own."""

    seed: int = 0
    device: str = "auto"
    threads: CountOrNone = 0
    deterministic: bool = False


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """prompt_policy: where the voice prompt is cut from. cache: "" is beside the bundle.

    max_rejected: above this share of unusable clips nothing is started.
    """

    prompt_policy: Literal["other_clip", "self"] = "other_clip"
    prompt_min_s: Positive = 3.0
    prompt_max_s: Positive = 6.0
    max_rejected: Share = 0.5
    cache: str = ""
    processes: Count = 1


class Sampler(Struct, frozen=True, forbid_unknown_fields=True):
    """max_tokens: cap of clips x longest clip in a micro-batch. max_clips: cap of its clips.

    bucket_clips: how many clips are sorted by length together. temperature: 1 hears categories as
    often as they are, 0 equally often. category_weights: by category, times the manifest's weight.
    use_weights: whether the manifest's weights count. epoch_limit: most repetitions of a clip.
    """

    max_tokens: Count = 4096
    max_clips: Count = 16
    bucket_clips: Count = 64
    temperature: Share = 1.0
    use_weights: bool = True
    category_weights: dict[str, Positive] = {}
    epoch_limit: Count = 8


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """base: folder with the released files; "" with random=true builds a small random one.

    layers, width, heads, decoder_width: of the random one. dropout: -1 keeps the network's own.
    """

    backend: str = "xtts"
    base: str = ""
    random: bool = False
    layers: Count = 4
    width: Count = 128
    heads: Count = 4
    dvae_width: Count = 128
    vocabulary: Count = 384
    dropout: Annotated[float, Meta(ge=-1.0, lt=1.0)] = -1.0


class Adapt(Struct, frozen=True, forbid_unknown_fields=True):
    """mode: what learns. lora uses r to targets, partial uses parts. extend: most new tokens."""

    mode: Literal["full", "lora", "partial"] = "full"
    r: Count = 16
    alpha: Positive = 32.0
    dropout: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.0
    targets: tuple[str, ...] = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
    parts: tuple[str, ...] = ("heads", "embeddings", "perceiver")
    extend: CountOrNone = 0


class Optim(Struct, frozen=True, forbid_unknown_fields=True):
    """effective_clips: clips per update; micro-batches and accumulation follow. clip: 0 is off."""

    lr: Positive = 5e-6
    betas: tuple[Share, Share] = (0.9, 0.96)
    eps: Positive = 1e-8
    weight_decay: NotNegative = 0.01
    clip: NotNegative = 1.0
    effective_clips: Count = 16
    fused: bool = True
    eight_bit: bool = False


class Sched(Struct, frozen=True, forbid_unknown_fields=True):
    """kind: cosine or constant after the warm-up; stock is coqui's constant without one.

    total_steps: updates; 0 means ``epochs`` times through the clips. warmup: share of the steps.
    """

    kind: Literal["cosine", "constant", "stock"] = "cosine"
    total_steps: CountOrNone = 0
    epochs: Positive = 20.0
    warmup: Share = 0.05
    min_lr: Share = 0.1


class Precision(Struct, frozen=True, forbid_unknown_fields=True):
    """amp: auto is bf16 or fp16 by GPU, and off on a CPU, where it is slower."""

    amp: Literal["auto", "bf16", "fp16", "off"] = "auto"
    tf32: bool = True
    compile: bool = False
    checkpointing: bool = False


class Ema(Struct, frozen=True, forbid_unknown_fields=True):
    """A running mean of the weights, evaluated and exported in their place."""

    on: bool = False
    decay: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.999


class Loss(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the parts; eos_weight counts the end-of-speech target that many times."""

    text_weight: NotNegative = 0.01
    mel_weight: NotNegative = 1.0
    eos_weight: Positive = 1.0
    label_smoothing: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.0


class Eval(Struct, frozen=True, forbid_unknown_fields=True):
    """every_steps: 0 evaluates once an epoch. Step 0 and the last step are always evaluated."""

    every_steps: CountOrNone = 0
    prompt_s: Positive = 4.0


class Ckpt(Struct, frozen=True, forbid_unknown_fields=True):
    """every_steps: 0 saves once an epoch. every_minutes: 0 is off. keep_last: besides the best."""

    every_steps: CountOrNone = 0
    every_minutes: NotNegative = 10.0
    keep_last: Count = 2


class Stop(Struct, frozen=True, forbid_unknown_fields=True):
    """metric: what chooses the best. patience: evaluations without a gain, 0 is off."""

    metric: Literal["mel_ce", "loss", "eos_ce", "text_ce"] = "mel_ce"
    patience: CountOrNone = 4
    min_delta: NotNegative = 0.005
    max_minutes: NotNegative = 0.0
    max_nonfinite: Count = 5


class Log(Struct, frozen=True, forbid_unknown_fields=True):
    """every_steps: how often a step is written to events.jsonl."""

    every_steps: Count = 1
    tensorboard: bool = False


class Dist(Struct, frozen=True, forbid_unknown_fields=True):
    """backend: auto is nccl on GPUs and gloo otherwise."""

    backend: Literal["auto", "nccl", "gloo"] = "auto"
    timeout_s: Positive = 600.0


class TrainConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a run can be told."""

    run: Run = Run()
    data: Data = Data()
    sampler: Sampler = Sampler()
    model: Model = Model()
    adapt: Adapt = Adapt()
    optim: Optim = Optim()
    sched: Sched = Sched()
    precision: Precision = Precision()
    ema: Ema = Ema()
    loss: Loss = Loss()
    eval: Eval = Eval()
    ckpt: Ckpt = Ckpt()
    stop: Stop = Stop()
    log: Log = Log()
    dist: Dist = Dist()


Settings = dict[str, dict[str, object]]
SECTIONS = {field.name: field.type for field in msgspec.structs.fields(TrainConfig)}


def resolve(preset: str | None, file: Path | None, changes: Sequence[str]) -> TrainConfig:
    """The configuration after preset, file and ``section.key=value`` changes; or WrongUsage."""
    merged: Settings = {}
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
        return msgspec.json.encode(value).decode()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return repr(value)
