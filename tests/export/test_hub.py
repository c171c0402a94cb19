"""``curator export --push`` against a stand-in of the hub's HTTP API."""

import pytest

from curator.cli.arguments import run
from curator.domain.decision import keep
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.export import hub
from curator.export.hub import Destination, readme, require_pushable
from curator.store.project import Project
from tests.helpers.bundles import a_source, as_recording
from tests.helpers.factories import an_empty_project, say, some_clips
from tests.helpers.fake_hub import TOKEN, a_fake_hub

# huggingface_hub uploads by an argument that its HTTP client calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=")

NAME = "anna/show"
FIELDS = ("content_hash", "size", "mtime_ns", "rate", "channels", "samples")


def a_project(folder, licence="CC BY 4.0", consent="by letter"):
    """A project of four kept clips; its path."""
    with an_empty_project(folder, "show.curator") as project:
        source = as_recording(a_source(folder, "show.wav", seconds=12.0, seed=1))
        recording = project.recordings.add(
            Recording(
                id=0,
                path=source.path,
                container="wav",
                licence=licence,
                consent=consent,
                **{field: getattr(source, field) for field in FIELDS},
            )
        )
        some_clips(project, recording, 4, seconds=1.5)
        clips = project.clips.ids()
        project.decisions.apply(keep(clips))
        for number, clip in enumerate(clips):
            say(project, clip, f"Sentence number {number} of four.")
        return project.path


@pytest.fixture
def fake_hub(tmp_path, monkeypatch):
    from huggingface_hub import constants

    with a_fake_hub() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.address)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        yield server


def push(project, out, *more):
    return run(["export", str(project), str(out), "--format", "audiofolder", "--push", NAME, *more])


def test_every_file_of_an_export_arrives_in_a_private_repository(fake_hub, tmp_path, capsys):
    out = tmp_path / "out"
    assert push(a_project(tmp_path), out) == 0
    assert fake_hub.repositories == {NAME: True}
    sent = {path: content for (_, path), content in fake_hub.files.items()}
    card = sent.pop("README.md").decode()
    written = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }
    assert sent == written
    assert len([name for name in sent if name.endswith(".wav")]) == 4
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    assert "by letter" in card.partition("\n---\n")[2]
    assert f"Uploaded to {fake_hub.address}/datasets/{NAME}." in capsys.readouterr().out


def test_a_public_repository_needs_a_word(fake_hub, tmp_path, capsys):
    project = a_project(tmp_path)
    fake_hub.repositories[NAME] = False
    assert push(project, tmp_path / "once") == 1
    assert "exists and is public" in capsys.readouterr().err
    assert not fake_hub.files
    assert push(project, tmp_path / "twice", "--public") == 0
    assert fake_hub.repositories == {NAME: False}


def test_a_failed_upload_leaves_the_export_and_says_how_to_go_on(fake_hub, tmp_path, capsys):
    fake_hub.fails_after = 1
    out = tmp_path / "out"
    assert push(a_project(tmp_path), out) == 1
    assert len(list(out.rglob("*.wav"))) == 4
    message = capsys.readouterr().err
    assert f"The upload to {NAME} failed" in message
    assert f"hf upload {NAME} {out} --repo-type dataset --private" in message
    assert "Traceback" not in message
    assert not [path for _, path in fake_hub.files if path.endswith(".wav")]


def test_an_unreachable_hub_is_one_sentence(fake_hub, tmp_path, monkeypatch, capsys):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert push(a_project(tmp_path), tmp_path / "out") == 1
    message = capsys.readouterr().err
    assert f"The upload to {NAME} failed" in message
    assert "Traceback" not in message


def test_without_a_token_nothing_is_sent(fake_hub, tmp_path, monkeypatch, capsys):
    from huggingface_hub import constants

    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
    assert push(a_project(tmp_path), tmp_path / "out") == 1
    assert "not logged in" in capsys.readouterr().err
    assert not fake_hub.repositories


@pytest.mark.parametrize("missing", ["licence", "consent"])
def test_without_licence_and_consent_nothing_is_exported(missing, tmp_path, capsys):
    project = a_project(tmp_path, **{missing: " "})
    assert push(project, tmp_path / "out") == 1
    assert f"The {missing} of show.wav is not stated" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("form", "name", "reason"),
    [
        ("audiofolder", "show", "names no repository"),
        ("table", NAME, "no audio"),
        ("f5_tts", NAME, "paths of this machine"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_before_the_export(form, name, reason, tmp_path):
    with (
        Project.open(a_project(tmp_path), write=False) as project,
        pytest.raises(CuratorError, match=reason),
    ):
        require_pushable(project, form, Destination(name))


def test_large_sets_need_a_format_of_shards(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "MOST_FILES", 3)
    with Project.open(a_project(tmp_path), write=False) as project:
        with pytest.raises(CuratorError, match="holds 3 files, and 4 clips are kept"):
            require_pushable(project, "bundle", Destination(NAME))
        assert require_pushable(project, "webdataset", Destination(NAME))


def test_public_alone_is_an_error(tmp_path, capsys):
    project = a_project(tmp_path)
    assert run(["export", str(project), str(tmp_path / "out"), "--public"]) == 1
    assert "--public has no meaning without --push" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["CC0"], "license: cc0-1.0"),
        (["CC BY 4.0", "cc-by-4.0"], "license: cc-by-4.0"),
        (["own recording"], 'license: other\nlicense_name: "own recording"'),
        (["CC0", 'my "own"'], 'license: other\nlicense_name: "CC0; my \\"own\\""'),
    ],
)
def test_the_card_names_the_licence_as_the_hub_does(licences, expected, tmp_path):
    (tmp_path / "data_card.md").write_bytes(b"# Data card\n")
    source = as_recording(a_source(tmp_path, "show.wav", seconds=1.0, seed=1))
    values = {field: getattr(source, field) for field in FIELDS}
    recordings = [
        Recording(id=n, path=source.path, container="wav", licence=licence, consent="x", **values)
        for n, licence in enumerate(licences)
    ]
    card = readme(tmp_path, recordings, 12_000).decode()
    assert expected in card
    assert "10K<n<100K" in card
    assert card.endswith("# Data card\n")
