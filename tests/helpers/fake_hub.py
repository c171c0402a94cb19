"""A stand-in of Hugging Face's HTTP API for data set repositories, on this machine."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hf_for_tests_only"
LARGE = 1_000
"""Bytes from which files travel apart from the commit; the real one decides likewise by size."""


class FakeHub(ThreadingHTTPServer):
    """repositories: visibility by name. files: content by repository and path. blobs: by SHA-256.

    fails_after: number of uploads of large files that succeed; None for all.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _FakeAnswer)
        self.repositories: dict[str, bool] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.commits: list[str] = []
        self.fails_after: int | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def url(self, name: str) -> str:
        return f"{self.address}/datasets/{name}"

    def create(self, body: dict) -> tuple[int, object]:
        name = body["organization"] + "/" + body["name"] if "organization" in body else body["name"]
        if name in self.repositories:
            return 409, {"error": "You already created this", "url": self.url(name)}
        self.repositories[name] = bool(body.get("private") or body.get("visibility") == "private")
        return 200, {"url": self.url(name), "name": name}

    def preupload(self, body: dict) -> tuple[int, object]:
        mode = {True: "lfs", False: "regular"}
        files = [
            {"path": f["path"], "uploadMode": mode[f["size"] >= LARGE], "shouldIgnore": False}
            for f in body["files"]
        ]
        return 200, {"files": files}

    def batch(self, body: dict) -> tuple[int, object]:
        objects = [
            {**each, "actions": {"upload": {"href": f"{self.address}/blobs/{each['oid']}"}}}
            for each in body["objects"]
        ]
        return 200, {"transfer": "basic", "objects": objects}

    def commit(self, name: str, lines: list[dict]) -> tuple[int, object]:
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.commits.append(value["summary"])
            elif line["key"] == "file":
                self.files[name, value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                self.files[name, value["path"]] = self.blobs[value["oid"]]
        oid = f"{len(self.commits):040x}"
        url = f"{self.url(name)}/commit/{oid}"
        return 200, {"commitUrl": url, "commitOid": oid}


class _FakeAnswer(BaseHTTPRequestHandler):
    server: FakeHub

    def do_GET(self) -> None:
        name = self.path.removeprefix("/api/datasets/").partition("/revision/")[0]
        if not self.path.startswith("/api/datasets/") or name not in self.server.repositories:
            self._say(404, {"error": "Repository not found"})
            return
        private = self.server.repositories[name]
        self._say(200, {"id": name, "private": private, "sha": "0" * 40, "siblings": []})

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(401, {"error": "Invalid credentials"})
            return
        hub, path = self.server, self.path.partition("?")[0]
        if path == "/api/repos/create":
            self._say(*hub.create(json.loads(content)))
        elif path == "/api/validate-yaml":
            self._say(200, {"errors": [], "warnings": []})
        elif "/preupload/" in path:
            self._say(*hub.preupload(json.loads(content)))
        elif path.endswith("/info/lfs/objects/batch"):
            self._say(*hub.batch(json.loads(content)))
        elif "/commit/" in path:
            name = path.removeprefix("/api/datasets/").partition("/commit/")[0]
            self._say(*hub.commit(name, [json.loads(line) for line in content.splitlines()]))
        else:
            self._say(404, {"error": f"no {path} here"})

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hub = self.server
        if hub.fails_after is not None and len(hub.blobs) >= hub.fails_after:
            self._say(403, {"error": "storage is full"})
            return
        hub.blobs[self.path.rpartition("/")[2]] = content
        self._say(200, {})

    def _say(self, status: int, answer: object) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def a_fake_hub() -> Iterator[FakeHub]:
    """A stand-in in a thread, until the block ends."""
    with FakeHub() as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
