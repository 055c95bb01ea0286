"""The HTTP server of the image, linked as /init is and with the worker's limits, under attack on this
machine: a good client is answered in between, and the memory stays within bounds."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import selectors
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pki import issue
from serving import LIMIT_S, Serving
from workshop import Workshop

CONNECTIONS, PER_PEER = 40, 16  # http/worker.c
IDLE_KIB, ATTACKED_KIB = 1024, 4096
HOST = "Host: a\r\n"
GET = f"GET / HTTP/1.1\r\n{HOST}\r\n"


class Worker(Serving):
    """The server alone, against klibc."""

    def __init__(self, program: Path, folder: Path, pair: tuple[Path, ...] = ()) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = "127.0.0.1:{}".format(free.getsockname()[1])
        argv = [program, folder, address, str(CONNECTIONS), str(PER_PEER), *pair]
        self.process = subprocess.Popen(argv, stderr=subprocess.PIPE)
        assert self.process.stderr
        line = self.process.stderr.readline().decode()
        match = re.search(r"(https?://127\.0\.0\.1:(\d+)/)", line)
        assert match, line
        self.url, self.port = match[1], int(match[2])

    def resident_kib(self) -> int:
        """To the page: VmRSS may be dozens of them behind."""
        found = re.search(r"^Rss:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(), re.MULTILINE)
        assert found
        return int(found[1])

    def close(self) -> None:
        assert self.process.poll() is None, "it must live"
        self.process.kill()
        self.process.wait()
        assert self.process.stderr
        self.process.stderr.close()

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not holds():
            assert self.process.poll() is None and time.monotonic() < end
            self.ask()  # which takes the time that a server needs

    def attacker(self, number: int, *, receive: int = 0) -> socket.socket:
        """A connection from one of a few hundred addresses, so that no limit of one holds it back."""
        s = socket.socket()
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        s.bind((f"127.1.{number // PER_PEER // 200}.{number // PER_PEER % 200 + 1}", 0))
        s.settimeout(LIMIT_S)
        s.connect(("127.0.0.1", self.port))
        return s


@pytest.fixture(scope="module")
def program(workshop: Workshop) -> Path:
    return workshop.server()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    www = tmp_path_factory.mktemp("attack")
    (www / "index.html").write_text("<p>index\n")
    (www / "page.html").write_bytes(b"p" * 32000)
    with (www / "big.bin").open("wb") as big:
        big.truncate(64 << 20)
    return www


@pytest.fixture
def worker(program: Path, folder: Path) -> Iterator[Worker]:
    with contextlib.closing(Worker(program, folder)) as server:
        assert server.ask().status == 200
        assert server.resident_kib() <= IDLE_KIB
        yield server


@pytest.fixture
def attackers() -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        sockets: list[socket.socket] = []
        stack.callback(lambda: [s.close() for s in sockets])
        yield sockets


# ---- places and time


SLOW = {
    "who says nothing": "",
    "half a head": "GET / HTTP/1.1\r\nX: ",
    "half a body": f"POST / HTTP/1.1\r\n{HOST}Content-Length: 9\r\n\r\nx",
    "a chunk without end": f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\nfff\r\nx",
    "news": f"GET /events HTTP/1.1\r\n{HOST}\r\n",
    "nonsense and no end": "nonsense\r\n",
    "an answer that is not taken": f"GET /big.bin HTTP/1.1\r\n{HOST}\r\n",
    "many answers that are not taken": GET * 40,
}


@pytest.mark.parametrize("how", SLOW)
def test_who_takes_his_time_does_not_take_that_of_others(worker: Worker, attackers, how: str) -> None:
    before = worker.descriptors()
    for number in range(2 * CONNECTIONS):
        attackers.append(worker.attacker(number, receive=4096))
        with contextlib.suppress(ConnectionError):
            attackers[-1].sendall(SLOW[how].encode())
    start = time.monotonic()
    for _ in range(3):
        assert worker.ask().status == 200
    assert time.monotonic() - start < 10, "long before anything times out by itself"
    assert worker.resident_kib() <= ATTACKED_KIB
    for s in attackers:
        s.close()
    worker.wait_until(lambda: worker.descriptors() <= before)


def test_ten_thousand_connections_are_held_and_others_served(worker: Worker, attackers) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(10000, hard - 500)
    before = worker.descriptors()
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 500), hard))
    try:
        for number in range(count):
            attackers.append(worker.attacker(number))
            with contextlib.suppress(ConnectionError):
                attackers[-1].sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 1000)
            if number % 500 == 499:
                assert worker.ask().status == 200
                # one more between accept() and the end of who gives way, and the file that is asked for
                assert worker.descriptors() - before <= CONNECTIONS + 2
                assert worker.resident_kib() <= ATTACKED_KIB
    finally:
        while attackers:
            attackers.pop().close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    worker.wait_until(lambda: worker.descriptors() <= before)
    worker.wait_until(lambda: worker.resident_kib() <= IDLE_KIB)


def test_one_address_holds_no_more_than_its_share(worker: Worker, attackers) -> None:
    before = worker.descriptors()
    for _ in range(3 * PER_PEER):
        s = socket.create_connection(("127.0.0.1", worker.port), LIMIT_S)
        s.sendall(b"GET / HT")
        attackers.append(s)
    assert worker.ask().status == 200, "also somebody else behind the same address"
    assert worker.descriptors() - before <= PER_PEER + 2


def greedy() -> tuple[bytes, bytes]:
    """Requests whose answer fills its memory, and then those of the head and of the body, without end."""
    head = f"POST / HTTP/1.1\r\n{HOST}Content-Length: 4096\r\n".encode()
    head += b"X: " + b"a" * (8192 - len(head) - len(b"X: \r\n\r\n")) + b"\r\n\r\n"
    return f"GET /page.html HTTP/1.1\r\n{HOST}\r\n".encode(), head + b"b" * 4095


def test_who_uses_all_that_a_connection_has_stays_within_the_bounds(worker: Worker, attackers) -> None:
    page, post = greedy()
    for number in range(CONNECTIONS):
        attackers.append(worker.attacker(number))
        attackers[-1].sendall(page)
        while attackers[-1].recv(65536)[-1:] != b"p":
            pass
    for s in attackers:
        s.sendall(post)
    assert worker.ask().status == 200
    assert worker.resident_kib() <= ATTACKED_KIB


@pytest.mark.parametrize("how", SLOW)
def test_who_waits_for_nothing_costs_nothing(worker: Worker, attackers, how: str) -> None:
    """Half closed, reset or silent: poll() must not return for it again and again."""
    for number in range(20):
        attackers.append(worker.attacker(number, receive=4096))
        attackers[-1].sendall(SLOW[how].encode())
        if number % 3 == 1:
            attackers[-1].shutdown(socket.SHUT_WR)
    worker.ask()
    used = worker.cpu_s()
    with selectors.DefaultSelector() as nothing:
        nothing.select(1)  # this second is what is measured
    assert worker.cpu_s() - used < 0.2


# ---- requests that two readers may understand differently


SMUGGLED = f"GET /smuggled HTTP/1.1\r\n{HOST}\r\n"
POST = f"POST /x HTTP/1.1\r\n{HOST}"
CHUNKS = f"0\r\n\r\n{SMUGGLED}"
CORPUS = {
    "CL.TE": (f"{POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKS}", [400]),
    "TE.CL": (f"{POST}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n{CHUNKS}", [400]),
    "TE in capitals is TE": (f"{POST}TRANSFER-ENCODING: CHUNKED\r\n\r\n0\r\n\r\n", [404]),
    "TE after a blank is TE": (f"{POST}Transfer-Encoding: \t chunked \t\r\n\r\n0\r\n\r\n", [404]),
    "TE with a vertical tab": (f"{POST}Transfer-Encoding: \x0bchunked\r\n\r\n{CHUNKS}", [400]),
    "TE with a blank in its name": (f"{POST}Transfer-Encoding : chunked\r\n\r\n{CHUNKS}", [400]),
    "TE of another name": (f"{POST}Content-Length: 5\r\nTransfer_Encoding: chunked\r\n\r\n0\r\n\r\n", [404]),
    "TE folded": (f"{POST}Transfer-Encoding:\r\n chunked\r\n\r\n{CHUNKS}", [400, 501]),
    "TE behind a fold": (f"{POST}X: a\r\n Transfer-Encoding: chunked\r\n\r\n{CHUNKS}", [400]),
    "TE twice": (f"{POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n{CHUNKS}", [400]),
    "TE in a list": (f"{POST}Transfer-Encoding: chunked, identity\r\n\r\n{CHUNKS}", [501]),
    "TE unknown": (f"{POST}Transfer-Encoding: xchunked\r\n\r\n{CHUNKS}", [501]),
    "TE quoted": (f'{POST}Transfer-Encoding: "chunked"\r\n\r\n{CHUNKS}', [501]),
    "TE empty": (f"{POST}Transfer-Encoding:\r\n\r\n{CHUNKS}", [501]),
    "TE with a parameter": (f"{POST}Transfer-Encoding: chunked;a=b\r\n\r\n{CHUNKS}", [501]),
    "TE of an old version": (f"POST / HTTP/1.0\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n{CHUNKS}", [400]),
    "TE behind a bare CR": (f"{POST}X: a\rTransfer-Encoding: chunked\r\n\r\n{CHUNKS}", [400]),
    "TE behind a bare LF": (f"{POST}X: a\nTransfer-Encoding: chunked\r\n\r\n{CHUNKS}", [400]),
    "two lengths": (f"{POST}Content-Length: 0\r\nContent-Length: 44\r\n\r\n{SMUGGLED}", [400]),
    "the same length twice": (f"{POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n{SMUGGLED}", [400]),
    "a list of lengths": (f"{POST}Content-Length: 0, 44\r\n\r\n{SMUGGLED}", [400]),
    "a signed length": (f"{POST}Content-Length: +0\r\n\r\n{SMUGGLED}", [400]),
    "a negative length": (f"{POST}Content-Length: -1\r\n\r\n{SMUGGLED}", [400]),
    "a hexadecimal length": (f"{POST}Content-Length: 0x0\r\n\r\n{SMUGGLED}", [400]),
    "an octal length is decimal": (f"{POST}Content-Length: 010\r\n\r\n0123456789", [404]),
    "a length with a blank": (f"{POST}Content-Length: 1 0\r\n\r\n{SMUGGLED}", [400]),
    "a length of 64 bits": (f"{POST}Content-Length: 18446744073709551615\r\n\r\n{SMUGGLED}", [413]),
    "a length of more": (f"{POST}Content-Length: 18446744073709551616\r\n\r\n{SMUGGLED}", [413]),
    "a length before a colon": (f"{POST}Content-Length: 0\r\n : 44\r\n\r\n{SMUGGLED}", [400]),
    "a chunk of two numbers": (f"{POST}Transfer-Encoding: chunked\r\n\r\n0 2c\r\n\r\n{SMUGGLED}", [400]),
    "a chunk with a bare LF": (f"{POST}Transfer-Encoding: chunked\r\n\r\n0\n\n{SMUGGLED}", [400]),
    "a chunk's extension with a bare LF": (f"{POST}Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n{SMUGGLED}", [400]),
    "a negative chunk": (f"{POST}Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\n{SMUGGLED}", [400]),
    "a chunk of hexadecimal 0x": (f"{POST}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{SMUGGLED}", [400]),
    "a chunk that is longer": (f"{POST}Transfer-Encoding: chunked\r\n\r\n1\r\naX0\r\n\r\n{SMUGGLED}", [400]),
    "a chunk of 64 bits": (f"{POST}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n{SMUGGLED}", [413]),
    "a request in a body": (f"{POST}Content-Length: {len(SMUGGLED)}\r\n\r\n{SMUGGLED}", [404]),
    "a request in the body of a GET": (f"GET / HTTP/1.1\r\n{HOST}Content-Length: {len(SMUGGLED)}\r\n\r\n{SMUGGLED}", [200]),
    "a length among the trailers": (f"{POST}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\n\r\n", [404]),
    "a bare LF after the first line": (f"GET / HTTP/1.1\n{HOST}\r\n{SMUGGLED}", [400]),
    "a bare LF at the end": (f"GET / HTTP/1.1\r\n{HOST}\n{SMUGGLED}", [400]),
    "two Hosts": (f"GET / HTTP/1.1\r\n{HOST}Host: b\r\n\r\n{SMUGGLED}", [400]),
    "no Host": (f"GET / HTTP/1.1\r\n\r\n{SMUGGLED}", [400]),
    "a Host in a target counts": (f"GET http://b/ HTTP/1.1\r\n{HOST}\r\n", [200]),
    "a user in a target": (f"GET http://a@b/ HTTP/1.1\r\n{HOST}\r\n{SMUGGLED}", [400]),
    "a blank in a target": (f"GET /a b HTTP/1.1\r\n{HOST}\r\n{SMUGGLED}", [400]),
    "version 0.9": (f"GET /\r\n{SMUGGLED}", [400]),
    "version 2": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED, [505]),
    "a NUL in a name": (f"{POST}Content-\0Length: 44\r\n\r\n{SMUGGLED}", [400]),
    "a NUL in a value": (f"{POST}X: \0\r\n\r\n{SMUGGLED}", [400]),
    "an upgrade that is not taken": (f"GET / HTTP/1.1\r\n{HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", [200]),
    "too long a target": ("GET /" + "a" * 3000 + f" HTTP/1.1\r\n{HOST}\r\n{SMUGGLED}", [414]),
    "too long a head": (f"GET / HTTP/1.1\r\n{HOST}X: " + "a" * 9000 + f"\r\n\r\n{SMUGGLED}", [431]),
    "too many fields": (f"GET / HTTP/1.1\r\n{HOST}" + "X: y\r\n" * 100 + f"\r\n{SMUGGLED}", [431]),
    "too long a body": (f"{POST}Content-Length: 4097\r\n\r\n{SMUGGLED}", [413]),
}


# ---- TLS


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    top = tmp_path_factory.mktemp("pair")
    issue(top, "server", "ec", "server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth")
    (top / "server.key").chmod(0o600)
    return top / "server.crt", top / "server.key"


@pytest.fixture
def secure(workshop: Workshop, folder: Path, pair: tuple[Path, Path]) -> Iterator[Worker]:
    with contextlib.closing(Worker(workshop.server(tls=True), folder, pair)) as server:
        assert server.resident_kib() <= IDLE_KIB
        yield server


def context(pair: tuple[Path, Path], version: ssl.TLSVersion) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(pair[0]))
    made.minimum_version = made.maximum_version = version
    return made


def is_answered(client: ssl.SSLSocket) -> bool:
    client.sendall(GET.encode())
    return client.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")


VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize("version", VERSIONS)
def test_with_tls_too_the_memory_is_bounded(secure: Worker, pair, attackers, version) -> None:
    page, post = greedy()
    tls = context(pair, version)
    for number in range(CONNECTIONS):
        attackers.append(tls.wrap_socket(secure.attacker(number), server_hostname="127.0.0.1"))
        attackers[-1].sendall(page)
        while attackers[-1].recv(65536)[-1:] != b"p":
            pass
    for s in attackers:
        s.sendall(post)
    with tls.wrap_socket(secure.attacker(10 * CONNECTIONS), server_hostname="127.0.0.1") as good:
        assert is_answered(good)
    assert secure.resident_kib() <= ATTACKED_KIB


@pytest.mark.parametrize("version", VERSIONS)
def test_half_handshakes_and_keys_that_are_never_used_hold_nobody_up(secure: Worker, pair, attackers, version) -> None:
    """A ClientHello has the server make a key and sign for it; then nothing comes."""
    tls = context(pair, version)
    mine, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.wrap_bio(mine, theirs, server_hostname="127.0.0.1").do_handshake()
    hello = theirs.read()
    for number in range(3 * CONNECTIONS):
        attackers.append(secure.attacker(number))
        with contextlib.suppress(ConnectionError):
            attackers[-1].sendall(hello[: (len(hello), 6, 60)[number % 3]])
    for number in range(3):
        with tls.wrap_socket(secure.attacker((10 + number) * CONNECTIONS), server_hostname="127.0.0.1") as good:
            assert is_answered(good)
    assert secure.resident_kib() <= ATTACKED_KIB


@pytest.fixture(scope="module")
def target(program: Path, folder: Path) -> Iterator[Worker]:
    with contextlib.closing(Worker(program, folder)) as server:
        yield server


@pytest.mark.parametrize("name", CORPUS)
def test_there_is_one_reading_of_a_request_or_none(target: Worker, name: str) -> None:
    data, expected = CORPUS[name]
    refused = data.endswith(SMUGGLED) and expected[0] not in (200, 404)
    with target.client() as client:
        client.send(data if refused else f"{data}GET /last HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
        text = client.file.read().decode("latin-1")
    statuses = list(map(int, re.findall(r"^HTTP/1\.1 (\d{3}) ", text, re.MULTILINE)))
    if refused:
        assert len(statuses) == 1 and statuses[0] in expected, text
        assert "\r\nConnection: close\r\n" in text
    else:
        assert statuses == [expected[0], 404], text
