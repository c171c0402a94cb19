"""What only a GPU, or weights from elsewhere, can show, and nobody has measured: the commands."""

from dataclasses import dataclass

PROBE = "trainer plan BUNDLE --base BASE --preset 24gb --gpu 24 --probe"


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """what: the question. command: what answers it. look: where the answer stands."""

    what: str
    command: str
    look: str


UNMEASURED = (
    Unmeasured(
        "bf16, fp16 and full precision: time and memory of a step",
        f"{PROBE} --set precision.amp=bf16",
        "seconds a step and MB; again with fp16 and with off",
    ),
    Unmeasured(
        "bf16 learns as full precision does",
        "trainer train BUNDLE RUN --base BASE --preset 24gb --set precision.amp=bf16"
        " --set sched.total_steps=200 --set eval.every_steps=50",
        "mel_ce at each evaluation, within 1 % of a run with precision.amp=off",
    ),
    Unmeasured(
        "TF32",
        f"{PROBE} --set precision.amp=off --set precision.tf32=false",
        "seconds a step; again with true",
    ),
    Unmeasured(
        "fused AdamW",
        f"{PROBE} --set optim.fused=false",
        "seconds a step; again with true",
    ),
    Unmeasured(
        "torch.compile",
        f"{PROBE} --set precision.compile=true",
        "seconds a step; again with false",
    ),
    Unmeasured(
        "8-bit AdamW (pip install bitsandbytes)",
        f"{PROBE} --set optim.eight_bit=true",
        "MB and seconds a step; again with false",
    ),
    Unmeasured(
        "gradient checkpointing",
        f"{PROBE} --set precision.checkpointing=true",
        "MB and seconds a step; again with false",
    ),
    Unmeasured(
        "halving of micro-batches when a GPU's memory runs out",
        f"{PROBE} --set optim.effective_clips=512 --set sampler.max_clips=512"
        " --set sampler.max_tokens=1000000",
        "how often they were halved, and that it went on",
    ),
    Unmeasured(
        "two GPUs over nccl are one with the double batch",
        "torchrun --standalone --nproc_per_node=2 -m trainer train BUNDLE RUN --base BASE"
        " --preset 24gb --set precision.amp=off --set model.dropout=0 --set sched.total_steps=20",
        "mel_ce of every step; again with one process and twice sampler.max_clips",
    ),
    Unmeasured(
        "IndexTTS-2 with its released weights (any machine with a network; a GPU speaks faster)",
        "trainer evaluate RUN --model indextts --base BASE --bundle BUNDLE",
        "word errors and similarity beside those of a trained run, by trainer compare",
    ),
    Unmeasured(
        "the presets by memory fit the memory they are named for",
        "trainer plan BUNDLE --base BASE --preset 12gb --gpu 12 --probe",
        "measured MB beside the estimate; again with 8gb, 16gb, 24gb and 80gb",
    ),
)
