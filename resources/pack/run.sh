#!/usr/bin/env bash
# Trains on the bundle beside this file. Started again, it goes on where it stopped.
#
#   bash run.sh                 makes .venv, installs requirements.txt into it once, and trains
#
# What may be set before it:
#   BASE=/folder                the base model's files (default: the folder base beside this file)
#   RUN=/folder                 where the run is kept (default: run beside this file); on a rented
#                               machine or a notebook, name a disk that outlives it
#   TRAINER_PYTHON=/a/python    use this Python as it is: no .venv, nothing is installed
#   PYTHON=python3.11           the Python that .venv is made from
#   PROCESSES=2                 how many GPUs share the work (default: all there are)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=${RUN:-$here/run}
base=${BASE:-$here/base}

echo "Checking that everything arrived as it was packed."
(cd "$here" && sha256sum --check --quiet SHA256SUMS)

if [ -n "${TRAINER_PYTHON:-}" ]; then
    python=$TRAINER_PYTHON
else
    python=$here/.venv/bin/python
    made=$here/.venv/made-from-$(sha256sum "$here/requirements.txt" | cut -c1-16)
    if [ ! -e "$made" ]; then
        echo "Making .venv and installing what training needs; this takes a while, once."
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
        echo "The base model is not at $base. Put its files there, or name their folder: BASE=/folder bash run.sh" >&2
        exit 1
    fi
    echo "Checking the base model in $base."
    (cd "$base" && sha256sum --check --quiet "$here/BASE.SHA256SUMS")
    settings+=(--base "$base")
fi

export PYTHONPATH="$here/source${PYTHONPATH:+:$PYTHONPATH}"
processes=${PROCESSES:-$("$python" -c 'import torch; print(max(1, torch.cuda.device_count()))')}
start=("$python" -m trainer)
if [ "$processes" -gt 1 ]; then
    start=("$python" -m torch.distributed.run --standalone --nproc_per_node="$processes"
        --max-restarts=3 -m trainer)
fi

if [ -e "$run/run.json" ]; then
    "${start[@]}" resume "$run" --bundle "$here/bundle"
else
    "$python" -m trainer check "$here/bundle" "${settings[@]}"
    "$python" -m trainer prepare "$here/bundle" "${settings[@]}"
    "${start[@]}" train "$here/bundle" "$run" "${settings[@]}"
fi
"$python" -m trainer report "$run"
