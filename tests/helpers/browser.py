"""A page in headless Chromium, driven over its debugging protocol.

What it fetches, what it prints to its console, what a script finds in it, and a picture of it.
"""

import asyncio
import base64
import itertools
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_S = 60.0
LOOK_S = 0.05
OWN = ("data:", "file:", "blob:", "about:")

PLAY_ALL = """
const played = [];
for (const audio of document.querySelectorAll("audio")) {
  audio.muted = true;
  try {
    await audio.play();
    await new Promise((done) => {
      audio.ontimeupdate = () => audio.currentTime > 0 && done();
      audio.onended = done;
    });
    played.push(audio.duration > 0);
  } catch (error) { played.push(String(error)); }
}
return {played, width: document.documentElement.scrollWidth, inside: window.innerWidth};
"""


@dataclass
class Visit:
    """found: what the scripts returned. console: what was complained of. asked: what was fetched
    from elsewhere than the page itself."""

    found: list = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def visit(
    page: Path | str,
    scripts: Sequence[str],
    folder: Path,
    *,
    width: int = 1280,
    dark: bool = False,
    media: str = "",
    picture: Path | None = None,
) -> Visit:
    """Open a page, run scripts in it as async functions, and close. media: "print", or as usual.

    page: a file, or an address of this machine.
    """
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    profile = folder / "profile"
    process = subprocess.Popen(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={profile}", "--remote-debugging-port=0", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--mute-audio",
            "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars", "about:blank",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = _port(profile / "DevToolsActivePort", process)
        return asyncio.run(_visit(port, page, scripts, width, dark, media, picture))
    finally:
        process.terminate()
        process.wait()


def _port(file: Path, process: subprocess.Popen) -> str:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        if file.is_file() and "\n" in (text := file.read_text()):
            return text.split("\n")[0]
        time.sleep(LOOK_S)
    raise AssertionError("chromium did not start")


async def _visit(port, page, scripts, width, dark, media, picture) -> Visit:
    import aiohttp

    visit = Visit()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            tabs = await answer.json(content_type=None)
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        async with session.ws_connect(address, max_msg_size=0) as socket:
            numbers = itertools.count(1)

            async def call(method: str, until: str = "", **given) -> dict:
                """Ask, and wait for the answer, or for an event where one is named."""
                number = next(numbers)
                await socket.send_json({"id": number, "method": method, "params": given})
                result = None
                while result is None or until:
                    told = await asyncio.wait_for(socket.receive_json(), PATIENCE_S)
                    _note(told, visit)
                    if told.get("id") == number:
                        assert "error" not in told, told
                        result = told["result"]
                    if told.get("method") == until:
                        until = ""
                return result

            for domain in ("Page", "Runtime", "Log", "Network"):
                await call(f"{domain}.enable")
            await call(
                "Emulation.setDeviceMetricsOverride",
                width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
            )  # fmt: skip
            scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
            await call("Emulation.setEmulatedMedia", media=media, features=[scheme])
            await call("Page.navigate", until="Page.loadEventFired", url=address_of(page))
            for script in scripts:
                ran = await call(
                    "Runtime.evaluate",
                    expression=f"(async () => {{{script}}})()",
                    awaitPromise=True, returnByValue=True, userGesture=True,
                )  # fmt: skip
                assert "exceptionDetails" not in ran, ran
                visit.found.append(ran["result"].get("value"))
            if picture is not None:
                shot = await call("Page.captureScreenshot", captureBeyondViewport=True)
                picture.write_bytes(base64.b64decode(shot["data"]))
    return visit


def address_of(page: Path | str) -> str:
    return page if isinstance(page, str) else page.resolve().as_uri()


def _note(told: dict, visit: Visit) -> None:
    given = told.get("params", {})
    match told.get("method"):
        case "Network.requestWillBeSent":
            if not given["request"]["url"].startswith(OWN):
                visit.asked.append(given["request"]["url"])
        case "Runtime.consoleAPICalled":
            visit.console.append(str(given["args"]))
        case "Runtime.exceptionThrown" | "Log.entryAdded":
            visit.console.append(str(given))
