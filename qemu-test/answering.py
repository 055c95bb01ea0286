"""Servers that are as wrong as a scenario wants, and the worker of root= as PID 1 runs it."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

LIMIT_S = 30

Answer = bytes | Callable[[socket.socket], None]


def head(status: str = "200 OK", *fields: str) -> bytes:
    return "".join(f"{line}\r\n" for line in [f"HTTP/1.1 {status}", *fields, ""]).encode()


def whole(body: bytes, *fields: str, cut: int | None = None) -> bytes:
    """The file, or its beginning and then the end of the connection."""
    return head("200 OK", f"Content-Length: {len(body)}", *fields) + body[:cut]


def part(body: bytes, first: int, *fields: str, total: int | None = None, cut: int | None = None) -> bytes:
    """The rest of the file from `first` on."""
    rest, total = body[first:], total or len(body)
    span = f"Content-Range: bytes {first}-{len(body) - 1}/{total}"
    return head("206 Partial Content", span, f"Content-Length: {len(rest)}", *fields) + rest[:cut]


def forever(beginning: bytes, again: bytes, pause_s: float = 0.0) -> Answer:
    """Bytes without end, as long as the other side listens."""

    def send(connection: socket.socket) -> None:
        connection.sendall(beginning)
        while not pause_s or not threading.Event().wait(pause_s):
            connection.sendall(again)

    return send


def silence(connection: socket.socket) -> None:
    connection.settimeout(LIMIT_S)
    connection.recv(1)


class Answers:
    """An HTTP server that gives these answers, one a connection, and the last to all others."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.requests: list[str] = []
        self._answers = answers
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/x.img"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            for index in range(1000):
                connection, _ = self._socket.accept()
                answer = self._answers[min(index, len(self._answers) - 1)]
                threading.Thread(target=self._answer, args=[connection, answer], daemon=True).start()

    def _answer(self, plain: socket.socket, answer: Answer) -> None:
        plain.settimeout(LIMIT_S)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(plain)
            connection = stack.enter_context(self._tls.wrap_socket(plain, server_side=True)) if self._tls else plain
            request = b""
            while b"\r\n\r\n" not in request:
                if not (more := connection.recv(65536)):
                    return
                request += more
            self.requests.append(request.decode())
            if callable(answer):
                answer(connection)
            else:
                connection.sendall(answer)


def tunnel(connection: socket.socket, port: int) -> None:
    """What a proxy does after CONNECT."""
    connection.sendall(head("200 Connected"))
    with socket.create_connection(("127.0.0.1", port)) as server:

        def copy(source: socket.socket, target: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=copy, args=[server, connection], daemon=True)
        back.start()
        copy(connection, server)
        back.join()


class Worker:
    """The worker, reporting line by line: PID, WAITING, PROGRESS, RESOLVED, DONE, READ, REFUSED, STATUS."""

    def __init__(self, argv: Sequence[str | Path]) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True, env={"ASAN_OPTIONS": "detect_leaks=0"})
        self._limit = threading.Timer(LIMIT_S, self._process.kill)
        self._limit.start()

    def _more(self) -> Iterable[str]:
        assert self._process.stdout
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
            yield self.lines[-1]

    def wait(self, pattern: str) -> str:
        """The next line like this."""
        for line in self._more():
            if re.search(pattern, line):
                return line
        raise AssertionError(f"nothing like {pattern!r}: {self.lines}")

    def result(self) -> str:
        """How it ended."""
        return self.wait("^(DONE|REFUSED|RESOLVED) ")

    @property
    def waited_for(self) -> list[str]:
        return [line.removeprefix("WAITING ") for line in self.lines if line.startswith("WAITING ")]

    def close(self) -> None:
        """PID 1 is done with it."""
        self._process.kill()
        self._process.wait()
        self._limit.cancel()
        assert self._process.stdout
        self._process.stdout.close()
