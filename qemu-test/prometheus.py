"""Debian's Prometheus, out of the servers' tree, on loopback."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from vm import PATIENCE_S
from workshop import REPO

EXAMPLES = REPO / "docs/http"


def check(tree: Path, *what: str, stdin: str | None = None) -> None:
    """promtool has nothing to say against it, not even a hint."""
    done = subprocess.run(
        [tree / "usr/bin/promtool", "check", *what], input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Prometheus:
    """Scrapes `target` by the example files, but every second. For `with`."""

    def __init__(self, tree: Path, place: Path, target: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        text = re.sub(r"interval: \d+s", "interval: 1s", (EXAMPLES / "prometheus.yml").read_text())
        text = text.replace("192.0.2.100:80", target).replace("rootling.rules.yml", str(EXAMPLES / "rootling.rules.yml"))
        (place / "prometheus.yml").write_text(text)
        argv = [tree / "usr/bin/prometheus", f"--config.file={place}/prometheus.yml"]
        argv += [f"--storage.tsdb.path={place}/prometheus", f"--web.listen-address={self.address}"]
        self._log = place / "prometheus.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(argv, stdout=log, stderr=subprocess.STDOUT)

    def _get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://{self.address}/api/v1/{path}", timeout=20) as answer:
                return json.load(answer)["data"]
        except OSError:
            assert self._process.poll() is None, self._log.read_text()
            return {}

    def wait(self, expression: str) -> list[dict[str, Any]]:
        """Until the expression has a value; its series."""
        query = "query?" + urllib.parse.urlencode({"query": expression})
        deadline = time.monotonic() + PATIENCE_S
        while not (result := self._get(query).get("result")):
            assert time.monotonic() < deadline, f"{expression}: no value; {self._log.read_text()}"
            time.sleep(0.2)  # it scrapes every second and tells nobody
        return result

    def __enter__(self) -> Prometheus:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
