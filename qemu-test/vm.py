"""One QEMU machine on this computer: its serial line, its monitor, and what is left of it.

    vm = VM(Machine(kernel=..., initrd=..., cmdline="root=/dev/vda"), keep=Path("..."))
    vm.expect(r"rootling: root: ", within_s=60)   # waits for new output, never sleeps
    vm.wait_demo()                                # the demo root's prompt
    assert "ext4" in vm.run("cat /proc/mounts")   # its output; fails on a status other than 0
    vm.close()
"""

from __future__ import annotations

import codecs
import dataclasses
import json
import os
import re
import shlex
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

# Loaded two-core machines without KVM are slow by a factor that varies.
PATIENCE_S = 120.0

# The kernel calibrates its timers in vain when the computer has no time for QEMU, and panics.
QUICK = {"x86_64": "cryptomgr.notests no_timer_check", "arm64": "cryptomgr.notests"}
CONSOLE = {"x86_64": "ttyS0", "arm64": "ttyAMA0"}
QEMU = {
    "x86_64": ["qemu-system-x86_64", "-M", "q35", "-cpu", "max"],
    "arm64": ["qemu-system-aarch64", "-M", "virt", "-cpu", "max,pauth-impdef=on"],
}


@dataclasses.dataclass
class Disk:
    """A disk image. With snapshot=True (the default) writes are forgotten with the machine."""

    path: Path
    snapshot: bool = True
    device: str = "virtio-blk-pci"
    format: str = "raw"


@dataclasses.dataclass
class Card:
    """A network card: what QEMU calls a netdev, and the files it needs. lan.py makes them."""

    netdev: str
    device: str = "virtio-net-pci"
    mac: str = "52:54:00:00:00:01"
    boots: bool = False  # with iPXE, QEMU's own option ROM of the card
    fds: tuple[int, ...] = ()
    relay: Any = None  # relay.Relay of a bad wire

    def argv(self, name: str, netdev: str = "") -> list[str]:
        argv = ["-netdev", f"{netdev or self.netdev},id={name}"]
        rom = "bootindex=1" if self.boots else "romfile="
        return [*argv, "-device", f"{self.device},netdev={name},id={name}-card,mac={self.mac},{rom}"]


@dataclasses.dataclass
class Machine:
    """What QEMU is asked for."""

    kernel: Path | None  # None: the firmware boots
    initrd: Path | None
    cmdline: str = ""
    disks: list[Disk] = dataclasses.field(default_factory=list)
    arch: str = "x86_64"
    processors: int = 1  # each costs the kernel a quarter of its boot
    memory_mib: int = 512
    type: str = ""  # of machine, with its options, instead of the usual one
    controllers: list[str] = dataclasses.field(default_factory=list)  # devices that disks hang on
    cards: list[Card] = dataclasses.field(default_factory=list)  # netdevs lan0, lan1, ...
    free_ports: int = 0  # PCIe slots named port0, port1, ... for VM.plug()
    extra: list[str] = dataclasses.field(default_factory=list)

    def argv(self, netdev: str = "") -> list[str]:
        """With `netdev` instead of what the cards hang on."""
        argv = list(QEMU[self.arch])
        if self.type:
            argv[argv.index("-M") + 1] = self.type
        argv += ["-accel", "tcg", "-smp", str(self.processors), "-m", str(self.memory_mib)]
        argv += ["-display", "none", "-nic", "none", "-no-reboot"]
        if self.kernel:
            argv += ["-kernel", str(self.kernel)]
            argv += ["-append", f"console={CONSOLE[self.arch]} {QUICK[self.arch]} {self.cmdline}".strip()]
        if self.initrd:
            argv += ["-initrd", str(self.initrd)]
        for controller in self.controllers:
            argv += ["-device", controller]
        for i, disk in enumerate(self.disks):
            snapshot = "on" if disk.snapshot else "off"
            argv += ["-drive", f"file={disk.path},format={disk.format},snapshot={snapshot},if=none,id=disk{i}"]
            argv += ["-device", f"{disk.device},drive=disk{i}"]
        for i, card in enumerate(self.cards):
            argv += card.argv(f"lan{i}", netdev)
        for i in range(self.free_ports):
            argv += ["-device", f"pcie-root-port,id=port{i},chassis={i + 1},slot={i + 1}"]
        return argv + self.extra


