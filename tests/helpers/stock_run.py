"""Runs coqui's own trainer on a base of this project; a script for a process of its own.

``python -P stock_run.py SETTINGS.json``, without this project's folder on the path, so that
``import trainer`` is coqui's. Imports nothing of this project.
"""

import json
import sys
from pathlib import Path

RATE = 22050


def main(settings: dict) -> None:
    """Train as coqui's recipe does. settings: see ``tests.helpers.stock_training``."""
    import torch
    from TTS.tts.configs.xtts_config import XttsAudioConfig
    from TTS.tts.layers.xtts.trainer.gpt_trainer import GPTArgs, GPTTrainer, GPTTrainerConfig

    from trainer import Trainer, TrainerArgs

    torch.set_num_threads(1)
    base = Path(settings["base"])
    given = json.loads((base / "config.json").read_text())["model_args"]
    sizes = {key: value for key, value in given.items() if key.startswith("gpt_")}
    args = GPTArgs(
        **{
            **sizes,
            "gpt_use_masking_gt_prompt_approach": True,
            "tokenizer_file": str(base / "vocab.json"),
            "mel_norm_file": str(base / "mel_stats.pth"),
            "dvae_checkpoint": str(base / "dvae.pth"),
            "xtts_checkpoint": str(base / "model.pth"),
            "decoder_input_dim": given["decoder_input_dim"],
        }
    )
    config = GPTTrainerConfig(
        epochs=settings["epochs"],
        output_path=settings["out"],
        run_name=settings["run_name"],
        model_args=args,
        audio=XttsAudioConfig(),
        training_seed=settings["seed"],
        batch_size=settings["batch"],
        eval_batch_size=settings["batch"],
        num_loader_workers=0,
        num_eval_loader_workers=0,
        print_step=settings["print_step"],
        plot_step=settings["print_step"],
        save_step=1_000_000,
        save_best_after=settings["save_best_after"],
        save_n_checkpoints=10,
        save_checkpoints=True,
        run_eval=True,
        print_eval=False,
        optimizer="AdamW",
        optimizer_wd_only_on_weights=True,
        optimizer_params={"betas": [0.9, 0.96], "eps": 1e-8, "weight_decay": 1e-2},
        lr=settings["lr"],
        lr_scheduler="MultiStepLR",
        lr_scheduler_params={
            "milestones": [50_000 * 18, 150_000 * 18, 300_000 * 18],
            "gamma": 0.5,
            "last_epoch": -1,
        },
        test_sentences=[],
    )
    model = GPTTrainer.init_from_config(config)
    trainer = Trainer(
        TrainerArgs(grad_accum_steps=1, start_with_eval=settings["start_with_eval"]),
        config,
        output_path=settings["out"],
        model=model,
        train_samples=settings["train"],
        eval_samples=settings["eval"],
    )
    trainer.fit()
    trainer.save_checkpoint()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
