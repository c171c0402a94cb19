import pytest

from curator.domain.errors import MissingModel
from curator.stages.segmentation import vad
from curator.weights import shipped
from curator.weights.shipped import shipped_network


@pytest.mark.model
def test_a_network_has_the_inputs_that_its_readme_names():
    session = shipped_network(vad.FILE, vad.FILE_SHA256, "network")
    assert [(each.name, each.shape[1:]) for each in session.get_inputs()] == [
        ("windows", [4, 256]),
        ("hidden", [1, 128]),
        ("cell", [1, 128]),
    ]


def test_a_missing_network_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "resources", lambda: tmp_path)
    with pytest.raises(MissingModel, match=r"The speaker encoder is missing: .*encoder\.onnx"):
        shipped_network("encoder.onnx", "", "speaker encoder")


def test_another_network_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "resources", lambda: tmp_path)
    (tmp_path / "encoder.onnx").write_bytes(b"something else")
    with pytest.raises(MissingModel, match="The speaker encoder is not the expected one"):
        shipped_network("encoder.onnx", vad.FILE_SHA256, "speaker encoder")
