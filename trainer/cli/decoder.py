"""Command decoder: fine-tune the HiFi-GAN decoder."""

import argparse
import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.commands import configured
from trainer.cli.update_display import UpdateDisplay
from trainer.config import TrainConfig
from trainer.errors import TrainerError, TrainingFailed, WrongUsage
from trainer.evaluate.sentences import Script, read_script, spread
from trainer.output import print_line

if TYPE_CHECKING:
    from trainer.backends.xtts.decoder.source import DecoderSource
    from trainer.backends.xtts.decoder.state import DecoderTraining
    from trainer.backends.xtts.decoder.training import UpdateLosses
    from trainer.cli.terminal import Terminal
    from trainer.runs.run import Run

KIND = "decoder"
CHECKPOINTS = 3  # the best, the last, and one in progress


def decoder(arguments: argparse.Namespace) -> int:
    """Fine-tune the decoder of a run or a base on a bundle; the same command resumes it."""
    from trainer.cli.terminal import Terminal
    from trainer.runs.files import remove_folder
    from trainer.runs.lock import locked
    from trainer.runs.making import finished_before, open_making, refuse_unsuited

    bundle = read_bundle(arguments.bundle)
    config = _configuration(arguments)
    target: Path = arguments.folder
    if config.model.backend != "xtts":
        raise WrongUsage(
            f"The backend {config.model.backend!r} has no HiFi-GAN decoder to train.",
            "Use a run or a base of XTTS.",
        )
    if finished_before(KIND, target):
        print_line(f"{target} was finished before.")
        return 0
    refuse_unsuited(KIND, target)
    script = read_script(bundle, arguments.sentences)
    from trainer.backends.xtts.decoder.source import open_source

    source = open_source(config, bundle, arguments.source, arguments.checkpoint)
    if arguments.dry_run:
        _show_plan(source, bundle)
        return 0
    run = open_making(target, config, bundle, KIND, source.identity())
    terminal = Terminal()
    with locked(run.folder):
        done = _make(run, source, bundle, target, script, terminal)
    if done:
        remove_folder(run.folder)
        print_line(f"Wrote {target}. Listen: trainer speak {target} --text TEXT --out FILE.wav")
    return 0


def _configuration(arguments: argparse.Namespace) -> TrainConfig:
    """Configuration: that of the run, or of the base, with --preset, --config and --set."""
    from trainer.runs.run import ABOUT

    source: Path = arguments.source
    is_run = (source / ABOUT).is_file()
    arguments.parent, arguments.base = (source, None) if is_run else (None, source)
    return configured(arguments)


def _show_plan(source: "DecoderSource", bundle: Bundle) -> None:
    """Print the estimates for the known GPUs."""
    from trainer.backends.xtts.decoder.plan import count_work, meta_vocoder, plan
    from trainer.machine.plan import CARDS

    settings = source.backend.config.decoder
    args: dict[str, Any] = dict(source.backend.base.model_args())
    sizes = args["decoder_input_dim"], args["d_vector_dim"], args["output_hop_length"]
    work = count_work(meta_vocoder(args), sizes, settings)
    clips = bundle.part("train")
    seconds = settings.steps * settings.clips * settings.segment_s
    size = (source.backend.base.folder / "model.pth").stat().st_size
    print_line(
        f"{len(clips)} training clips, {sum(clip.duration_s for clip in clips) / 60:.1f} minutes;"
        f" {settings.steps} steps, {seconds / 3600:.1f} hours of segments."
    )
    for card in CARDS:
        estimate = plan(work, settings, size, card)
        parts = f"{estimate.rows} of {settings.clips} segments at once"
        fits = parts if estimate.rows else "DOES NOT FIT; lower decoder.segment_s"
        print_line(
            f"{estimate.card}: {estimate.hours:.1f} hours, memory about"
            f" {estimate.memory_gb:.1f} GB ({fits}), disk about {estimate.disk_gb:.1f} GB"
        )
    print_line("These are estimates in float32; mixed precision needs less time and memory.")


