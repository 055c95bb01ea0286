"""The TLS of /init against OpenSSL's: the client of lib/tls.h in a program of its own, with the C
library of /init, and once more with sanitizers. No machine is booted."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pki import KEYS, issue, pin, program, sanitized
from workshop import Workshop

DAY = 86400
REQUEST = b"GET /file HTTP/1.0\r\n\r\n"
CONTENT = b"".join(hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(10000))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, another one, one between, and servers below them."""
    folder = tmp_path_factory.mktemp("pki")
    authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"
    server = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName="
    issue(folder, "root", "ec384", "root", authority)
    issue(folder, "stranger", "rsa", "stranger", authority)
    issue(folder, "between", "rsa", "root", authority)
    names = server + "DNS:boot.example,DNS:*.pool.example,IP:192.0.2.7,IP:2001:db8::7"
    for kind in KEYS:
        issue(folder, f"server-{kind}", kind, "root", names)
    issue(folder, "deep", "ec", "between", names)
    issue(folder, "alone", "ec", "alone", names)
    issue(folder, "client", "ec", "root", "extendedKeyUsage=clientAuth\nsubjectAltName=DNS:boot.example\n")
    (folder / "file").write_bytes(CONTENT)
    return folder


@pytest.fixture(scope="module")
def client(workshop: Workshop) -> Path:
    """With klibc, as /init."""
    return program(workshop, "tls-client", "netboot")


