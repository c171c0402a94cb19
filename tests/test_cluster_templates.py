"""Templates for rented machines and Slurm name commands and options that exist, in valid files."""

import json
import re
import shlex
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from jsonschema import validate

from curator.cli.arguments import parser as curator_parser
from trainer.cli.parser import make_parser as trainer_parser

PACK = Path(__file__).resolve().parents[1] / "resources" / "pack"
ANALYSIS = PACK / "analysis"
SLURM = [ANALYSIS / "analyse.sbatch", PACK / "train.sbatch"]
SKYPILOT = [ANALYSIS / "analyse.sky.yaml", PACK / "train.sky.yaml"]
RAY = ANALYSIS / "ray.yaml"

TEXT, TEXTS = {"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}
STORE = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "store": TEXT,
        "mode": {"enum": ["MOUNT", "COPY", "MOUNT_CACHED"]},
    },
    "additionalProperties": False,
}
SKYPILOT_TASK = {
    "type": "object",
    "required": ["resources", "run"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT,
        "num_nodes": {"type": "integer", "minimum": 1},
        "resources": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "cpus": {"type": ["string", "integer"]},
                "memory": {"type": ["string", "integer"]},
                "accelerators": TEXT,
                "disk_size": {"type": "integer"},
                "use_spot": {"type": "boolean"},
            },
        },
        "workdir": TEXT,
        "envs": TEXTS,
        "file_mounts": {"type": "object", "additionalProperties": {"anyOf": [TEXT, STORE]}},
        "setup": TEXT,
        "run": TEXT,
    },
}
"""The part of SkyPilot's task format that is used, after its reference page."""


def scripts(path: Path) -> list[str]:
    """Shell scripts of a template: the file, or those in it."""
    if path.suffix != ".yaml":
        return [path.read_text("utf-8")]
    document = yaml.safe_load(path.read_text("utf-8"))
    if "run" in document:
        return [document["setup"], document["run"]]
    return ["\n".join(lines) for key, lines in document.items() if key.endswith("_commands")]


def commands(script: str, program: str) -> list[list[str]]:
    """Arguments of each call of a program, with a word in the place of each variable."""
    joined = re.sub(r"\\\n", " ", script)
    lines = [line for line in joined.splitlines() if not line.lstrip().startswith("#")]
    lines = [re.sub(r'"\$\{\w+\[@\]\}"', "", line) for line in lines]  # options that vary
    plain = [re.sub(r"\$\{\w+[^}]*\}|\$\w+", "WORD", line) for line in lines]
    calls = [
        re.split(rf"(?:^|[\s/]){program} ", line, maxsplit=1)[1]
        for line in plain
        if re.search(rf"(?:^|[\s/]){program} ", line)
    ]
    return [shlex.split(re.split(r"[;&|]", call)[0]) for call in calls]


@pytest.mark.parametrize("path", [*SLURM, *SKYPILOT, RAY, PACK / "run.sh"], ids=lambda p: p.name)
def test_the_shell_reads_every_script(path):
    for script in scripts(path):
        done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", SKYPILOT, ids=lambda path: path.name)
def test_a_task_of_skypilot_has_its_fields(path):
    validate(yaml.safe_load(path.read_text("utf-8")), SKYPILOT_TASK)


def test_the_machines_of_ray_fit_its_schema():
    ray = find_spec("ray")
    if ray is None:
        pytest.skip("the extra cluster is not installed")
    schema = Path(ray.submodule_search_locations[0]) / "autoscaler" / "ray-schema.json"
    document = yaml.safe_load(RAY.read_text("utf-8"))
    validate(document, json.loads(schema.read_text("utf-8")))
    assert document["head_node_type"] in document["available_node_types"]


@pytest.mark.parametrize("path", [ANALYSIS / "analyse.sbatch", ANALYSIS / "analyse.sky.yaml"])
def test_the_analysis_is_a_command_of_curator(path):
    calls = [call for script in scripts(path) for call in commands(script, "curator")]
    assert [call[0] for call in calls] == ["analyse"]
    parsed = curator_parser().parse_args(calls[0])
    assert (parsed.on, parsed.whisper) == ("auto", "WORD")


def test_the_head_of_rented_machines_is_reached_as_its_heading_says():
    text = RAY.read_text("utf-8")
    line = next(
        line for line in text.splitlines() if "curator analyse" in line and "--on ray://l" in line
    )
    parsed = curator_parser().parse_args(shlex.split(line.partition("curator ")[2]))
    port = parsed.on.rpartition(":")[2]
    assert f"--ray-client-server-port={port}" in text


@pytest.mark.parametrize("path", [ANALYSIS / "analyse.sbatch", ANALYSIS / "analyse.sky.yaml", RAY])
def test_options_of_ray_exist(path):
    click = pytest.importorskip("click")
    ray = pytest.importorskip("ray.scripts.scripts")
    calls = [call for script in scripts(path) for call in commands(script, "ray")]
    assert calls
    for name, *words in calls:
        command = ray.cli.commands[name]
        known = {option for one in command.params for option in one.opts}
        # symmetric-run passes options on to start.
        known |= {option for one in ray.cli.commands["start"].params for option in one.opts}
        own = words[: words.index("--")] if "--" in words else words
        given = {word.partition("=")[0] for word in own if word.startswith("--")}
        assert given <= known, path
        assert isinstance(command, click.Command)


def test_commands_of_the_packed_training_exist():
    calls = commands((PACK / "run.sh").read_text("utf-8"), "trainer")
    assert {call[0] for call in calls} >= {"check", "prepare", "report"}
    for call in calls:
        trainer_parser().parse_args(call)


@pytest.mark.parametrize("path", [PACK / "train.sbatch", PACK / "train.sky.yaml"], ids=str)
def test_a_training_sets_only_what_the_packed_command_reads(path):
    known = set(re.findall(r"\$\{(\w+):-", (PACK / "run.sh").read_text("utf-8"))) | {"HEAD"}
    text = "\n".join(scripts(path))
    given = set(re.findall(r"\b([A-Z]+)=", text))
    assert given <= known
    assert {"HEAD", "NODES", "NODE", "STEP"} <= given
