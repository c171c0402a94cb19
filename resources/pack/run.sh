#!/usr/bin/env bash
# Trains on the bundle beside this file. Run it again to resume an interrupted training.
#
#   bash run.sh                 creates .venv, installs requirements.txt once, and trains
#
# Environment variables:
#   BASE=/folder                the base model's files (default: the folder base beside this file)
#   RUN=/folder                 folder of the run (default: run beside this file); on a rented machine
#                               or in a notebook, use a disk that persists
#   TRAINER_PYTHON=/a/python    use this Python as it is, without .venv or installation
#   PYTHON=python3.11           the Python that creates .venv
#   PROCESSES=2                 number of GPUs (default: all)
#   STEP=prepare                install, check and prepare, without training; train: only train
#   NODES=2 NODE=0 HEAD=name    number of machines, number of this one, and the name of machine 0;
#                               all share the folder of the run, and each runs this command.
#                               train.sbatch and train.sky.yaml set them
#   PORT=29500                  of machine 0, through which the machines find each other
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=${RUN:-$here/run}
base=${BASE:-$here/base}
step=${STEP:-all}
nodes=${NODES:-1}

echo "Verifying the packed files."
(cd "$here" && sha256sum --check --quiet SHA256SUMS)

if [ -n "${TRAINER_PYTHON:-}" ]; then
    python=$TRAINER_PYTHON
else
    python=$here/.venv/bin/python
    made=$here/.venv/made-from-$(sha256sum "$here/requirements.txt" | cut -c1-16)
    if [ ! -e "$made" ]; then
        echo "Creating .venv and installing the requirements (once)."
        rm -rf "$here/.venv"
        "${PYTHON:-python3}" -m venv "$here/.venv"
        "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
            -r "$here/requirements.txt"
        touch "$made"
    fi
fi

settings=(--config "$here/config.toml")
if [ -e "$here/BASE.SHA256SUMS" ]; then
    if [ ! -d "$base" ]; then
        echo "The base model is not in $base. Copy its files there, or give their folder: BASE=/folder bash run.sh" >&2
        exit 1
    fi
    echo "Verifying the base model in $base."
    (cd "$base" && sha256sum --check --quiet "$here/BASE.SHA256SUMS")
    settings+=(--base "$base")
fi

export PYTHONPATH="$here/source${PYTHONPATH:+:$PYTHONPATH}"
processes=${PROCESSES:-$("$python" -c 'import torch; print(max(1, torch.cuda.device_count()))')}
start=("$python" -m trainer)
if [ "$nodes" -gt 1 ]; then
    start=("$python" -m torch.distributed.run --nnodes="$nodes" --nproc_per_node="$processes"
        --rdzv-backend=c10d --rdzv-endpoint="$HEAD:${PORT:-29500}" --rdzv-id=pack --max-restarts=3 -m trainer)
elif [ "$processes" -gt 1 ]; then
    start=("$python" -m torch.distributed.run --standalone --nproc_per_node="$processes"
        --max-restarts=3 -m trainer)
fi

if [ -e "$run/run.json" ]; then
    [ "$step" = prepare ] || "${start[@]}" resume "$run" --bundle "$here/bundle"
else
    if [ "$step" != train ]; then
        "$python" -m trainer check "$here/bundle" "${settings[@]}"
        "$python" -m trainer prepare "$here/bundle" "${settings[@]}"
    fi
    [ "$step" = prepare ] || "${start[@]}" train "$here/bundle" "$run" "${settings[@]}"
fi
if [ "$step" != prepare ] && [ "${NODE:-0}" = 0 ]; then
    "$python" -m trainer report "$run"
fi