class Server:
    def __init__(self, folder: Path, *args: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        argv = ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-WWW", *args]
        self.process = subprocess.Popen(argv, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(b"ACCEPT"):
                return
        raise AssertionError(f"{argv}: ended")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def serve(pki: Path) -> Iterator[Callable[..., int]]:
    """serve("server-ec", "-tls1_3"): the port of a server with that certificate."""
    servers: list[Server] = []

    def start(name: str, *args: str) -> int:
        servers.append(Server(pki, "-cert", f"{name}.crt", "-key", f"{name}.key", *args))
        return servers[-1].port

    yield start
    for server in servers:
        server.end()


class Answer:
    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.said = done.stderr.decode()
        self.ok = done.returncode == 0
        self.content = done.stdout.partition(b"\r\n\r\n")[2]


def asking(client: Path, pki: Path) -> Callable[..., Answer]:
    def run(port: int, host: str = "boot.example", days: int = 1, ca: str | None = "root.crt", pins: str = "-") -> Answer:
        argv = [str(client), str(port), host, str(int(time.time()) + days * DAY), str(pki / ca) if ca else "-", pins]
        return Answer(subprocess.run(argv, input=REQUEST, capture_output=True, timeout=30, check=False))

    return run


@pytest.fixture
def ask(client: Path, pki: Path) -> Callable[..., Answer]:
    return asking(client, pki)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("kind", KEYS)
def test_both_versions_carry_a_file_with_every_kind_of_key(ask, serve, kind, version):
    answer = ask(serve(f"server-{kind}", version))
    assert answer.ok, answer.said
    assert answer.content == CONTENT
    assert ("agreed: TLSv1.3" if version == "-tls1_3" else "agreed: TLSv1.2") in answer.said


@pytest.mark.parametrize("suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"])
def test_every_cipher_of_1_3_carries_a_file(ask, serve, suite):
    answer = ask(serve("server-ec", "-tls1_3", "-ciphersuites", suite))
    assert answer.ok and answer.content == CONTENT, answer.said


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                   "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_every_cipher_of_1_2_carries_a_file(ask, serve, suite):
    answer = ask(serve("server-ec", "-tls1_2", "-cipher", suite))
    assert answer.ok and answer.content == CONTENT, answer.said


@pytest.mark.parametrize("group", ["X25519", "P-256", "P-384"])
def test_every_group_is_agreed_on(ask, serve, group):
    answer = ask(serve("server-ec", "-tls1_3", "-groups", group))
    assert answer.ok and answer.content == CONTENT, answer.said


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-CCM"])
def test_a_cipher_without_aead_or_unknown_is_refused(ask, serve, suite):
    answer = ask(serve("server-ec", "-tls1_2", "-cipher", suite))
    assert not answer.ok
    assert "no cipher or key exchange that both sides know" in answer.said


def test_without_forward_secrecy_nothing_is_agreed_on(ask, serve):
    answer = ask(serve("server-rsa", "-tls1_2", "-cipher", "AES128-GCM-SHA256"))
    assert not answer.ok
    assert "no cipher or key exchange that both sides know" in answer.said


def test_1_1_is_refused(ask, serve):
    answer = ask(serve("server-rsa", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"))
    assert not answer.ok
    assert "neither TLS 1.2 nor TLS 1.3" in answer.said


@contextlib.contextmanager
def peer(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one connection, of our own making."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                talk(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_server_without_tls_is_named_so(ask):
    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    with peer(talk) as port:
        answer = ask(port)
    assert not answer.ok
    assert "the server does not speak TLS" in answer.said


@pytest.mark.parametrize("is_polite", [True, False])
def test_a_connection_that_is_cut_is_no_end(ask, pki, is_polite):
    """Without a good-bye anybody on the way could have made the file shorter."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "server-ec.crt", pki / "server-ec.key")

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False) as tls:
            tls.recv(1000)
            tls.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + CONTENT[:1000])
            if is_polite:
                tls.unwrap()

    with peer(talk) as port:
        answer = ask(port)
    assert answer.content == CONTENT[:1000]
    assert answer.ok == is_polite
    assert is_polite or "Connection reset by peer: the server ended the connection" in answer.said


@pytest.mark.parametrize("host", ["BOOT.example", "a.pool.example", "192.0.2.7", "2001:db8::7"])
def test_names_and_addresses_of_the_certificate_are_good(ask, serve, host):
    answer = ask(serve("server-ec"), host=host)
    assert answer.ok and answer.content == CONTENT, answer.said


@pytest.mark.parametrize("host", ["example", "a.b.pool.example", "pool.example", "192.0.2.8", "2001:db8::8", "boot.example.org"])
def test_another_name_is_refused_with_those_it_has(ask, serve, host):
    answer = ask(serve("server-ec"), host=host)
    assert not answer.ok
    assert "Key was rejected" in answer.said
    assert "another server: boot.example, *.pool.example, 192.0.2.7, 2001:db8::7" in answer.said


def test_an_address_is_not_sent_as_a_name(ask, serve):
    """RFC 6066, section 3: a server that insists on its own name refuses it then."""
    port = serve("server-ec", "-servername", "boot.example", "-servername_fatal", "-cert2", "server-ec.crt",
                 "-key2", "server-ec.key")
    assert ask(port, host="192.0.2.7").ok
    assert ask(port, host="boot.example").ok
    refused = ask(port, host="a.pool.example")
    assert "the server does not know that name" in refused.said


def test_a_chain_is_followed_and_a_gap_in_it_named(ask, serve):
    assert ask(serve("deep", "-cert_chain", "between.crt")).ok
    gap = ask(serve("deep"))
    assert not gap.ok
    assert 'was issued by "between", which is not in' in gap.said


def test_a_stranger_is_refused(ask, serve):
    answer = ask(serve("server-ec"), ca="stranger.crt")
    assert not answer.ok
    assert 'was issued by "root", which is not in' in answer.said


def test_a_root_that_came_along_proves_nothing(ask, serve, pki):
    """The false server's chain ends in a true root that did not sign it."""
    false = pki / "false"
    false.mkdir(exist_ok=True)
    issue(false, "root", "ec384", "root", "basicConstraints=critical,CA:TRUE\n")
    issue(false, "server", "ec", "root", "subjectAltName=DNS:boot.example\n")
    for suffix in ("crt", "key"):
        (pki / f"false-server.{suffix}").write_bytes((false / f"server.{suffix}").read_bytes())
    answer = ask(serve("false-server", "-cert_chain", "root.crt"))
    assert not answer.ok
    assert "Key was rejected" in answer.said


def test_one_signed_by_itself_is_good_only_in_the_bundle(ask, serve):
    port = serve("alone")
    assert ask(port, ca="alone.crt").ok
    answer = ask(port)
    assert not answer.ok
    assert "is signed by itself, and not in" in answer.said


def test_a_certificate_of_a_client_is_no_server(ask, serve):
    answer = ask(serve("client"))
    assert not answer.ok
    assert "Key was rejected" in answer.said


def test_clocks_that_are_wrong_are_named(ask, serve):
    port = serve("server-ec")
    early, late = ask(port, days=-20 * 365), ask(port, days=400)
    assert not early.ok and not late.ok
    assert "the certificate is not valid yet: the clock says 20" in early.said
    assert "the certificate has expired: the clock says 20" in late.said


def test_a_pin_is_enough_alone_whatever_the_clock_and_the_name(ask, serve, pki):
    answer = ask(serve("server-rsa"), host="other.example", days=-50 * 365, ca=None, pins=pin(pki, "server-rsa"))
    assert answer.ok and answer.content == CONTENT, answer.said


def test_a_pin_and_a_bundle_must_both_hold(ask, serve, pki):
    port, good, bad = serve("server-ec"), pin(pki, "server-ec"), pin(pki, "server-rsa")
    assert ask(port, pins=f"{bad};{good}").ok
    assert "another key than the pinned one: " + good in ask(port, pins=bad).said
    assert "which is not in" in ask(port, pins=good, ca="stranger.crt").said


def test_another_pin_is_refused_with_the_key_that_came(ask, serve, pki):
    answer = ask(serve("server-ec"), ca=None, pins=pin(pki, "server-rsa"))
    assert not answer.ok
    assert "another key than the pinned one: " + pin(pki, "server-ec") in answer.said


def test_without_anything_to_trust_there_is_no_connection(ask, serve, pki):
    (pki / "empty.crt").write_text("nothing\n")
    port = serve("server-ec")
    assert "neither certificates nor a pinned key to trust" in ask(port, ca=None).said
    assert "empty.crt: no certificate in it" in ask(port, ca="empty.crt").said
    assert "absent.crt: No such file or directory" in ask(port, ca="absent.crt").said
    assert "sha256//short: not sha256//BASE64" in ask(port, pins="sha256//short").said


def test_sanitizers_have_nothing_to_say(workshop, serve, pki):
    ask = asking(sanitized(workshop, "tls-client"), pki)
    port = serve("deep", "-cert_chain", "between.crt")
    answers = [ask(port), ask(port, host="192.0.2.7"), ask(port, host="other.example"), ask(port, days=400),
               ask(port, ca="stranger.crt"), ask(port, pins=pin(pki, "server-ec")), ask(port, ca=None, pins=pin(pki, "deep"))]
    assert [answer.ok for answer in answers] == [True, True, False, False, False, False, True]
    assert not [answer.said for answer in answers if "Sanitizer" in answer.said or "runtime error" in answer.said]
