"""Random damage of files and of the values in them."""

import copy
import json
import random

BAD_VALUES = (
    None, True, False, 0, -1, 1.5, -0.0, 1e308, -1e308, 10**19, 10**400, 2**63, "", "text",
    "\x1b]0;title\x07", "\u202egnp.exe", "<img src=x onerror=alert(1)>", "../../../etc/passwd",
    "/dev/zero", "a" * 5000, "\x00", [], [[]], {}, {"": {}}, ["text", 1, None], {"step": {}},
    {"a": [1, {"b": [2]}]},
)  # fmt: skip
RAW_VALUES = (
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1" * 400, b"1" * 5000, b'"\\ud800"',
    b"[" * 200 + b"]" * 200, b"[" * 100_000, b'{"a":' * 5000, b'"\xff\xfe"', b"\x00", b"",
    b"01", b"1e", b"nul", b'"\\u0000"', b"9" * 18 + b"e299",
)  # fmt: skip


def paths_in(value, path=()):
    """Paths of all values inside a value."""
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from paths_in(inner, (*path, key))


def mutated(row, draw: random.Random):
    """A copy of a JSON value with one value replaced, removed, renamed or doubled."""
    row = copy.deepcopy(row)
    paths = [path for path in paths_in(row) if path]
    if not paths:
        return draw.choice(BAD_VALUES)
    *way, last = draw.choice(paths)
    at = row
    for key in way:
        at = at[key]
    action = draw.random()
    if action < 0.7:
        at[last] = copy.deepcopy(draw.choice(BAD_VALUES))
    elif action < 0.85:
        del at[last]
    elif isinstance(at, dict):
        at[draw.choice(("event", "step", "about", "", "<b>", "\u2028"))] = at.pop(last)
    else:
        at.append(copy.deepcopy(at[last]))
    return row


def as_bytes(row, draw: random.Random) -> bytes:
    """JSON of a value, at times with a raw value that is not JSON, or is at its limits."""
    text = json.dumps(row).encode("utf-8", "surrogatepass")
    if draw.random() < 0.2:
        at = draw.randrange(len(text) + 1)
        text = text[:at] + draw.choice(RAW_VALUES) + text[at:]
    return text


def damaged_lines(data: bytes, draw: random.Random) -> bytes:
    """A file of JSON lines with up to three lines mutated, cut, doubled, swapped or glued."""
    lines = data.split(b"\n")
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(lines))
        action = draw.random()
        if action < 0.6 and lines[at].startswith(b"{"):
            try:
                lines[at] = as_bytes(mutated(json.loads(lines[at]), draw), draw)
            except (ValueError, RecursionError):  # damaged before
                lines[at] = draw.choice(RAW_VALUES)
        elif action < 0.7:
            lines[at] = lines[at][: draw.randrange(len(lines[at]) + 1)]
        elif action < 0.8:
            lines.insert(at, lines[at])
        elif action < 0.9:
            lines[at : at + 2] = [b"".join(lines[at : at + 2])]
        else:
            lines[at] = draw.choice((b"[]", b"{}", b"1", b'"x"', b"null", b"\xff\xfe", b"[" * 9999))
    return b"\n".join(lines)


def damaged_bytes(data: bytes, draw: random.Random) -> bytes:
    """Bytes with some flipped, cut, doubled or replaced."""
    data = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        if not data:
            break
        at = draw.randrange(len(data))
        stop = min(len(data), at + draw.randint(1, 40))
        action = draw.random()
        if action < 0.4:
            data[at] = draw.randrange(256)
        elif action < 0.6:
            del data[at:stop]
        elif action < 0.8:
            data[at:at] = data[at:stop]
        else:
            data[at:stop] = draw.choice(RAW_VALUES)[:2000]
    return bytes(data)


def damaged_toml(text: str, draw: random.Random) -> bytes:
    """A configuration with the value of one key replaced, or damaged as bytes."""
    values = (
        "9" * 400, "-" + "9" * 400, "inf", "nan", "1e400", "[" * 300 + "]" * 300, "{a = 1}", '""',
        "'\u202e'", "true", "-1", "0", "1e308", "2020-01-01", '"' + "x" * 9000 + '"', "9" * 5000,
        "[[1]]", "1e-320",
    )  # fmt: skip
    lines = text.split("\n")
    keys = [at for at, line in enumerate(lines) if " = " in line]
    if not keys or draw.random() < 0.3:
        return damaged_bytes(text.encode(), draw)
    at = draw.choice(keys)
    lines[at] = lines[at].partition(" = ")[0] + " = " + draw.choice(values)
    return "\n".join(lines).encode()


def damaged_json(value: object, draw: random.Random) -> bytes:
    """A JSON file with a value changed, or damaged as bytes."""
    if draw.random() < 0.7:
        return as_bytes(mutated(value, draw), draw)
    return damaged_bytes(json.dumps(value).encode(), draw)
