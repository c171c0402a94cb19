"""Measurements that need a GPU or released weights, with their commands."""

from dataclasses import dataclass

PROBE = "trainer plan BUNDLE --base BASE --preset 24gb --gpu 24 --probe"


@dataclass(frozen=True, slots=True)
class Measurement:
    """An open measurement. what: quantity. command: how to measure. look: what to compare."""

    what: str
    command: str
    look: str


GPU_CHECK = "trainer doctor --gpu-check --minutes 8"

UNMEASURED = (
    Measurement(
        "both networks at real size with random weights: speed, memory, device waits, halving",
        GPU_CHECK,
        "gpu-check/gpu-check.md; its last lines say what is not as it should be",
    ),
    Measurement(
        "bf16, fp16 and full precision: time and memory per step",
        f"{PROBE} --set precision.amp=bf16",
        "seconds per step and MB; repeat with fp16 and off",
    ),
    Measurement(
        "bf16 trains as well as full precision",
        "trainer train BUNDLE RUN --base BASE --preset 24gb --set precision.amp=bf16"
        " --set sched.total_steps=200 --set eval.every_steps=50",
        "mel_ce at each evaluation, within 1 % of a run with precision.amp=off",
    ),
    Measurement(
        "TF32",
        f"{PROBE} --set precision.amp=off --set precision.tf32=false",
        "seconds per step; repeat with true",
    ),
    Measurement(
        "fused AdamW",
        f"{PROBE} --set optim.fused=false",
        "seconds per step; repeat with true",
    ),
    Measurement(
        "torch.compile",
        f"{PROBE} --set precision.compile=true",
        "seconds per step; repeat with false",
    ),
    Measurement(
        "8-bit AdamW (pip install bitsandbytes)",
        f"{PROBE} --set optim.eight_bit=true",
        "MB and seconds per step; repeat with false",
    ),
    Measurement(
        "gradient checkpointing",
        f"{PROBE} --set precision.checkpointing=true",
        "MB and seconds per step; repeat with false",
    ),
    Measurement(
        "halving of micro-batches when GPU memory runs out",
        f"{PROBE} --set optim.effective_clips=512 --set sampler.max_clips=512"
        " --set sampler.max_tokens=1000000",
        "number of halvings, and that the run continued",
    ),
    Measurement(
        "two GPUs over nccl equal one with twice the batch",
        "torchrun --standalone --nproc_per_node=2 -m trainer train BUNDLE RUN --base BASE"
        " --preset 24gb --set precision.amp=off --set model.dropout=0 --set sched.total_steps=20",
        "mel_ce of every step; repeat with one process and twice sampler.max_clips",
    ),
    Measurement(
        "IndexTTS-2 with its released weights (any machine with internet access; faster on a GPU)",
        "trainer evaluate RUN --model indextts --base BASE --bundle BUNDLE",
        "word errors and similarity against a trained run, by trainer compare",
    ),
    Measurement(
        "memory presets fit the memory they are named for",
        "trainer plan BUNDLE --base BASE --preset 12gb --gpu 12 --probe",
        "measured and estimated MB; repeat with 8gb, 16gb, 24gb and 80gb",
    ),
)
