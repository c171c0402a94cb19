"""What curator writes is what the schema says, and its reader takes what the schema takes."""

import json
from copy import deepcopy

import jsonschema
import pytest

from curator.domain.resources import resources
from curator.export.manifest import BrokenManifest, manifest_bytes, rows_from
from tests.export.test_manifest import ROWS
from tests.helpers.bundles import a_bundle

SCHEMA = json.loads((resources() / "manifest.schema.json").read_text(encoding="utf-8"))
validator = jsonschema.Draft202012Validator(SCHEMA)


def a_line():
    return json.loads(manifest_bytes(ROWS[1:2]))


def reader_accepts(line) -> bool:
    try:
        rows_from(json.dumps(line).encode() + b"\n")
    except BrokenManifest:
        return False
    return True


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_exported_manifest_validates(tmp_path):
    a_bundle(tmp_path)
    lines = (tmp_path / "bundle" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 12
    for line in lines:
        validator.validate(json.loads(line))


@pytest.mark.parametrize("key", list(SCHEMA["properties"]))
def test_no_field_may_be_missing(key):
    line = a_line()
    del line[key]
    assert not validator.is_valid(line)
    assert not reader_accepts(line)


FIELDS = [*SCHEMA["properties"], *SCHEMA["properties"]["source"]["properties"]]
STRINGS = ["", "wrong one", "é", "a/b", "X" * 64]
VALUES = [*STRINGS, None, -1, 0, 1.5, True, [], {}, {"a": "b"}, {"a": 1}]


@pytest.mark.parametrize("key", FIELDS)
def test_schema_and_reader_agree_on_every_value_of_every_field(key):
    for value in VALUES:
        line = deepcopy(a_line())
        (line if key in line else line["source"])[key] = value
        if key == "id":  # its file is called after it
            line["audio"] = f"wavs/{value}.wav"
        assert validator.is_valid(line) == reader_accepts(line), (key, value)


def test_neither_takes_fields_it_does_not_know():
    line = a_line() | {"more": 1}
    assert not validator.is_valid(line)
    assert not reader_accepts(line)