def _make(
    run: "Run",
    source: "DecoderSource",
    bundle: Bundle,
    target: Path,
    script: Script,
    terminal: "Terminal",
) -> bool:
    """Fine-tune, measure and write the result; False after a pause."""
    from trainer.backends.xtts.decoder import result
    from trainer.backends.xtts.decoder.measuring import Measuring
    from trainer.backends.xtts.decoder.state import checkpoint_bytes
    from trainer.backends.xtts.stock import load_stock
    from trainer.runs.checkpoint import steps
    from trainer.runs.making import refuse_full_disk

    folder = source.folder(run.folder, bundle)
    original = result.Original(folder, source.files(folder), source.identity())
    work = _open_work(run, source, bundle, folder, terminal)
    size = sum((folder / path).stat().st_size for path in original.files)
    missing = max(1, CHECKPOINTS - len(steps(run.checkpoints)))
    refuse_full_disk(target, size + missing * checkpoint_bytes(work))
    done = _train(work, terminal)
    terminal.close()
    if not done:
        print_line(f"Paused at step {work.position.step}. Run the same command to resume.")
        return False
    result.refuse_no_gain(work)
    print_line("Measuring before and after.")
    chosen = spread(script.sentences, run.config.decoder.speak_sentences)
    measuring = Measuring(bundle, work.clips, work.device, chosen, script.seeds[0])
    before_vocoder = load_stock(folder).hifigan_decoder.waveform_decoder.to(work.device)
    before = measuring.rows(before_vocoder, folder)
    after_vocoder = copy.deepcopy(before_vocoder)
    weights = result.result_weights(work, before_vocoder)
    after_vocoder.load_state_dict(weights)
    with result.result_folder(target) as voice:
        result.write_voice(weights, original, voice)
        after = measuring.rows(after_vocoder, voice)  # loads the new voice strictly
        for sentence in result.write_result(work, original, (before, after), voice, target):
            print_line(sentence)
    return True


def _open_work(
    run: "Run", source: "DecoderSource", bundle: Bundle, folder: Path, terminal: "Terminal"
) -> "DecoderTraining":
    from trainer.backends.xtts.decoder.latents import DecoderClips, LatentEncoder, scales_of
    from trainer.backends.xtts.decoder.training import open_work
    from trainer.backends.xtts.stock import load_stock
    from trainer.bundle.sampler import Schedule
    from trainer.data.dataset import check_clips
    from trainer.data.features import prepare
    from trainer.runs.distributed import choose_device

    config = run.config
    backend: Any = source.backend  # as a Backend
    usable = check_clips(backend, bundle, config).usable
    parts = {part: [clip for clip in usable if clip.split == part] for part in ("train", "eval")}
    if not parts["eval"]:
        raise TrainerError(
            "The bundle has no usable clips for evaluation.",
            "Run `trainer check` to list each clip with its reason.",
        )
    clips = [*parts["train"], *parts["eval"]]
    codes = prepare(backend, bundle, clips, config, terminal.prepared).by_clip
    backend.fit(clips, {})  # frees its networks
    device = choose_device(config.run.device)
    model = load_stock(folder).to(device)
    encoder = LatentEncoder(model, bundle, codes, source.identity()["sha256"])
    # The encoder holds the GPT, of which other processes would need copies.
    alone = structs.replace(config, data=structs.replace(config.data, processes=1))
    latents = prepare(encoder, bundle, clips, alone, terminal.prepared).by_clip
    terminal.close()
    hifigan = model.hifigan_decoder
    lengths = [clip.samples for clip in parts["train"]]
    seed, count = config.run.seed, config.decoder.clips
    schedule = Schedule(parts["train"], lengths, config.sampler, count, seed)
    data = DecoderClips(
        bundle, latents, schedule, parts["eval"], scales_of(hifigan), hifigan.output_hop_length
    )
    return open_work(run, hifigan.waveform_decoder, data, device)


def _train(work: "DecoderTraining", terminal: "Terminal") -> bool:
    from trainer.backends.xtts.decoder.training import fine_tune
    from trainer.machine.memory import is_out_of_memory
    from trainer.training.loop import stop_requests

    position = work.position
    display = UpdateDisplay(
        terminal,
        position,
        len(position.series) if position.step else 0,
        lambda point: f"mel distance {point['mel_distance']:.4f}",
    )

    def show(step: int, total: int, losses: "UpdateLosses | None") -> None:
        display.show(step, total, "skipped" if losses is None else f"mel {losses.mel:.4f}")

    log = work.run.events()
    try:
        with stop_requests() as pause:
            return fine_tune(work, pause, show)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        reason = "Out of memory outside of the gradients, e.g. in the first optimizer step"
        log.add("failed", step=work.position.step, reason=reason)
        raise TrainingFailed(
            f"{reason}.", "Lower decoder.clips or decoder.discriminator_width."
        ) from error
    except TrainingFailed as failure:
        log.add("failed", step=work.position.step, reason=failure.sentence)
        raise
