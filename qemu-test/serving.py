"""`rootling serve` on loopback, and requests as bytes: what a well-meaning client never sends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LIMIT_S = 60  # of whatever is waited for; nothing takes this long but on a machine that is stuck


@dataclass
class Answer:
    status: int
    fields: dict[str, str]  # names in lower case
    body: bytes
    head: bytes = field(repr=False, default=b"")


class Client:
    """One connection. Answers are read as RFC 9112, 6.3 delimits them."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), LIMIT_S)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes | str) -> None:
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def receive(self, *, to_head: bool = False) -> Answer:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            assert line, f"closed after {head!r}"
            head += line
        start, *lines = head.decode("latin-1").split("\r\n")[:-2]
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) [ -~]+", start)
        assert match, start
        status = int(match[1])
        fields: dict[str, str] = {}
        for line in lines:
            name, value = re.fullmatch(r"([!#-'*+.^-z|~\w-]+): (.*)", line).groups()
            assert name.lower() not in fields, f"{name} stands there twice"
            fields[name.lower()] = value
        if to_head or status < 200 or status in (204, 304):
            body = b""
        elif fields.get("transfer-encoding") == "chunked":
            body = self.chunks()
        else:
            length = int(fields["content-length"])
            body = self.file.read(length)
            assert len(body) == length
        return Answer(status, fields, body, head)

    def chunks(self) -> bytes:
        body = b""
        while length := int(self.file.readline(), 16):
            body += self.file.read(length)
            assert self.file.readline() == b"\r\n"
        assert self.file.readline() == b"\r\n"
        return body

    def ask(self, target: str = "/", fields: str = "", method: str = "GET", body: bytes = b"") -> Answer:
        """@fields: lines, each with its CRLF."""
        self.send(f"{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode("latin-1") + body)
        return self.receive(to_head=method == "HEAD")

    def first_byte(self) -> bytes:
        """Of what comes next; none when the connection is closed."""
        try:
            return self.file.read(1)
        except ConnectionResetError:
            return b""

    def is_closed(self) -> bool:
        """Waits for it."""
        return not self.first_byte()

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Serving:
    """The server, on a port that was free a moment ago."""

    def __init__(self, tool: Path, folder: Path, log: Path, *flags: str) -> None:
        self.log = log
        for _ in range(10):
            self.port = free_port()
            with log.open("wb") as out:
                self.process = subprocess.Popen(
                    [tool, "serve", folder, "--listen", f"127.0.0.1:{self.port}", "--log", *flags],
                    stdout=out,
                    stderr=subprocess.PIPE,
                )
            assert self.process.stderr
            line = self.process.stderr.readline().decode()
            if match := re.search(r"listening on (https?://127\.0\.0\.1:\d+/)", line):
                self.url = match[1]
                return
            assert "Address already in use" in line, line
            self.end()
        raise AssertionError("no port is free for long enough")

    def client(self) -> Client:
        return Client(self.port)

    def ask(self, target: str = "/", fields: str = "", method: str = "GET", body: bytes = b"") -> Answer:
        with self.client() as client:
            return client.ask(target, fields, method, body)

    def raw(self, data: bytes | str) -> Answer:
        """The answer to what is sent on a connection of its own."""
        with self.client() as client:
            client.send(data)
            return client.receive()

    def refusal(self, data: bytes | str) -> int:
        """The status, after which the connection is closed: what follows could mean anything."""
        with self.client() as client:
            client.send(data)
            answer = client.receive()
            assert answer.fields["connection"] == "close"
            assert client.is_closed()
            return answer.status

    def resident_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        match = re.search(r"^VmRSS:\s*(\d+) kB", status, re.MULTILINE)
        assert match
        return int(match[1])

    def end(self, how: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            os.kill(self.process.pid, how)
        status = self.process.wait(LIMIT_S)
        assert self.process.stderr
        self.process.stderr.close()
        return status
