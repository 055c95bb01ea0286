"""A network of its own for a scenario: a bridge in a network namespace, the machine's cards on it,
and Debian's servers. Two scenarios that run side by side have the same addresses and never meet.

    dhcp = lan.dnsmasq()                                      # 192.0.2.100 to .150
    vm = boot(cards=[lan.card()], initrd=..., cmdline="ip=dhcp")
    dhcp.wait_log(r"DHCPACK\\(br0\\) 192\\.0\\.2\\.")

The servers run by chroot in the tree that `make servers` unpacked. Each sees a fresh copy of it and,
as /lan, the scenario's folder lan.folder: lan.write("x.conf", text) returns "/lan/x.conf". All of
it ends with pytest, whatever ends pytest: nothing is left on the machine."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from relay import Relay
from servers import HOST4, HOST6, Servers
from vm import PATIENCE_S, Card

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TGT_IPC_SOCKET": "/run/tgtd"}

CLONE_NEWNET = 0x40000000
SO_TIMESTAMPNS = 35
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000

# $0 is the tree, $1 the scenario's folder, $2 where the copy goes. The last line lives as long as
# pytest, and the namespace as long as the last of them all.
HOLDER = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/tree"
mount -t overlay -o "lowerdir=$0,upperdir=$2/upper,workdir=$2/work" overlay "$2/tree"
mount --bind "$1" "$2/tree/lan"
mount --bind /dev "$2/tree/dev"
mount -t proc proc "$2/tree/proc"
mount -t sysfs -o ro sysfs "$2/tree/sys"
mount -t tmpfs tmpfs "$2/tree/run"
ip link set lo up
echo ready
read -r _ || :
"""

BRIDGE = """
ip link add {name} address {mac} type bridge forward_delay 0 mcast_snooping 0
echo 0 >/proc/sys/net/ipv6/conf/{name}/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/{name}/accept_ra
for address in {addresses}; do ip addr add "$address" dev {name}; done
ip link set {name} up
"""

Made = TypeVar("Made")


