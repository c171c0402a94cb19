"""Command plan: estimates by GPU, or a measurement on this machine."""

import argparse
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.bundle.manifest import Bundle, Clip, read_bundle
from trainer.cli.commands import configured, default_config, print_json
from trainer.config import TrainConfig, resolve
from trainer.errors import TrainerError, WrongUsage
from trainer.languages import growth_sentence
from trainer.output import print_line
from trainer.runs.files import private_folder

if TYPE_CHECKING:
    from trainer.machine.network_sizes import NetworkSizes
    from trainer.machine.plan import Card, Plan

PROBE_S = 60.0
MAX_PROBE_STEPS = 50


def plan(arguments: argparse.Namespace) -> int:
    """Print steps, memory, hours and cost; loads torch only with --probe."""
    from trainer.bundle.preflight import preflight
    from trainer.families import target_of
    from trainer.machine.network_sizes import network_sizes
    from trainer.machine.plan import plan as make_plan
    from trainer.machine.plan import preset_for, schedule_for, warn_little_data
    from trainer.target import read_target

    bundle = read_bundle(arguments.bundle)
    configured_by_user = arguments.preset or arguments.config or arguments.base
    defaults = default_config(arguments)
    cards = _cards(arguments.gpu)
    configs = [
        configured(arguments)
        if configured_by_user
        else resolve(preset_for(card.memory_gb), None, arguments.set, below=defaults)
        for card in cards
    ]
    target = target_of(configs[0])
    family = read_target(target)
    clips = preflight(bundle, family).usable
    clips = tuple(clip for clip in clips if clip.split == "train")
    if not clips:
        raise TrainerError("No training clip is usable.", "Run `trainer check` for the reasons.")
    lengths = [_length(clip, network_sizes(target)) for clip in clips]
    plans = [
        make_plan(schedule_for(clips, lengths, config), config, card, arguments.price)
        for card, config in zip(cards, configs, strict=True)
    ]
    hours = sum(clip.duration_s for clip in clips) / 3600
    warnings = dict.fromkeys(filter(None, (warn_little_data(config, hours) for config in configs)))
    growth = growth_sentence((clip.language for clip in clips), target, family.name)
    for estimate in plans:
        if arguments.json:
            print_json({"kind": "estimate", **asdict(estimate)})
    if arguments.json and growth:
        print_json({"kind": "note", "sentence": growth})
    if not arguments.json:
        _show(clips, plans)
        if growth:
            print_line(f"\n{growth} New tokens start as the mean of their pieces.")
        for warning in warnings:
            print_line(f"\n{warning}")
    if arguments.probe:
        _probe(arguments, bundle, configured(arguments))
    return 0


def _cards(wanted: list[str]) -> "list[Card]":
    """Cards with the given gigabytes of memory; all known ones if none is given."""
    from trainer.machine.plan import CARDS, Card

    if not wanted:
        return list(CARDS)
    cards = []
    for word in wanted:
        digits = word.lower().removesuffix("gb").strip()
        if not digits.replace(".", "", 1).isdigit() or float(digits) <= 0:
            raise WrongUsage(
                f"--gpu {word!r} is not a number of gigabytes.", "For example: --gpu 12."
            )
        gigabytes = float(digits)
        nearest = min(CARDS, key=lambda card: abs(math.log(card.memory_gb / gigabytes)))
        exact = nearest.memory_gb == gigabytes
        name = nearest.name if exact else f"{gigabytes:g} GB, as fast as an {nearest.name}"
        cards.append(nearest if exact else Card(name, gigabytes, nearest.tflops))
    return cards


def _length(clip: Clip, sizes: "NetworkSizes") -> int:
    """Estimated positions of a clip in a batch."""
    codes = math.ceil(clip.samples / sizes.code_samples)
    return sizes.frame_positions + codes + int(len(clip.text) / sizes.characters_per_token)


def _show(clips: tuple[Clip, ...], plans: "list[Plan]") -> None:
    minutes = sum(clip.duration_s for clip in clips) / 60
    print_line(
        f"{len(clips)} training clips, {minutes:.1f} minutes. Estimates for the released model:"
    )
    for estimate in plans:
        cost = f", cost {estimate.money:.2f}" if estimate.money is not None else ""
        fits = "" if estimate.fits else " - DOES NOT FIT; use the preset " + estimate.preset
        print_line(
            f"\n{estimate.card}: {estimate.steps} steps ({estimate.epochs:.1f} epochs of"
            f" {estimate.updates_per_epoch}), {_hours(estimate.hours)}{cost}"
            f"\n  memory about {estimate.memory_gb:.1f} GB{fits}; padding {estimate.padding:.0%};"
            f" disk about {estimate.disk_gb:.1f} GB"
        )
        times = ", ".join(f"{kind} {times:.1f}" for kind, times in estimate.heard.items())
        print_line(f"  repetitions per clip: {times}")
    print_line("\nMemory and hours are estimates; use --probe to measure on this machine.")


def _hours(hours: float) -> str:
    if hours * 60 < 1:
        return "under a minute"
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"


def _probe(arguments: argparse.Namespace, bundle: Bundle, config: TrainConfig) -> None:
    """Train for a minute in a temporary folder and print time and memory per step."""

    from trainer.cli.terminal import Terminal
    from trainer.machine.memory import memory_mb
    from trainer.runs.distributed import join, leave
    from trainer.runs.events import EventLog
    from trainer.runs.run import create_run
    from trainer.training.reporter import Reporter
    from trainer.training.session import open_session
    from trainer.training.update import (
        Requests,
        apply_update,
        compute_update,
        prepared_updates,
    )

    world = join(config)
    terminal = Terminal()
    seconds: list[float] = []
    tokens: list[float] = []
    with private_folder("probe") as folder:
        run = create_run(Path(folder) / "run", config, bundle, {})
        session = open_session(run, bundle, world, terminal.prepared)
        terminal.close()
        started = time.monotonic()
        with prepared_updates(session) as updates:
            for prepared in updates:
                start = time.monotonic()
                result = compute_update(session, prepared, Requests())
                apply_update(session, Reporter(EventLog(None)), prepared.clips, result, 0.0)
                seconds.append(time.monotonic() - start)
                tokens.append(result.tokens)
                over = time.monotonic() - started > PROBE_S
                if over or len(seconds) >= min(MAX_PROBE_STEPS, session.total_steps):
                    break
        memory = memory_mb(world.device)
        total, halvings = session.total_steps, session.state.halvings
    leave()
    if not world.is_main:
        return
    after_first = seconds[1:] or seconds  # the first step includes initialisation
    steady = sorted(after_first)[len(after_first) // 2]
    speed = sum(tokens[1:] or tokens) / sum(after_first)
    fields = {
        "kind": "measured",
        "device": str(world.device),
        "steps": len(seconds),
        "seconds_a_step": round(steady, 4),
        "tokens_a_second": round(speed, 1),
        "memory_mb": memory,
        "halvings": halvings,
        "hours": round(steady * total / 3600, 4),
        "money": None if arguments.price is None else steady * total / 3600 * arguments.price,
    }
    if arguments.json:
        print_json(fields)
    else:
        print_line(
            f"\nMeasured on {world.device}: {steady:.3f} s per step over {len(seconds)} steps,"
            f" {speed:,.0f} tokens/s, {memory} MB; {_hours(steady * total / 3600)} for {total}"
            " steps."
        )
        if halvings:
            print_line(f"Out of memory at first: micro-batches were halved {halvings} times.")
