"""A machine whose ports 80 and 443 are reached on loopback through QEMU's own network."""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vm import PATIENCE_S, VM


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Guest:
    def __init__(self, start: Callable[..., VM], cmdline: str, disks: list[Path], initrd: Path, **more: Any) -> None:
        self.port, tls_port = free_port(), free_port()
        forward = f"hostfwd=tcp:127.0.0.1:{self.port}-:80,hostfwd=tcp:127.0.0.1:{tls_port}-:443"
        network = ["-netdev", f"user,id=net,{forward}"]
        self.vm = start(cmdline, disks, initrd, extra=[*network, "-device", "virtio-net-pci,netdev=net"], **more)
        self.url, self.tls_url = f"http://127.0.0.1:{self.port}/", f"https://127.0.0.1:{tls_port}/"

    def wait_address_and_shell(self) -> None:
        """The prompt may have come before the address: an empty line asks for another."""
        self.vm.expect(r"rootling: network: \w+: 10\.0\.2\.15/24")
        self.vm.send("\n")
        self.vm.wait_initramfs_shell()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body. QEMU accepts before the guest listens and hangs up: asked again then."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()
            except OSError:
                assert time.monotonic() < deadline, f"nobody answers {path}"
                assert self.vm.is_running