class ServerError(AssertionError):
    """A server did not do what the scenario says. The message ends with what it said last."""


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Server:
    """A process on the network. It ends with the scenario."""

    def __init__(self, name: str, argv: Sequence[str], log: Path) -> None:
        self.name = name
        self._text = ""
        self._news = threading.Condition()
        self._ended = False
        self._process = subprocess.Popen(
            argv, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._reader = threading.Thread(target=self._read, args=[log], daemon=True)
        self._reader.start()

    def _read(self, path: Path) -> None:
        assert self._process.stdout
        with open(path, "ab", buffering=0) as log:
            while chunk := os.read(self._process.stdout.fileno(), 65536):
                log.write(chunk)
                with self._news:
                    self._text += chunk.decode(errors="replace")
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def log(self) -> str:
        with self._news:
            return self._text

    def wait_log(self, pattern: str, within_s: float = PATIENCE_S, times: int = 1) -> re.Match[str]:
        """Wait until the log holds `pattern` so often (^ and $ are lines); the last match."""
        wanted = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + within_s
        with self._news:
            while True:
                if len(found := list(wanted.finditer(self._text))) >= times:
                    return found[-1]
                if self._ended or not self._news.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    what = "it ended before" if self._ended else f"within {within_s:.0f} s nothing like"
                    raise ServerError(f"{self.name}: {what} {pattern!r}; it said last:\n{self._text[-3000:]}")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_end(self, within_s: float = PATIENCE_S) -> None:
        """Returns when it has ended or the time is over."""
        self._reader.join(within_s)

    def signal(self, number: int) -> None:
        """To the server itself, not to its children."""
        shell = children(self._process.pid)[0]
        os.kill(children(shell)[0], number)

    def stop(self) -> None:
        """As if its power was cut. Start it again by the same call that started it."""
        self._process.kill()
        self._process.wait()
        self._reader.join()


@dataclasses.dataclass(frozen=True)
class Frame:
    """An Ethernet frame that the bridge saw. `at_s` is the kernel's time.time() for it."""

    at_s: float
    data: bytes
    from_lan: bool  # sent by a server of ours


class Capture:
    """The frames of a bridge from now on, also in br0.pcap of the scenario's folder."""

    def __init__(self, raw: socket.socket, pcap: Path) -> None:
        self.frames: list[Frame] = []
        self._news = threading.Condition()
        self._raw = raw
        self._pcap = pcap.open("wb", buffering=0)
        self._pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        self._ends = False
        self._raw.settimeout(0.1)
        self._raw.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        self._ends = True
        self._reader.join()
        self._raw.close()
        self._pcap.close()

    def _read(self) -> None:
        while not self._ends:
            try:
                data, extra, _, peer = self._raw.recvmsg(65536, 64)
            except TimeoutError:
                continue
            seconds, ns = struct.unpack("qq", extra[0][2])
            self._pcap.write(struct.pack("<IIII", seconds, ns // 1000, len(data), len(data)) + data)
            with self._news:
                self.frames.append(Frame(seconds + ns / 1e9, data, peer[2] == socket.PACKET_OUTGOING))
                self._news.notify_all()

    def wait(self, wanted: Callable[[Frame], bool], within_s: float = PATIENCE_S) -> Frame:
        """The first frame that is `wanted`, when there is one."""
        with self._news:
            found: list[Frame] = []
            assert self._news.wait_for(lambda: found.extend(f for f in self.frames if wanted(f)) or found, within_s), "no such frame"
            return found[0]

    def udp(self, port: int) -> list[Frame]:
        """The IPv4 frames so far that go to or come from this UDP port."""
        with self._news:
            return [f for f in self.frames if f.data[12:14] == b"\x08\x00" and f.data[23] == 17 and port in struct.unpack("!HH", f.data[34:38])]


class Lan(Servers):
    def __init__(self, tree: Path, folder: Path) -> None:
        """`folder` gets the logs; its lan/ is /lan for the servers."""
        self.place = folder
        self.folder = folder / "lan"
        self.folder.mkdir(exist_ok=True)
        self._copy = folder / "lan.tree"
        self._copy.mkdir(exist_ok=True)
        self.servers: dict[str, Server] = {}
        self._bridges = self._cards = 0
        self._open = contextlib.ExitStack()
        argv = ["unshare", "--net", "--mount", "sh", "-c", HOLDER, str(tree), str(self.folder), str(self._copy)]
        self._holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout and self._holder.stdout.readline() == "ready\n", "no network namespace: is this root?"
        self._namespace = os.open(f"/proc/{self._holder.pid}/ns/net", os.O_RDONLY)
        self.bridge("br0", f"{HOST4}/24", f"{HOST6}/64")

    # ---- the wire

    def inside(self, function: Callable[[], Made]) -> Made:
        """Call it on a thread that is in the namespace. Sockets stay in there."""
        made: list[Any] = []

        def enter() -> None:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(self._namespace, CLONE_NEWNET):
                made.append(OSError(ctypes.get_errno(), "setns"))
                return
            try:
                made.append(function())
            except OSError as error:
                made.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    def bridge(self, name: str, *addresses: str) -> None:
        """Another wire, for cards of bridge=NAME. One wire, br0, is there from the start."""
        self._bridges += 1
        mac = f"02:00:00:00:00:{self._bridges:02x}"
        self._enter("sh", "-ec", BRIDGE.format(name=name, mac=mac, addresses=" ".join(addresses)))
        self._tap(name)  # a bridge without a port has no carrier

    def _tap(self, bridge: str) -> int:
        """A new port of the bridge."""

        def make() -> tuple[int, str]:
            tap = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            request = fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"tap%d", IFF_TAP | IFF_NO_PI))
            return tap, request[:16].rstrip(b"\0").decode()

        tap, name = self.inside(make)
        self._open.callback(os.close, tap)
        self._enter("sh", "-ec", f"echo 1 >/proc/sys/net/ipv6/conf/{name}/disable_ipv6; ip link set {name} master {bridge} up")
        return tap

    def card(
        self,
        device: str = "virtio-net-pci",
        mac: str = "",
        bridge: str = "br0",
        boots: bool = False,
        loss: float = 0.0,
        duplicate: float = 0.0,
        delay_s: float = 0.0,
        vlan: int = 0,
        drop: Callable[[bytes, bool], bool] | None = None,
        seed: int = 1,
    ) -> Card:
        """A network card for boot(cards=[...]). With vlan=N the machine has to speak 802.1Q on it.
        `loss` and `duplicate` are shares of the frames, chosen by `seed`; drop(frame, to_machine)
        may take single frames away. card.relay counts what happened to them."""
        self._cards += 1
        mac = mac or f"52:54:00:00:00:{self._cards:02x}"
        tap = self._tap(bridge)
        if not (loss or duplicate or delay_s or vlan or drop):
            return Card(f"tap,fd={tap}", device, mac, boots, (tap,))
        ours, theirs = socket.socketpair()
        relay = Relay(ours, tap, loss=loss, duplicate=duplicate, delay_s=delay_s, vlan=vlan, drop=drop, seed=seed)
        self._open.callback(relay.close)
        self._open.callback(theirs.close)
        return Card(f"socket,fd={theirs.fileno()}", device, mac, boots, (theirs.fileno(),), relay)

    def capture(self, bridge: str = "br0") -> Capture:
        everything = socket.htons(3)
        raw = self.inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, everything))
        raw.bind((bridge, 3))
        capture = Capture(raw, self.place / f"{bridge}.pcap")
        self._open.callback(capture.close)
        return capture

    def connect(self, port: int, host: str = HOST4) -> socket.socket:
        """A TCP connection from the side of the servers, say to a machine."""
        return self.inside(lambda: socket.create_connection((host, port), PATIENCE_S))

    # ---- processes

    def _enter(self, *argv: str) -> None:
        subprocess.run(["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "--", *argv], check=True)

    def _argv(self, *argv: str) -> list[str]:
        """As a process of the tree, in a process namespace: what it starts dies with it, and it dies
        with pytest. The shell stays because a server that changes its user forgets --pdeathsig."""
        enter = ["nsenter", "--target", str(self._holder.pid), "--net", "--mount", "setpriv", "--pdeathsig", "KILL"]
        alone = ["unshare", "--pid", "--fork", "--kill-child", f"--root={self._copy}/tree"]
        return [*enter, *alone, "sh", "-c", '"$@"; exit $?', "sh", *argv]

    def run(self, *argv: str, check: bool = True) -> str:
        """Run a program of the tree on the network; what it printed."""
        done = subprocess.run(self._argv(*argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT, text=True, check=False)
        assert done.returncode == 0 or not check, f"{argv}: {done.stdout}"
        return done.stdout

    def start(self, *argv: str, name: str = "") -> Server:
        """Start a server that stays in the foreground and logs to its standard output; its name is
        its log's, and its place in lan.servers."""
        name = name or os.path.basename(argv[0])
        server = Server(name, self._argv(*argv), self.place / f"{name}.log")
        self._open.callback(server.stop)
        self.servers.pop(name, None)
        self.servers[name] = server
        return server

    def write(self, path: str, text: str) -> str:
        """A file for the servers; how they name it."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return f"/lan/{path}"

    def share(self, path: Path, name: str = "") -> str:
        """Let the servers see a file or folder of this machine; how they name it."""
        target = self.folder / (name or path.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.mkdir(exist_ok=True) if path.is_dir() else target.touch()
        inside = f"{self._copy}/tree/lan/{target.relative_to(self.folder)}"
        subprocess.run(["nsenter", "--target", str(self._holder.pid), "--mount", "mount", "--bind", str(path), inside], check=True)
        return f"/lan/{target.relative_to(self.folder)}"

    def wait_port(self, port: int, udp: bool = False, within_s: float = PATIENCE_S) -> None:
        """Wait until the server that was started last listens on the port."""
        server = list(self.servers.values())[-1]
        tables = ("udp", "udp6") if udp else ("tcp", "tcp6")
        listening = re.compile(rf"^ *\d+: [0-9A-F]+:{port:04X} [0-9A-F]+:\d+ {'07' if udp else '0A'} ", re.MULTILINE)
        deadline = time.monotonic() + within_s
        while not any(listening.search(Path(f"/proc/{self._holder.pid}/net/{t}").read_text()) for t in tables):
            assert time.monotonic() < deadline, f"nobody listens on port {port}: {self.last_words()}"
            server.wait_end(0.02)
            assert server.is_running, f"{server.name} ended: {server.log}"

    def last_words(self) -> str:
        return "\n".join(f"{s.name}: {s.log[-1000:]}" for s in self.servers.values())

    def close(self) -> None:
        self._open.close()
        os.close(self._namespace)
        assert self._holder.stdin and self._holder.stdout
        self._holder.stdin.close()
        self._holder.wait()
        self._holder.stdout.close()
