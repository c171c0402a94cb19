"""The store of a node: content by hash, a limit, and links for the shares that run."""

import os
from hashlib import sha256

from curator.jobs.cluster.node_store import NodeStore, chunks_of, made_in
from curator.jobs.cluster.shared_file import SharedFile


def a_file(folder, name, size, place=""):
    path = folder / name
    path.write_bytes(os.urandom(size))
    digest = sha256(path.read_bytes()).hexdigest()
    place = place or f"cache/{name}"
    return SharedFile(str(path), digest, place, size, path.stat().st_mtime_ns, digest)


def test_a_file_is_lacking_until_it_has_arrived(tmp_path):
    store, file = NodeStore(tmp_path / "node", 10_000), a_file(tmp_path, "a.pcm", 100)
    assert store.lacking([file]) == [file]
    assert store.receive(file, chunks_of(tmp_path / "a.pcm")) == ""
    assert store.lacking([file]) == []


def test_other_content_than_announced_is_refused_and_not_kept(tmp_path):
    store, file = NodeStore(tmp_path / "node", 10_000), a_file(tmp_path, "a.pcm", 100)
    assert "not that of the recording" in store.receive(file, iter([bytes(100)]))
    assert "50 of 100 bytes" in store.receive(file, iter([bytes(50)]))
    assert store.lacking([file]) == [file]
    assert store.size == 0


def test_the_least_recently_used_files_make_room(tmp_path):
    store = NodeStore(tmp_path / "node", 250)
    first, second, third = (a_file(tmp_path, f"{n}.pcm", 100) for n in "abc")
    for file in (first, second):
        store.receive(file, chunks_of(tmp_path / file.place.removeprefix("cache/")))
    store.lacking([first])  # used now
    store.receive(third, chunks_of(tmp_path / "c.pcm"))
    assert store.lacking([first, second, third]) == [second]
    assert store.size == 200


def test_a_share_keeps_its_files_when_they_leave_the_store(tmp_path):
    store = NodeStore(tmp_path / "node", 150)
    first, second = a_file(tmp_path, "a.pcm", 100), a_file(tmp_path, "b.pcm", 100)
    store.receive(first, chunks_of(tmp_path / "a.pcm"))
    share = store.open_share([first])
    store.receive(second, chunks_of(tmp_path / "b.pcm"))
    assert store.lacking([first]) == [first]
    kept = share / "cache" / "a.pcm"
    assert kept.read_bytes() == (tmp_path / "a.pcm").read_bytes()
    assert kept.stat().st_mtime_ns == first.mtime_ns
    store.close_share(share)
    assert not share.exists()


def test_only_finished_files_of_workers_are_taken_from_a_share(tmp_path):
    store = NodeStore(tmp_path / "node", 1000)
    share = store.open_share([])
    for name in ("new.encoder", ".1-x.partial", "old.pcm", "x.begun"):
        (share / "cache" / name).write_bytes(b"1")
    assert [path.name for path in made_in(share, {"old.pcm"})] == ["new.encoder"]
