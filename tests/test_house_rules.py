"""Rules of the house that no linter checks."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house_counts import PACKAGES as PRODUCT
from tests.house_counts import ROOT, long_files, modules, tree

MOST_CODE_LINES = 500  # above 300 it is a printed question

HEAVY = {
    "torch", "torchaudio", "torchvision", "faster_whisper", "ctranslate2", "onnxruntime",
    "resemblyzer", "umap", "numba", "sklearn", "librosa", "transformers", "TTS", "PySide6",
}  # fmt: skip

# Networks are classes made of torch's, compiled loops are decorated by numba: these modules are
# themselves loaded inside functions only, as the test of --help sees.
MADE_OF_HEAVY = ("trainer/backends/", "curator/ui/")

# What a package may import beside the standard library and what lies below it.
ONLY = {
    "curator/domain": {"curator"},
    "curator/store": {"curator", "msgspec", "platformdirs"},
}

READERS = {
    "json.loads", "json.load", "tomllib.loads", "tomllib.load", "msgspec.json.decode",
    "msgspec.toml.decode", "soundfile.read", "wave.open", "open",
}  # fmt: skip
READS_BY_ITSELF = {
    "trainer/foreign_files.py": "it is that module",
    "trainer/runs/process_identity.py": "reads the system's own files",
    "trainer/system.py": "reads the system's own files",
    "trainer/backends/indextts/worker.py": "runs in an environment without the trainer",
}
PRINTS_BY_ITSELF = {
    "trainer/output.py": "it is that module",
    "trainer/backends/indextts/worker.py": "answers the trainer, not a person",
}

VAGUE = {"utils", "util", "helper", "helpers", "manager", "handler", "misc", "common"}

# In parts, so that this file does not break its own rule.
FOREIGN = {
    "the address of a package registry": "|".join(
        re.escape(host)
        for host in (
            "pypi" + ".org", "python" + "hosted", "npmjs" + ".org", "npmjs" + ".com",
            "deb." + "debian.org", "archive." + "ubuntu.com", "download." + "pytorch.org",
            "anaconda" + ".org", "pypi" + "-more",
        )
    ),
    "a folder of somebody's machine": r"(?<![\w./~-])/(work|root|home/\w+)/",
}  # fmt: skip


def tracked() -> list[Path]:
    """The files of the project: what git knows, or everything where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        folders = [ROOT / name for name in (*PRODUCT, "resources", "tests", ".ci")]
        paths = [path for folder in folders for path in folder.rglob("*")] + list(ROOT.glob("*.*"))
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a module, by the name it is called: "eval", "torch.load"."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(path: Path, at_start_only: bool = False) -> Iterator[str]:
    """The top-level names that a module imports; at its start: not those inside functions."""
    waiting: list[ast.AST] = [tree(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        in_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not (at_start_only and (in_function or for_types)):
            waiting.extend(ast.iter_child_nodes(node))


def has(call: ast.Call, argument: str, value: object) -> bool:
    return any(
        keyword.arg == argument
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is value
        for keyword in call.keywords
    )


def dangers(path: Path) -> Iterator[str]:
    """What would let a file somebody sent run code."""
    for called, call in calls(path):
        safe = called == "torch.load" and has(call, "weights_only", True)
        if called in ("eval", "exec", "os.system", "yaml.load", "torch.load") and not safe:
            yield f"{name(path)}:{call.lineno} calls {called}"
        if has(call, "shell", True):
            yield f"{name(path)}:{call.lineno} gives a command to a shell"
        if has(call, "allow_pickle", True):
            yield f"{name(path)}:{call.lineno} allows pickle"
    loaders = {"pickle", "dill", "shelve", "marshal"} & set(imported(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "pickle.UnpicklingError":
            loaders.discard("pickle")  # what a refused checkpoint raises
    if loaders or any(called.startswith("pickle.") for called, _ in calls(path)):
        yield f"{name(path)} uses a module that loads objects"


def test_the_trainer_reads_files_of_others_through_one_module():
    """Bundles, runs and settings come from anywhere: size, kind, depth and place are checked."""
    found = [
        f"{name(path)}:{call.lineno} calls {called}"
        for path in modules("trainer")
        if name(path) not in READS_BY_ITSELF
        for called, call in calls(path)
        if called in READERS or called.rpartition(".")[2] in ("read_text", "read_bytes")
        if called not in ("foreign_files.read_bytes", "read_text", "read_bytes")
    ]
    assert not found


def test_the_trainer_prints_through_one_module():
    """Texts of others reach the terminal without their control characters."""
    found = [
        f"{name(path)}:{call.lineno} calls {called}"
        for path in modules("trainer")
        if name(path) not in PRINTS_BY_ITSELF
        for called, call in calls(path)
        if called in ("print", "sys.stdout.write", "sys.stderr.write")
    ]
    assert not found


OF_ONE_SYSTEM = {
    *("os.kill", "os.killpg", "os.fork", "os.setsid", "os.fsync"),
    *("fcntl.flock", "msvcrt.locking", "winreg.OpenKey"),
}
SYSTEM_BY_ITSELF = {
    "curator/domain/system.py": "the module for it",
    "trainer/system.py": "the module for it",
    "curator/run_logged.py": "a script that imports nothing of ours",
    "curator/system_needs.py": "runs before anything is installed",
    "curator/audio/encode.py": "syncs a file, as every system can",
    "curator/audio/resumable_file.py": "syncs a file, as every system can",
    "curator/audio/soundfile_reader.py": "libsndfile takes no descriptors on Windows",
    "curator/store/backups.py": "syncs a file, as every system can",
    "curator/store/database.py": "asks whether a drive is remote",
    "curator/cli/doctor_checks.py": "says what was tested",
    "curator/environment/accelerator.py": "chooses a build of torch for the system",
    "curator/ui/app.py": "Qt has a display of its own on Windows and macOS",
}
"""Modules that ask which system it is or call what differs, and why."""


def test_parameters_of_sql_are_by_position():
    """Numbered ones (?1) given by position are an error in Python 3.14."""
    numbered = re.compile(r"[ (,]\?\d")
    texts = {
        node.value
        for path in modules("curator")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    statements = {text for text in texts if re.search(r"\b(SELECT|UPDATE|VALUES)\b", text)}
    assert len(statements) > 50
    assert [text for text in statements if numbered.search(text)] == []


def test_what_differs_between_systems_is_in_one_module():
    found = set()
    for path in modules("curator", "trainer"):
        called = {name for name, _ in calls(path)}
        asked = {"os.name", "sys.platform"} & {
            ast.unparse(node)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute)
        }
        if called & OF_ONE_SYSTEM or asked:
            found.add(name(path))
    assert found == SYSTEM_BY_ITSELF.keys()


OPENING = {"open", "read_bytes", "read_text", "memmap"}
OPENED_BY = {
    "curator/environment/parts.py": "the program's own lock",
    "curator/stages/scoring/scorers/distillmos.py": "installed weights, checked by hash",
    "curator/stages/speaker/campplus.py": "installed weights, checked by hash",
    "curator/audio/av_reader.py": "an open file, given to FFmpeg without a name",
    "curator/audio/encode.py": "a new file that must not exist",
    "curator/audio/media_type.py": "an open file, given to FFmpeg without a name",
    "curator/audio/peaks.py": "a map of a file that the gate opened",
    "curator/store/backups.py": "the copy just written, to sync it",
    "curator/store/database.py": "the system's list of mounts",
    "curator/export/cut_clips.py": "a new file that must not exist",
    "curator/export/shards.py": "a new file that must not exist",
    "curator/export/verify.py": "a file whose hash was right",
    "curator/demo/script.py": "a file of the program's resources",
    "curator/demo/truth.py": "a file that the demo wrote",
    "curator/domain/emotion.py": "a file of the program's resources",
    "curator/domain/foreign_files.py": "it is the gate",
    "curator/domain/languages.py": "a file of the program's resources",
    "curator/domain/letters.py": "a file of the program's resources",
    "curator/cli/desktop.py": "a file of the program's resources",
    "curator/domain/project_file.py": "a new file that must not exist",
    "curator/domain/system.py": "files just written, to sync them",
    "curator/domain/target.py": "a file of the program's resources",
    "curator/stages/scoring/learned_rules.py": "a file of the program's resources",
    "curator/weights/shipped.py": "a file of the program's resources, by hash",
    "curator/jobs/cluster/identity.py": "files of the program itself",
    "curator/jobs/cluster/node_store.py": "a new file of its own",
    "curator/jobs/cluster/ray_workers.py": "a new file that must not exist",
    "curator/jobs/cluster/worker_actor.py": "an object store, by hash",
    "curator/weights/catalogue.py": "a file of the program's resources",
    "curator/weights/download.py": "files of models, known by hash",
    "curator/weights/folder.py": "files of models, known by hash",
    "curator/weights/lookup.py": "files of models, known by hash",
    "curator/cli/arguments.py": "the null device",
    "curator/run_logged.py": "the log of a training the window starts",
    "curator/ui/crash.py": "the window's own log",
    "curator/ui/new_project.py": "a file of the program's resources",
    "curator/ui/settings.py": "the window's own settings",
    "curator/ui/training/trainer_process.py": "files of the program's resources",
    "curator/ui/training/trainings.py": "the log of a training the window started, and /proc",
}
"""Modules that open files past ``curator.domain.foreign_files``, and what they open."""


def test_foreign_files_are_opened_in_one_place():
    found = set()
    for path in modules("curator"):
        for called, call in calls(path):
            owner, _, last = called.rpartition(".")
            own = (  # of a dialog, too
                owner in ("Project", "Database", "Session", "cls", "source", "FileRange(path)")
                or (called == "read_text" and call.args)
                or (last == "open" and name(path).startswith("curator/ui/") and not call.args)
            )
            if last in OPENING and not own:
                found.add(name(path))
    assert found == OPENED_BY.keys()


def test_labels_and_tool_tips_show_foreign_text_as_it_is():
    """Labels are made plain in two modules; what a tool tip is given is escaped or our own."""
    found = []
    for path in modules("curator/ui"):
        for called, call in calls(path):
            last = called.rpartition(".")[2]
            if last == "QLabel" and path.name != "plain_text.py":
                found.append(f"{name(path)}:{call.lineno} makes a label that may render HTML")
            own = ("tool_tip(", "self.tr(", "shown_keys(", ".toolTip()", "text", "key", "why")
            if last == "setToolTip" and not any(word in ast.unparse(call) for word in own):
                found.append(f"{name(path)}:{call.lineno} shows foreign text as a tool tip")
    assert not found


def test_no_file_is_longer_than_can_be_read_at_once():
    assert not long_files("curator", "trainer", "tests", most=MOST_CODE_LINES)


def test_nothing_runs_code_from_a_file():
    found = [danger for path in modules(*PRODUCT) for danger in dangers(path)]
    assert not found


def test_heavy_packages_are_imported_in_functions_only():
    found = {
        name(path): heavy
        for path in modules(*PRODUCT)
        if (heavy := HEAVY & set(imported(path, at_start_only=True)))
        and not name(path).startswith(MADE_OF_HEAVY)
    }
    assert not found


@pytest.mark.parametrize("folder", ONLY)
def test_a_lower_layer_needs_little(folder):
    allowed = ONLY[folder] | sys.stdlib_module_names
    found = {
        name(path): foreign
        for path in modules(folder)
        if (foreign := set(imported(path)) - allowed)
    }
    assert not found


def test_names_of_modules_say_what_they_hold():
    vague = [name(path) for path in modules(*PRODUCT) if VAGUE & set(path.stem.split("_"))]
    assert not vague


def test_errors_are_not_swallowed():
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules(*PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(step, ast.Pass) for step in node.body)
    ]
    assert not found


def test_nothing_is_left_to_do():
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    found = [name(path) for path in modules(*PRODUCT, "tests") if marks.search(path.read_text())]
    assert not found


@pytest.mark.parametrize("what", FOREIGN)
def test_the_project_speaks_of_itself_alone(what):
    pattern = re.compile(FOREIGN[what])
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert not found


@pytest.mark.parametrize("program", PRODUCT)
def test_asking_for_help_loads_nothing_heavy(program):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", program, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert program in done.stdout
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.split("\n")}
    assert not loaded & (HEAVY | {"numpy", "scipy", "soundfile"})


@pytest.mark.parametrize("program", PRODUCT)
def test_the_docs_list_every_command(program):
    from curator.cli.arguments import parser
    from trainer.cli.parser import make_parser

    made = {"curator": parser, "trainer": make_parser}[program]()
    commands = next(action.choices for action in made._actions if action.choices)
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert not [command for command in commands if f"`{program} {command}" not in text]


def test_the_change_log_names_the_version():
    import curator

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == curator.__version__
    assert f"[{curator.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_painters_end_with_their_block():
    """Qt ends the program where a painter is still active, as after an error while painting."""
    loose = []
    for path in modules("curator"):
        if "QPainter(" not in path.read_text():
            continue
        blocks = [node for node in ast.walk(tree(path)) if isinstance(node, ast.With)]
        inside = {id(item.context_expr) for block in blocks for item in block.items}
        loose += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and ast.unparse(node.func) == "QPainter"
            and id(node) not in inside
        ]
    assert not loose
