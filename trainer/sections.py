"""Sections of a run's configuration, with meanings and ranges.

Defaults suit XTTS-v2 and a few hundred clips.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[float, Meta(gt=0.0, le=1e9)]
NotNegative = Annotated[float, Meta(ge=0.0, le=1e9)]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]
# 0 means off or unlimited; see the docstring
CountOrNone = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class RunSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """seed: of all randomness. device: auto, cpu, cuda or cuda:N. threads: 0 is torch's default."""

    seed: int = 0
    device: str = "auto"
    threads: CountOrNone = 0
    deterministic: bool = False


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """prompt_policy: source of the voice prompt. cache: "" is beside the bundle.

    max_rejected: largest allowed share of unusable clips.
    """

    prompt_policy: Literal["other_clip", "self"] = "other_clip"
    prompt_min_s: Positive = 3.0
    prompt_max_s: Positive = 6.0
    max_rejected: Share = 0.5
    cache: str = ""
    processes: Count = 1


class Sampler(Struct, frozen=True, forbid_unknown_fields=True):
    """max_tokens: limit of clips x longest clip in a micro-batch. max_clips: limit of its clips.

    bucket_clips: clips sorted by length together. temperature: 1 samples categories as recorded,
    0 equally often. category_weights: factors on the manifest's weights. use_weights: whether to
    use the manifest's weights. epoch_limit: maximum repetitions of a clip per epoch.
    """

    max_tokens: Count = 4096
    max_clips: Count = 16
    bucket_clips: Count = 64
    temperature: Share = 1.0
    use_weights: bool = True
    category_weights: dict[str, Positive] = {}
    epoch_limit: Count = 8


class ModelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """base: folder of the released files; random=true builds a small random network instead.

    edition: of Chatterbox, needed if the base folder contains several. environment: of an
    inference-only model; "" is the default folder. layers, width, heads, dvae_width,
    vocoder_width, vocabulary: of the random network. dropout: -1 keeps the default.
    """

    backend: str = "xtts"
    base: str = ""
    edition: Literal["", "en", "multilingual", "multilingual_v2"] = ""
    environment: str = ""
    random: bool = False
    layers: Count = 4
    width: Count = 128
    heads: Count = 4
    dvae_width: Count = 128
    vocoder_width: Count = 512
    vocabulary: Count = 384
    dropout: Annotated[float, Meta(ge=-1.0, lt=1.0)] = -1.0


class Adapt(Struct, frozen=True, forbid_unknown_fields=True):
    """mode: trained parameters. r, alpha, dropout, targets: of lora. parts: of partial.

    targets: () for all linear layers of the transformer blocks. extend: maximum new tokens.
    """

    mode: Literal["full", "lora", "partial"] = "full"
    r: Count = 16
    alpha: Positive = 32.0
    dropout: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.0
    targets: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("heads", "embeddings", "perceiver")
    extend: CountOrNone = 0


class Optim(Struct, frozen=True, forbid_unknown_fields=True):
    """effective_clips: clips per update. clip: maximum gradient norm, 0 is off."""

    lr: Positive = 5e-6
    betas: tuple[Share, Share] = (0.9, 0.96)
    eps: Positive = 1e-8
    weight_decay: NotNegative = 0.01
    clip: NotNegative = 1.0
    effective_clips: Count = 16
    fused: bool = True
    eight_bit: bool = False


class Sched(Struct, frozen=True, forbid_unknown_fields=True):
    """kind: cosine or constant after the warm-up; stock is coqui's constant rate without one.

    total_steps: updates; 0 means ``epochs`` epochs. warmup: share of the steps. min_lr: share of
    the peak rate at the end of cosine.
    """

    kind: Literal["cosine", "constant", "stock"] = "constant"
    total_steps: CountOrNone = 0
    epochs: Positive = 20.0
    warmup: Share = 0.05
    min_lr: Share = 0.1


class Precision(Struct, frozen=True, forbid_unknown_fields=True):
    """amp: auto is bf16 or fp16 by GPU, and off on a CPU. checkpointing: of activations."""

    amp: Literal["auto", "bf16", "fp16", "off"] = "auto"
    tf32: bool = True
    compile: bool = False
    checkpointing: bool = False


class Ema(Struct, frozen=True, forbid_unknown_fields=True):
    """Exponential moving average of the weights, used for evaluation and export."""

    on: bool = False
    decay: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.999


