"""``trainer plan``: shows the plan for the cards asked for, or measures on this machine."""

import argparse
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.bundle.manifest import Bundle, Clip, read_bundle
from trainer.cli.commands import configured, of_family, say, tell
from trainer.config import TrainConfig, resolve
from trainer.errors import TrainerError, WrongUsage

if TYPE_CHECKING:
    from trainer.machine.network_sizes import NetworkSizes
    from trainer.machine.plan import Card, Plan

PROBE_S = 60.0
MOST_PROBE_STEPS = 50


def plan(arguments: argparse.Namespace) -> int:
    """Say steps, memory, hours and money; nothing heavy is loaded unless --probe is given."""
    from trainer.backends import target_of
    from trainer.bundle.preflight import preflight
    from trainer.machine.network_sizes import network_sizes
    from trainer.machine.plan import plan as make_plan
    from trainer.machine.plan import preset_for, schedule_for, too_little
    from trainer.target import read_target

    bundle = read_bundle(arguments.bundle)
    chosen = arguments.preset or arguments.config or arguments.base
    family = of_family(arguments)
    cards = _cards(arguments.gpu)
    configs = [
        configured(arguments)
        if chosen
        else resolve(preset_for(card.memory_gb), None, arguments.set, below=family)
        for card in cards
    ]
    target = target_of(configs[0])
    clips = preflight(bundle, read_target(target)).usable
    clips = tuple(clip for clip in clips if clip.split == "train")
    if not clips:
        raise TrainerError("None of the clips can be used.", "`trainer check` says why.")
    lengths = [_length(clip, network_sizes(target)) for clip in clips]
    plans = [
        make_plan(schedule_for(clips, lengths, config), config, card, arguments.price)
        for card, config in zip(cards, configs, strict=True)
    ]
    hours = sum(clip.duration_s for clip in clips) / 3600
    warnings = dict.fromkeys(filter(None, (too_little(config, hours) for config in configs)))
    for made in plans:
        if arguments.json:
            tell({"kind": "estimate", **asdict(made)})
    if not arguments.json:
        _show(clips, plans)
        for warning in warnings:
            say(f"\n{warning}")
    if arguments.probe:
        _probe(arguments, bundle, configured(arguments))
    return 0


def _cards(wanted: list[str]) -> "list[Card]":
    """The cards of so many gigabytes; all that are known if none is named."""
    from trainer.machine.plan import CARDS, Card

    if not wanted:
        return list(CARDS)
    found = []
    for word in wanted:
        digits = word.lower().removesuffix("gb").strip()
        if not digits.replace(".", "", 1).isdigit() or float(digits) <= 0:
            raise WrongUsage(f"--gpu {word!r} is no number of gigabytes.", "For example: --gpu 12.")
        gigabytes = float(digits)
        nearest = min(CARDS, key=lambda card: abs(math.log(card.memory_gb / gigabytes)))
        same = nearest.memory_gb == gigabytes
        name = nearest.name if same else f"{gigabytes:g} GB, as fast as an {nearest.name}"
        found.append(nearest if same else Card(name, gigabytes, nearest.tflops))
    return found


def _length(clip: Clip, sizes: "NetworkSizes") -> int:
    """Positions of a clip in a batch; its tokens are estimated."""
    codes = math.ceil(clip.samples / sizes.code_samples)
    return sizes.frame_positions + codes + int(len(clip.text) / sizes.characters_per_token)


def _show(clips: tuple[Clip, ...], plans: "list[Plan]") -> None:
    minutes = sum(clip.duration_s for clip in clips) / 60
    say(
        f"{len(clips)} clips for training, {minutes:.1f} minutes. Estimates for the released model:"
    )
    for made in plans:
        money = f", costs {made.money:.2f}" if made.money is not None else ""
        fits = "" if made.fits else " - DOES NOT FIT; take the preset " + made.preset
        say(
            f"\n{made.card}: {made.steps} steps ({made.epochs:.1f} epochs of"
            f" {made.updates_per_epoch}), {_hours(made.hours)}{money}"
            f"\n  memory about {made.memory_gb:.1f} GB{fits}; padding {made.padding:.0%};"
            f" disk about {made.disk_gb:.1f} GB"
        )
        heard = ", ".join(f"{kind} {times:.1f}" for kind, times in made.heard.items())
        say(f"  times a clip is heard: {heard}")
    say("\nMemory and hours are estimates; --probe measures on the machine at hand.")


def _hours(hours: float) -> str:
    if hours * 60 < 1:
        return "under a minute"
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"


def _probe(arguments: argparse.Namespace, bundle: Bundle, config: TrainConfig) -> None:
    """Train for a minute in a folder that is thrown away, and say what a step took."""
    import tempfile

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
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        run = create_run(Path(folder) / "run", config, bundle, {})
        session = open_session(run, bundle, world, terminal.prepared)
        terminal.close()
        began = time.monotonic()
        with prepared_updates(session) as updates:
            for prepared in updates:
                start = time.monotonic()
                result = compute_update(session, prepared, Requests())
                apply_update(session, Reporter(EventLog(None)), prepared.clips, result, 0.0)
                seconds.append(time.monotonic() - start)
                tokens.append(result.tokens)
                over = time.monotonic() - began > PROBE_S
                if over or len(seconds) >= min(MOST_PROBE_STEPS, session.total_steps):
                    break
        memory = memory_mb(world.device)
        total, halvings = session.total_steps, session.state.halvings
    leave()
    if not world.is_main:
        return
    warm = seconds[1:] or seconds  # the first step also makes what later ones only use
    steady = sorted(warm)[len(warm) // 2]
    speed = sum(tokens[1:] or tokens) / sum(warm)
    found = {
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
        tell(found)
    else:
        say(
            f"\nMeasured on {world.device}: {steady:.3f} s a step over {len(seconds)} steps,"
            f" {speed:,.0f} tokens/s, {memory} MB; {_hours(steady * total / 3600)} for {total}"
            " steps."
        )
        if halvings:
            say(f"Memory ran out at first; the micro-batches were halved {halvings} times.")
