"""A client of WebSocket (RFC 6455) and of the console, out of the standard library.

    with Console(port, token) as console:
        console.type("echo $((6 * 7))\\r")
        console.expect("42")
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import time

PROTOCOL = "rootling.console.v1"
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The handshake was answered with something else than 101."""

    def __init__(self, status: int, head: str) -> None:
        super().__init__(f"{status}: {head}")
        self.status = status


class Closed(Exception):
    """A close frame came, or the end of the connection (code 1006)."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


def anybody() -> ssl.SSLContext:
    """Who the server is does not matter here; test_https.py looks at that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class WebSocket:
    def __init__(
        self,
        port: int,
        path: str,
        protocol: str,
        tls: ssl.SSLContext | None,
        within_s: float = 120,
        **fields: str | None,  # of the request; Origin, and None for a field that is left out
    ) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), within_s)
        if tls:
            self._socket = tls.wrap_socket(self._socket)
        self._in = b""
        try:
            self._handshake(f"127.0.0.1:{port}", path, protocol, fields)
        except BaseException:
            self._socket.close()
            raise

    def _handshake(self, host: str, path: str, protocol: str, fields: dict[str, str | None]) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        wanted: dict[str, str | None] = {
            "Host": host,
            "Origin": f"https://{host}",
            "Connection": "keep-alive, Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": protocol,
            "Sec-WebSocket-Key": key,
            **fields,
        }
        lines = [f"{name}: {value}" for name, value in wanted.items() if value is not None]
        self._socket.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
        while b"\r\n\r\n" not in self._in:
            self._receive()
        head, self._in = self._in.split(b"\r\n\r\n", 1)
        status = int(head.split()[1])
        if status != 101:
            raise Refused(status, head.decode())
        answer = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert answer["sec-websocket-accept"] == accept.lower(), head
        assert answer["sec-websocket-protocol"] == protocol, head
        assert answer["upgrade"] == "websocket" and "upgrade" in answer["connection"], head

    def _receive(self) -> None:
        try:
            data = self._socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            data = b""
        if not data:
            raise Closed(1006)
        self._in += data

    def _take(self, size: int) -> bytes:
        while len(self._in) < size:
            self._receive()
        data, self._in = self._in[:size], self._in[size:]
        return data

    def send(self, opcode: int, payload: bytes, fin: bool = True, masked: bool = True) -> None:
        size = len(payload)
        head = bytes([(0x80 if fin else 0) | opcode])
        bit = 0x80 if masked else 0
        head += bytes([bit | size]) if size < 126 else struct.pack(">BH", bit | 126, size)
        if masked:
            mask = os.urandom(4)
            head += mask
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._socket.sendall(head + payload)

    def next(self) -> tuple[int, bytes]:
        """The next message; pings are answered."""
        while True:
            first, size = self._take(2)
            assert first & 0x80 and size < 128, "we get whole frames without a mask"
            if size == 126:
                (size,) = struct.unpack(">H", self._take(2))
                assert size >= 126, "the shortest form"
            payload = self._take(size)
            if first & 15 == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                raise Closed(code, payload[2:].decode())
            if first & 15 != PING:
                return first & 15, payload
            self.send(PONG, payload)

    def drop(self) -> None:
        """Without a word."""
        self._socket.close()

    def close(self) -> None:
        self.send(CLOSE, struct.pack(">H", 1000))
        try:
            while True:
                self.next()
        except Closed:
            pass
        self._socket.close()


class Console(WebSocket):
    """Logged in, and with a shell, unless token is None."""

    def __init__(
        self,
        port: int,
        token: str | None,
        tls: ssl.SSLContext | None = None,
        plain: bool = False,
        path: str = "/api/v1/console",
        protocol: str = PROTOCOL,
        **fields: str | None,
    ) -> None:
        super().__init__(port, path, protocol, None if plain else tls or anybody(), **fields)
        self.text = ""
        if token is not None:
            self.say(token=token)
            assert self.next() == (TEXT, b'{"ready":true}')

    def say(self, **message: object) -> None:
        self.send(TEXT, json.dumps(message).encode())

    def type(self, text: str) -> None:
        self.send(BINARY, text.encode())

    def expect(self, text: str, within_s: float = 120) -> None:
        """Waits until the terminal shows it, after what was seen last."""
        until = time.monotonic() + within_s
        while text not in self.text:
            assert time.monotonic() < until, f"{text!r} not in {self.text!r}"
            opcode, data = self.next()
            assert opcode == BINARY
            self.text += data.decode()
        self.text = self.text.partition(text)[2]

    def refusal(self) -> Closed:
        """What the server closes with."""
        try:
            while True:
                self.next()
        except Closed as closed:
            return closed

    def __enter__(self) -> Console:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()