class GuestError(AssertionError):
    """The machine did not do what the scenario says. The message ends with what it said last."""


class CommandFailed(GuestError):
    """A command in the guest ended with another status than 0."""


class VM:
    def __init__(self, machine: Machine, keep: Path) -> None:
        self.machine = machine
        self.keep = keep
        self.events: list[dict[str, Any]] = []
        self.at_shell = False
        self._text = ""  # serial output without carriage returns and escape sequences
        self._seen = 0  # expect() goes on from here
        self._ended = False
        self._news = threading.Condition()
        self._commands = 0
        self._plugged = 0
        keep.mkdir(parents=True, exist_ok=True)
        self._write_again()
        ours, theirs = socket.socketpair()
        with theirs, open(keep / "qemu.err", "wb") as errors:
            argv = machine.argv() + ["-serial", "stdio", "-monitor", "none"]
            argv += ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"]
            fds = [theirs.fileno(), *(fd for card in machine.cards for fd in card.fds)]
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, pass_fds=fds
            )
        self._qmp = ours.makefile("rw", encoding="utf-8")
        self._qmp_socket = ours
        self._reader = threading.Thread(target=self._read_serial, daemon=True)
        self._reader.start()
        self._qmp_ready = False

    # ---- serial line

    def _read_serial(self) -> None:
        assert self._process.stdout
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        pending = ""
        with open(self.keep / "serial.log", "wb", buffering=0) as log:
            while chunk := os.read(self._process.stdout.fileno(), 65536):
                log.write(chunk)
                pending += decoder.decode(chunk).replace("\r", "")
                pending = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[c()78]", "", pending)
                cut = pending.find("\x1b", -16)  # a sequence whose end has yet to come
                cut = len(pending) if cut < 0 else cut
                whole, pending = pending[:cut], pending[cut:]
                with self._news:
                    self._text += whole
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def text(self) -> str:
        """All that came over the serial line so far."""
        with self._news:
            return self._text

    def expect(self, pattern: str, within_s: float = PATIENCE_S) -> re.Match[str]:
        """Wait until what was said since the last match holds `pattern` (^ and $ are lines)."""
        if pattern.endswith("$"):  # not the end of what has come so far of a line
            pattern = pattern[:-1] + r"(?=\n)"
        wanted = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + within_s
        with self._news:
            while True:
                if match := wanted.search(self._text, self._seen):
                    self._seen = match.end()
                    return match
                if "Kernel panic" in self._text[self._seen :]:
                    raise self._error(f"kernel panic before {pattern!r}")
                if self._ended:
                    raise self._error(f"the machine went off before {pattern!r}")
                if not self._news.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise self._error(f"nothing like {pattern!r} within {within_s:.0f} s")

    def _error(self, what: str) -> GuestError:
        said = "\n".join(self._text.splitlines()[-30:])
        errors = (self.keep / "qemu.err").read_text(errors="replace")
        return GuestError(f"{what}; the serial line said last:\n{said}\n{errors}")

    def send(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    # ---- a shell on it

    def wait_demo(self, within_s: float = PATIENCE_S) -> None:
        """Wait for the login shell of the demo root."""
        self.expect(r"^You are in the demo root", within_s)
        self.take_shell(r"demo:\S*# ")

    def network_status(self) -> list[dict[str, object]]:
        """What is known of the network now, from a shell that may have come before it."""
        self.send("exit\n")  # which tries to boot again
        self.expect("rootling: no root")
        self.wait_initramfs_shell()
        return json.loads(self.run("cat /run/rootling/status.json"))["network"]

    def wait_initramfs_shell(self, within_s: float = PATIENCE_S) -> None:
        """Wait for the recovery shell of /init."""
        self.take_shell(r"rootling# ", within_s)

    def login(self, user: str = "root", within_s: float = 3 * PATIENCE_S) -> None:
        """Log in without a password at a getty's prompt."""
        self.expect(r"login: ", within_s)
        self.send(f"{user}\n")
        self.take_shell(rf"{user}@\S*# ")

    def take_shell(self, prompt: str, within_s: float = PATIENCE_S) -> None:
        """Wait for a prompt; run() works from then on."""
        self.expect(prompt, within_s)
        self.at_shell = True
        # Kernel messages would land in the middle of a command's output, and of the marks around it:
        # so the command that ends them goes without.
        self.send("read level rest </proc/sys/kernel/printk; echo 1 >/proc/sys/kernel/printk\n")
        self.run(":")

    def run(self, command: str, within_s: float = PATIENCE_S, check: bool = True) -> str:
        """Run one line in the guest's shell; return what it printed, without the last newline."""
        self._commands += 1
        n = self._commands
        # The quotes keep the echo of what is typed here from looking like the markers.
        self.send(f"echo BEG''IN-{n}; {{ {command}; }}; s=$?; echo; echo EN''D-{n}-$s-\n")
        self.expect(rf"BEGIN-{n}$", within_s)
        start = self._seen + 1
        end = self.expect(rf"\nEND-{n}-(\d+)-\n", within_s)
        output = self._text[start : end.start()].removesuffix("\n")
        status = int(end.group(1))
        if check and status:
            raise CommandFailed(f"{command!r} ended with status {status}: {output}")
        return output

    # ---- monitor

    def qmp(self, command: str, **arguments: Any) -> Any:
        """One QMP command; its result. Events that come meanwhile are kept in `events`."""
        if not self._qmp_ready:
            self._qmp_ready = True
            self._qmp_read()  # the greeting
            self.qmp("qmp_capabilities")
        json.dump({"execute": command, "arguments": arguments}, self._qmp)
        self._qmp.flush()
        while True:
            answer = self._qmp_read()
            if "error" in answer:
                raise GuestError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
            self.events.append(answer)

    def _qmp_read(self) -> dict[str, Any]:
        self._qmp_socket.settimeout(PATIENCE_S)
        line = self._qmp.readline()
        if not line:
            raise self._error("the monitor is gone")
        return json.loads(line)

    def plug(self, disk: Disk) -> None:
        """Plug a disk into the next free port of the running machine."""
        i = self._plugged
        self._plugged += 1
        file = {"driver": "file", "filename": str(disk.path)}
        self.qmp("blockdev-add", **{"node-name": f"plugged{i}", "driver": disk.format, "file": file})
        self.qmp("device_add", driver=disk.device, drive=f"plugged{i}", bus=f"port{i}", id=f"plug{i}")

    def unplug(self, device: str) -> None:
        """Take a device out by its id; returns when the guest has let it go."""
        self.qmp("device_del", id=device)
        while not any(e["event"] == "DEVICE_DELETED" and e["data"].get("device") == device for e in self.events):
            self.events.append(self._qmp_read())

    # ---- end

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def cpu_s(self) -> float:
        """Processor time that QEMU has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_off(self, within_s: float = PATIENCE_S) -> int:
        """Wait until QEMU has ended by itself; its status."""
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            with self._news:
                raise self._error(f"still running after {within_s:.0f} s") from None

    def collect(self) -> None:
        """For a failed scenario: ask the guest for its status files while it can still answer."""
        for name in ("status.json", "timeline.json", "boot.log", "report.txt"):
            if not (self.is_running and self.at_shell):
                return
            try:
                (self.keep / name).write_text(self.run(f"cat /run/rootling/{name}", within_s=10))
            except CommandFailed:
                continue  # this boot wrote no such file
            except (GuestError, OSError):
                return  # nobody answers

    def close(self) -> None:
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._qmp):
            try:
                stream.close()
            except OSError:
                pass  # the rest of what was to be sent has no reader any more
        self._qmp_socket.close()

    def _write_again(self) -> None:
        """The same machine by hand, on the terminal; its cards are on QEMU's own network then."""
        argv = self.machine.argv(netdev="user") + ["-serial", "mon:stdio"]
        again = self.keep / "again.sh"
        again.write_text(f"#!/bin/sh\n# Ctrl-A X leaves.\nexec {shlex.join(argv)}\n")
        again.chmod(0o755)
        (self.keep / "cmdline").write_text(self.machine.cmdline + "\n")
