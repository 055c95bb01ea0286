"""Debian's Chromium without a screen, driven by WebDriver's own protocol (W3C WebDriver, level 2).

    with Browser(place) as browser:
        browser.open("http://127.0.0.1:8080/")
        browser.wait("document.title.startsWith('Failed')")
        browser.fill("[name=token]", "...")
        browser.click("button.first")
        browser.shoot(place / "failed.png", dark=True)
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from vm import PATIENCE_S

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name WebDriver gives to references
PHONE, DESK = 390, 1280


class BrowserError(AssertionError):
    """The page did not do what the scenario says."""


class Browser:
    def __init__(self, place: Path, *flags: str) -> None:
        self._profile = place / "chromium"
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._driver.stdout
        for line in self._driver.stdout:
            if match := re.search(r"successfully on port (\d+)", line):
                break
        else:
            raise BrowserError("chromedriver did not start")
        threading.Thread(target=self._driver.stdout.read, daemon=True).start()  # or it fills the pipe
        self._base = f"http://127.0.0.1:{match.group(1)}"
        options = {"binary": "/usr/bin/chromium", "args": [*FLAGS, f"--user-data-dir={self._profile}", *flags]}
        wanted = {"acceptInsecureCerts": True, "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/session/{session['sessionId']}"
        self._ask("POST", "/timeouts", {"script": int(PATIENCE_S * 1000)})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=2 * PATIENCE_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise BrowserError(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def _cdp(self, command: str, **params: Any) -> Any:
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def open(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def run(self, script: str, *args: Any) -> Any:
        """What the script returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(args)})

    def wait(self, condition: str) -> None:
        """Until the expression is true on the page."""
        script = """const done = arguments[0];
            const look = () => { let is = false; try { is = (%s); } catch {} is ? done() : setTimeout(look, 100); };
            look();"""
        try:
            self._ask("POST", "/execute/async", {"script": script % condition, "args": []})
        except BrowserError as error:
            raise BrowserError(f"{condition}: {error}; the page says:\n{self.text('body')[:3000]}") from None

    def _find(self, css: str) -> str:
        return self._ask("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def text(self, css: str) -> str:
        """As it is seen."""
        return self._ask("GET", f"/element/{self._find(css)}/text")

    def click(self, css: str) -> None:
        self._ask("POST", f"/element/{self._find(css)}/click")

    def fill(self, css: str, text: str) -> None:
        element = self._find(css)
        self._ask("POST", f"/element/{element}/clear")
        self._ask("POST", f"/element/{element}/value", {"text": text})

    def key(self, key: str) -> None:
        """One key for whatever has the focus, as KeyboardEvent.key names it: "\\ue004" is Tab."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def scripts(self, on: bool) -> None:
        """From the next page on."""
        self._cdp("Emulation.setScriptExecutionDisabled", value=not on)

    def shoot(self, path: Path, dark: bool = False, width: int = DESK) -> None:
        """The whole page as it looks now."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._cdp("Emulation.setEmulatedMedia", features=[scheme])
        self._cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        shot = self._cdp("Page.captureScreenshot", captureBeyondViewport=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
        self._cdp("Emulation.clearDeviceMetricsOverride")

    def complaints(self) -> list[str]:
        """What the console of the page has said since it was asked last: violated policies, errors."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]

    def close(self) -> None:
        try:
            self._ask("DELETE", "")
        except (BrowserError, OSError):
            pass  # it is gone already
        self._driver.terminate()
        self._driver.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
