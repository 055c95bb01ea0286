"""A DHCPv4 server that does what a scenario wants, as wrong as it wants it.

    server = DhcpServer(lan, lambda asked: [reply(asked, "192.0.2.9")])
    server.wait(Type.REQUEST)

Messages go out as frames of their own, so nothing about them has to be right."""

from __future__ import annotations

import dataclasses
import enum
import ipaddress
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator

from lan import HOST4, Lan
from vm import PATIENCE_S

COOKIE = bytes([99, 130, 83, 99])
HEAD = struct.Struct("!4BIHH4s4s4s4s16s64s128s4s")
SERVER_MAC = bytes([2, 0, 0, 0, 0, 1])


class Type(enum.IntEnum):
    DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)


def ip(text: str) -> bytes:
    return ipaddress.IPv4Address(text).packed


@dataclasses.dataclass
class Message:
    op: int
    xid: int
    mac: bytes
    secs: int = 0
    flags: int = 0
    ciaddr: str = "0.0.0.0"
    yiaddr: str = "0.0.0.0"
    siaddr: str = "0.0.0.0"
    sname: bytes = b""
    file: bytes = b""
    options: list[tuple[int, bytes]] = dataclasses.field(default_factory=list)
    tail: bytes = b"\xff"  # behind the options
    source: str = ""  # of its IP header, when it came over the wire
    destination: str = ""

    def option(self, code: int) -> bytes | None:
        """All parts of it; None: it is not there."""
        parts = [value for c, value in self.options if c == code]
        return b"".join(parts) if parts else None

    @property
    def type(self) -> Type:
        return Type((self.option(53) or b"\0")[0])

    def pack(self) -> bytes:
        addresses = [ip(a) for a in (self.ciaddr, self.yiaddr, self.siaddr, "0.0.0.0")]
        head = HEAD.pack(self.op, 1, 6, 0, self.xid, self.secs, self.flags, *addresses, self.mac, self.sname, self.file, COOKIE)
        return head + b"".join(bytes([c, len(v)]) + v for c, v in self.options) + self.tail


def parse_options(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data and data[0] != 255:
        if data[0] == 0:
            data = data[1:]
            continue
        yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :]


def parse(frame: bytes) -> Message | None:
    """The DHCP message in an Ethernet frame, from a client or a server."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17 or not {67, 68} & set(struct.unpack("!HH", frame[34:38])):
        return None
    op, _, _, _, xid, secs, flags, ci, yi, si, _, mac, sname, file, _ = HEAD.unpack_from(frame, 42)
    text = [str(ipaddress.IPv4Address(a)) for a in (ci, yi, si, frame[26:30], frame[30:34])]
    options = list(parse_options(frame[42 + HEAD.size :]))
    return Message(op, xid, mac[:6], secs, flags, *text[:3], sname, file, options, source=text[3], destination=text[4])


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame_of(payload: bytes, mac: bytes = b"\xff" * 6, source: str = HOST4) -> bytes:
    udp = struct.pack("!HHHH", 67, 68, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, ip(source), ip("255.255.255.255"))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return mac + SERVER_MAC + b"\x08\x00" + head + udp


def reply(asked: Message, address: str, *options: tuple[int, bytes], kind: Type | None = None, lease_s: int = 3600) -> Message:
    """A good answer: an OFFER to a DISCOVER, an ACK to a REQUEST."""
    kind = kind or (Type.OFFER if asked.type == Type.DISCOVER else Type.ACK)
    usual = [(53, bytes([kind])), (54, ip(HOST4))]
    if kind != Type.NAK:
        usual += [(51, struct.pack("!I", lease_s)), (1, ip("255.255.255.0")), (3, ip(HOST4)), (6, ip(HOST4))]
    usual = [o for o in usual if o[0] not in [code for code, _ in options]]
    return Message(2, asked.xid, asked.mac, yiaddr="0.0.0.0" if kind == Type.NAK else address, options=usual + list(options))


class DhcpServer:
    """Calls `answer` with each message of a client; what it returns is sent, frames as they are."""

    def __init__(self, lan: Lan, answer: Callable[[Message], Iterable[Message | bytes]], bridge: str = "br0") -> None:
        self.asked: list[Message] = []
        self._answer = answer
        self._news = threading.Condition()
        self._ends = False
        self._raw = lan.inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)))
        self._raw.bind((bridge, 0x0800))
        self._raw.settimeout(0.1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        lan._open.callback(self.close)

    def close(self) -> None:
        self._ends = True
        self._thread.join()
        self._raw.close()

    def _serve(self) -> None:
        while not self._ends:
            try:
                frame, peer = self._raw.recvfrom(65536)
            except TimeoutError:
                continue
            asked = parse(frame) if peer[2] != socket.PACKET_OUTGOING else None
            if not asked or asked.op != 1:
                continue
            for answer in self._answer(asked):
                self._raw.send(frame_of(answer.pack()) if isinstance(answer, Message) else answer)
            with self._news:
                self.asked.append(asked)
                self._news.notify_all()

    def wait(self, kind: Type, times: int = 1, within_s: float = PATIENCE_S) -> Message:
        """Wait until so many messages of a kind have come; the last of them."""

        def found() -> list[Message]:
            return [m for m in self.asked if m.type == kind]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= times, within_s), f"no {kind.name}: {self.asked}"
            return found()[times - 1]

    def count(self, kind: Type) -> int:
        with self._news:
            return sum(m.type == kind for m in self.asked)