class Loss(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the loss terms. eos_weight: factor on the end-of-speech target."""

    text_weight: NotNegative = 0.01
    mel_weight: NotNegative = 1.0
    eos_weight: Positive = 1.0
    label_smoothing: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.0


class Eval(Struct, frozen=True, forbid_unknown_fields=True):
    """every_steps: 0 is once per epoch. Step 0 and the last step are always evaluated.

    speak_sentences: test sentences synthesised and measured at an evaluation, as by `trainer
    evaluate`; 0 is none. speak_every: at every n-th evaluation. prompt_s: prompt length.
    """

    every_steps: CountOrNone = 0
    prompt_s: Positive = 4.0
    speak_sentences: CountOrNone = 0
    speak_every: Count = 1


class Ckpt(Struct, frozen=True, forbid_unknown_fields=True):
    """every_steps: 0 is once per epoch. every_minutes: 0 is off. keep_last: in addition to best."""

    every_steps: CountOrNone = 0
    every_minutes: NotNegative = 10.0
    keep_last: Count = 2


class Stop(Struct, frozen=True, forbid_unknown_fields=True):
    """metric: selects the best step. patience: evaluations without a gain, 0 is off."""

    metric: Literal["mel_ce", "loss", "eos_ce", "text_ce"] = "mel_ce"
    patience: CountOrNone = 4
    min_delta: NotNegative = 0.005
    max_minutes: NotNegative = 0.0
    max_nonfinite: Count = 5


class Codebook(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of `trainer codebook`. learn: trained DVAE parts. clips: windows per update.

    window_s: longest window. commitment: weight of the commitment loss. decay: of the codebook's
    moving average. every_steps: interval of evaluation and saving.
    """

    steps: Count = 2000
    lr: Positive = 1e-5
    clips: Count = 32
    window_s: Annotated[float, Meta(ge=0.25, le=3600.0)] = 2.0
    learn: tuple[Literal["encoder", "codebook", "decoder"], ...] = (
        "encoder",
        "codebook",
        "decoder",
    )
    commitment: NotNegative = 0.25
    decay: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.99
    every_steps: Count = 100


class DecoderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of `trainer decoder`. clips: segments of segment_s seconds per update.

    stages: trained upsampling stages from the last; 0 trains all of the decoder.
    mel_weight, stft_weight, feature_weight: of the losses, as in HiFi-GAN and UnivNet.
    adversarial_after: updates before the discriminators, which start from nothing, count; from
    ``steps`` on, there are none.
    discriminator_width: channels of their first layers. clip: gradient norm. every_steps: interval
    of evaluation and saving. blend: share of the new weights in the result, the rest is of the
    decoder before (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903). speak_sentences: test
    sentences measured before and after.
    """

    steps: Count = 5000
    lr: Positive = 1e-4
    stages: CountOrNone = 0
    clips: Count = 16
    segment_s: Annotated[float, Meta(ge=0.1, le=30.0)] = 0.5
    mel_weight: Positive = 45.0
    stft_weight: NotNegative = 2.5
    feature_weight: NotNegative = 2.0
    adversarial_after: CountOrNone = 1000
    discriminator_width: Count = 32
    clip: NotNegative = 10.0
    every_steps: Count = 250
    blend: Annotated[float, Meta(gt=0.0, le=1.0)] = 1.0
    speak_sentences: CountOrNone = 12

    @property
    def adversarial(self) -> bool:
        """Whether the discriminators count at some step; else they are not trained either."""
        return self.adversarial_after < self.steps


class Log(Struct, frozen=True, forbid_unknown_fields=True):
    """every_steps: interval of step events."""

    every_steps: Count = 1
    tensorboard: bool = False


class Dist(Struct, frozen=True, forbid_unknown_fields=True):
    """backend: auto is nccl on GPUs and gloo otherwise."""

    backend: Literal["auto", "nccl", "gloo"] = "auto"
    timeout_s: Positive = 600.0


class TrainConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Complete configuration of a run."""

    run: RunSettings = RunSettings()
    data: Data = Data()
    sampler: Sampler = Sampler()
    model: ModelSettings = ModelSettings()
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
    codebook: Codebook = Codebook()
    decoder: DecoderSettings = DecoderSettings()
