# The commands of README.md. `make help` lists them.
# VENV=/some/where keeps the environment elsewhere; PYTHON=python3.12 chooses another Python.

.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := /bin/bash
VENV ?= .venv
OUT ?= $(firstword $(foreach made,film journeys,$(if $(filter $(made),$(MAKECMDGOALS)),$(made)-out)) demo-out)
ARGS ?=
TIMES ?= 20

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PY := $(VENV)/bin/python

# `make run` needs no torch. It has an environment of its own, until the whole one is made.
LIGHT ?= .venv-light
LIGHT_PY := $(LIGHT)/bin/python

# An environment is whole when its stamp is there; the stamp's name says what it was made from.
# .being-made lies in it until then, so that a half-made one is never taken for a whole one.
MADE := $(VENV)/.made-from-$(shell cksum < requirements.lock | tr -s ' ' -)
HALF := $(VENV)/.being-made
# One environment may serve several checkouts one after another: the last installed is the stamp.
LINKED := $(VENV)/.installed-$(shell (pwd; cat pyproject.toml) | cksum | tr -s ' ' -)

LIGHT_LOCK := resources/locks/light.lock
LIGHT_MADE := $(LIGHT)/.made-from-$(shell (pwd; cat $(LIGHT_LOCK)) | cksum | tr -s ' ' -)

# Nothing is fetched at run time, and two cores are not shared by dozens of threads.
OFFLINE := HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1
# uv installs ten times as fast as pip, but does not know the settings of pip. Here it would apply the overrides
# of pyproject.toml, which are for resolving; so it runs elsewhere.
UV := $(shell sed -n 's/^\(uv==[^ ;]*\).*/\1/p' requirements.lock)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PY) -m pip

COMPILE := $(PY) -m uv --quiet pip compile --universal --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 pyproject.toml
WITHOUT_WINDOW := $(foreach name,pyside6-essentials shiboken6 sounddevice,--no-emit-package $(name))

# A second lock, for newer torch and Python: see CONTRIBUTING.md.
NEW_LOCK := requirements-torch-2.11.lock
NEW_TORCH := 's/^torch==.*/torch==2.11.0/; s/^torchaudio==.*/torchaudio==2.11.0/; s/^torchvision==.*/torchvision==0.26.0/'

.PHONY: help setup demo test run film journeys walk lock lint format bench fuzz clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '%-12s %s\n' "$$name" "$$what"; done

setup: $(MADE) $(LINKED)  ## make the environment and look at what the system lacks
	@$(PY) curator/system_needs.py --install

$(MADE):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)."; exit 1; }
	@test ! -e $(HALF) || { echo "$(VENV) was left half-made; it is made anew."; rm -rf $(VENV); }
	@test -x $(PY) || { echo "Making $(VENV) with $$($(PYTHON) --version)."; mkdir -p $(VENV); touch $(HALF); $(PYTHON) -m venv $(VENV); }
	@touch $(HALF)
	@echo "Installing the packages of requirements.lock; the first time this takes a while and about 9 GB."
	@$(PIP) install --quiet --no-compile --no-deps $(UV)
	@$(PY) -m uv --quiet --system-certs --directory / pip install --python $(abspath $(PY)) --no-deps \
		-r $(abspath requirements.lock) || { \
		echo "uv could not install them; pip tries, with its own settings."; \
		$(PIP) install --quiet --no-compile --no-deps --use-pep517 -r requirements.lock; }
	@rm -f $(VENV)/.made-from-* $(HALF)
	@touch $@

$(LINKED): | $(MADE)
	@rm -f $(VENV)/.installed-*
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(LIGHT_MADE):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)."; exit 1; }
	@test -x $(LIGHT_PY) || { echo "Making $(LIGHT) with $$($(PYTHON) --version)."; $(PYTHON) -m venv $(LIGHT); }
	@echo "Installing the packages of $(LIGHT_LOCK); the first time this takes about a minute and 1.1 GB."
	@PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(LIGHT_PY) -m pip install --quiet --no-compile --no-deps -r $(LIGHT_LOCK)
	@$(LIGHT_PY) -c "import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path('purelib'), 'voice-curator.pth').write_text('$(CURDIR)')"
	@$(LIGHT_PY) curator/system_needs.py --install
	@rm -f $(LIGHT)/.made-from-*
	@touch $@

demo: setup  ## make a recording, curate it, train on it, and compare with what was planted (OUT=folder)
	@$(OFFLINE) $(PY) -m curator demo $(OUT) $(ARGS)

test: setup  ## run the tests (ARGS="-k name" for some of them)
	@$(PY) curator/system_needs.py --run-on-screen env OMP_NUM_THREADS=1 $(OFFLINE) $(PY) -m pytest $(ARGS)

run: $(if $(wildcard $(MADE)),setup,$(LIGHT_MADE))  ## open the window, or run a command (ARGS="show.curator", ARGS="clips show.curator")
	@$(if $(wildcard $(MADE)),$(PY),$(LIGHT_PY)) -m curator $(ARGS)

film: setup  ## pictures of every step in the window, light and dark (OUT=folder, ARGS="--project P")
	@$(PY) curator/system_needs.py --run-on-screen env QT_QPA_PLATFORM=xcb OMP_NUM_THREADS=1 $(OFFLINE) \
		$(PY) -m tests.journeys.film $(OUT) $(ARGS)

journeys: setup  ## go through every page by real keys and mouse, at four screen sizes (OUT=folder)
	@env OMP_NUM_THREADS=1 $(OFFLINE) $(PY) -m tests.journeys.pages $(OUT) $(ARGS)

walk: setup  ## walk through the window at random for 10,000 events (ARGS="--seeds 5 --events 500")
	@env OMP_NUM_THREADS=1 $(OFFLINE) $(PY) -m tests.journeys.random_walk $(ARGS)

lint: setup  ## ruff, mypy --strict and the rules of who may import whom
	@failed=0; \
	$(PY) -m ruff check . || failed=1; \
	$(PY) -m ruff format --check . || failed=1; \
	$(PY) -m mypy || failed=1; \
	$(VENV)/bin/lint-imports || failed=1; \
	exit $$failed

format: setup  ## put the code into its form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: setup  ## measure beside the peers, write bench.json, continue a stopped run (ARGS="--only speech,voice")
	@OMP_NUM_THREADS=1 $(OFFLINE) $(PY) -m tests.benchmarks $(ARGS)

fuzz: setup  ## read TIMES=20 times as many damaged inputs as the tests do, and count them by format
	@env FUZZ_FACTOR=$(TIMES) OMP_NUM_THREADS=1 $(OFFLINE) $(PY) -m pytest -q tests/trainer/hostile tests/hostile tests/store/test_random_rows.py tests/audio/test_random_damage.py tests/jobs/test_list_damage.py tests/weights/test_onnx_files.py

lock: $(MADE)  ## resolve the versions again into requirements.lock and its parts in resources/locks
	@$(COMPILE) --all-extras -o requirements.lock
	@$(COMPILE) -c requirements.lock -o resources/locks/light.lock
	@$(COMPILE) -c requirements.lock $(WITHOUT_WINDOW) --extra xtts --extra serve --extra languages -o resources/locks/training.lock
	@$(COMPILE) -c requirements.lock $(WITHOUT_WINDOW) --extra chatterbox --extra serve --extra languages -o resources/locks/chatterbox.lock
	@$(COMPILE) -c requirements.lock $(WITHOUT_WINDOW) --extra clean -o resources/locks/cleaning.lock
	@sed -n '/^override-dependencies/,/^]/s/^ *"\(.*\)",.*/\1/p' pyproject.toml | sed $(NEW_TORCH) > overrides.new
	@echo torchcodec==0.11.1 | $(PY) -m uv --quiet --no-config pip compile --universal --all-extras \
		--no-emit-index-url --no-annotate --no-header --python-version 3.12 --override overrides.new \
		pyproject.toml - -o $(NEW_LOCK)
	@sed -i.old "/sys_platform == 'never'/d" requirements.lock $(NEW_LOCK) resources/locks/*.lock
	@rm -f overrides.new requirements.lock.old $(NEW_LOCK).old resources/locks/*.lock.old

clean:  ## remove caches and what the demo made; the environment stays
	@rm -rf demo-out film-out journeys-out bench.json .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
