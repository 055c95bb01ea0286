"""The server's side of the TLS of /init against OpenSSL's and curl: lib/tls.h in a program of its own,
with the C library of /init, and once more with sanitizers. No machine is booted."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pki import KEYS, issue, openssl, pin, program, sanitized
from workshop import Workshop

CONTENT = bytes(ord("a") + i % 23 for i in range(300000))
REQUEST = b"GET / HTTP/1.1\r\nHost: boot.example\r\n\r\n"
LIMIT_S = 60


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"
    server = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:boot.example,IP:127.0.0.1\n"
    client = "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n"
    issue(folder, "root", "ec384", "root", authority)
    issue(folder, "stranger", "ec", "stranger", client)
    issue(folder, "alone", "ec", "alone", client)
    for kind in KEYS:
        issue(folder, f"server-{kind}", kind, "root", server)
        issue(folder, f"client-{kind}", kind, "root", client)
    expired(folder, client)
    (folder / "clients.crt").write_bytes((folder / "root.crt").read_bytes() + (folder / "alone.crt").read_bytes())
    return folder


def expired(folder: Path, extensions: str) -> None:
    """client-old.crt, of the root, for the key of client-ec."""
    (folder / "ext").write_text(extensions)
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text("[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\npolicy=p\nrand_serial=yes\n"
                                   "[p]\ncommonName=supplied\n")
    openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-in", "client-ec.csr", "-cert", "root.crt", "-keyfile", "root.key",
            "-md", "sha256", "-notext", "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-extfile", "ext",
            "-out", "client-old.crt")


class Server:
    """Says "agreed: VERSION CIPHER CLIENT", or what went wrong, for each connection."""

    def __init__(self, argv: list[str], cwd: Path) -> None:
        self.process = subprocess.Popen(argv, cwd=cwd, stderr=subprocess.PIPE)
        self.said = b""
        self.port = int(self.hears("listening").split()[-1])

    def hears(self, word: str) -> str:
        """The next line with this word, those before it are done with."""
        assert self.process.stderr
        passed = []
        while True:
            while b"\n" not in self.said:
                assert select.select([self.process.stderr], [], [], LIMIT_S)[0], f"no {word!r} in {passed}"
                more = os.read(self.process.stderr.fileno(), 65536)
                assert more, f"ended without {word!r} in {passed}"
                self.said += more
            line, _, self.said = self.said.partition(b"\n")
            passed.append(line.decode())
            if word in passed[-1]:
                return passed[-1]

    def memory(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def serving(path: Path, pki: Path, name: str, clients: str = "clients.crt") -> Iterator[Server]:
    server = Server([str(path), f"{name}.crt", f"{name}.key", clients], pki)
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="module")
def path(workshop: Workshop) -> Path:
    return program(workshop, "tls-server", "appliance")


@pytest.fixture(scope="module")
def ec(path: Path, pki: Path) -> Iterator[Server]:
    with serving(path, pki, "server-ec") as server:
        yield server


@pytest.fixture(scope="module")
def rsa(path: Path, pki: Path) -> Iterator[Server]:
    with serving(path, pki, "server-rsa") as server:
        yield server


def curl(pki: Path, server: Server, *flags: str) -> subprocess.CompletedProcess[bytes]:
    argv = ["curl", "-sS", "--cacert", "root.crt", "--resolve", f"boot.example:{server.port}:127.0.0.1", *flags]
    return subprocess.run([*argv, f"https://boot.example:{server.port}/"], cwd=pki, capture_output=True, timeout=LIMIT_S, check=False)


def s_client(pki: Path, server: Server, *flags: str, send: bytes = REQUEST) -> str:
    """What openssl says; the server ends the connection after its answer."""
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", "root.crt", "-ign_eof", *flags]
    done = subprocess.run(argv, cwd=pki, input=send, capture_output=True, timeout=LIMIT_S, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_of_key_serves_both_versions_and_knows_its_clients(path, pki, kind):
    with serving(path, pki, f"server-{kind}") as server:
        for version in ("1.2", "1.3"):
            only = ("--tlsv" + version, "--tls-max", version)
            assert curl(pki, server, *only).stdout == CONTENT
            assert re.fullmatch(rf"agreed: TLSv{version} \S+ -", server.hears("agreed"))
            for client in (*(f"client-{k}" for k in KEYS), "alone"):
                assert curl(pki, server, *only, "--cert", f"{client}.crt", "--key", f"{client}.key").stdout == CONTENT
                assert server.hears("agreed").split()[3] == client


@pytest.mark.parametrize("suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"])
@pytest.mark.parametrize("group", ["X25519", "P-256", "P-384"])
def test_every_cipher_and_group_of_1_3_is_agreed_on(ec, pki, suite, group):
    said = s_client(pki, ec, "-tls1_3", "-ciphersuites", suite, "-groups", group)
    assert f"Cipher is {suite}" in said and CONTENT.decode() in said


def test_of_1_2_only_ciphers_that_authenticate_and_keep_secrets_are_agreed_on(ec, rsa, pki):
    for suite in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"):
        for server, kind in ((ec, "ECDSA"), (rsa, "RSA")):
            said = s_client(pki, server, "-tls1_2", "-cipher", f"ECDHE-{kind}-{suite}")
            assert f"Cipher is ECDHE-{kind}-{suite}" in said and CONTENT.decode() in said
    for suite in ("ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-CCM"):
        assert "handshake failure" in s_client(pki, ec, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
    for suite in ("AES128-GCM-SHA256", "AES128-SHA", "ECDHE-RSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256"):
        assert "handshake failure" in s_client(pki, rsa, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_older_versions_are_refused(rsa, pki, version):
    assert "alert protocol version" in s_client(pki, rsa, version, "-cipher", "ALL:@SECLEVEL=0")
    assert rsa.hears("the client knows neither TLS 1.2 nor TLS 1.3").startswith("Protocol error")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize(("client", "key", "alert", "reason"), [
    ("stranger", "stranger", "unknown ca", "is signed by itself, and not in clients.crt"),
    ("client-old", "client-ec", "certificate expired", "has expired: the clock says 20"),
    ("server-ec", "server-ec", "unsupported certificate", "may not be used by a client"),
])
def test_a_certificate_of_a_client_that_does_not_hold_ends_it(ec, pki, version, client, key, alert, reason):
    done = curl(pki, ec, "--tlsv" + version, "--tls-max", version, "--cert", f"{client}.crt", "--key", f"{key}.key")
    assert done.returncode and not done.stdout
    assert alert in done.stderr.decode()
    assert ec.hears(reason).startswith("Key was rejected")


def test_without_an_authority_no_client_is_asked(path, pki):
    with serving(path, pki, "server-ec", "-") as server:
        for version in ("-tls1_2", "-tls1_3"):
            said = s_client(pki, server, version, "-cert", "client-ec.crt", "-key", "client-ec.key")
            assert "No client certificate CA names sent" in said and CONTENT.decode() in said
            assert server.hears("agreed").endswith(" -")


def test_of_protocols_only_http_1_is_agreed_on(ec, pki):
    assert "ALPN protocol: http/1.1" in s_client(pki, ec, "-alpn", "h2,http/1.1")
    assert "ALPN protocol: http/1.0" in s_client(pki, ec, "-alpn", "http/1.0")
    assert "no application protocol" in s_client(pki, ec, "-alpn", "h2,spdy/3")
    assert "No ALPN negotiated" in s_client(pki, ec)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_the_name_that_is_asked_for_changes_nothing(ec, pki, version):
    for name in (("-servername", "other.example"), ("-noservername",)):
        said = s_client(pki, ec, version, *name)
        assert "CN = server-ec" in said and CONTENT.decode() in said


def test_no_session_is_kept(ec, pki):
    said = s_client(pki, ec, "-tls1_2")
    assert "New, TLSv1.2" in said and "TLS session ticket" not in said
    assert "New Session Ticket" not in s_client(pki, ec, "-tls1_3", "-msg")
    again = s_client(pki, ec, "-tls1_2", "-reconnect")
    assert "Reused" not in again


def test_renegotiation_is_refused(ec, pki):
    """R alone on a line asks openssl for it, as long as it does not ignore the end of its input."""
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{ec.port}", "-CAfile", "root.crt", "-tls1_2"]
    done = subprocess.run(argv, cwd=pki, input=b"R\n", capture_output=True, timeout=LIMIT_S, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert "RENEGOTIATING" in said and "no renegotiation" in said


def test_what_is_no_tls_is_named_so(ec):
    with socket.create_connection(("127.0.0.1", ec.port), LIMIT_S) as plain:
        plain.sendall(REQUEST)
        with contextlib.suppress(ConnectionResetError):  # the rest of the request was not read
            assert b"HTTP" not in plain.recv(1000)
    assert ec.hears("the client does not speak TLS").startswith("Protocol error")


def open_tls(server: Server) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), LIMIT_S), suppress_ragged_eofs=False)
    server.hears("agreed")
    return connection


def test_a_connection_that_is_cut_is_no_end(ec):
    with open_tls(ec) as cut:
        cut.sendall(b"GET / HTTP/1.1\r\n")
        cut.shutdown(socket.SHUT_RDWR)
    assert ec.hears("the client ended the connection").startswith("Connection reset")
    with open_tls(ec) as whole:  # and the answer ends with a good-bye, or this would raise
        whole.sendall(REQUEST)
        content = b"".join(iter(lambda: whole.recv(65536), b""))
    assert content.endswith(CONTENT)


def test_half_a_handshake_holds_nobody_up(ec, pki):
    with contextlib.ExitStack() as stack:
        for start in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
            stack.enter_context(socket.create_connection(("127.0.0.1", ec.port), LIMIT_S)).sendall(start)
        assert curl(pki, ec).stdout == CONTENT


def test_a_connection_costs_less_than_40_kilobytes(path, pki):
    with serving(path, pki, "server-ec") as server, contextlib.ExitStack() as stack:
        stack.enter_context(open_tls(server))
        before = server.memory()
        for _ in range(40):
            stack.enter_context(open_tls(server))
        each = (server.memory() - before) // 40
    assert 16384 < each < 40960, each


def test_a_pair_that_is_broken_is_refused_at_the_start(path, pki):
    for cert, key, reason in (("server-ec", "server-rsa", "server-rsa.key: this key does not fit the certificate in server-ec.crt"),
                              ("client-ec", "client-ec", "client-ec.crt: the certificate may not be used by a server")):
        done = subprocess.run([path, f"{cert}.crt", f"{key}.key", "-"], cwd=pki, capture_output=True, text=True, check=False, timeout=LIMIT_S)
        assert done.returncode == 1 and done.stderr.startswith(f"refused: {reason}"), done.stderr


def test_a_pair_that_the_tool_made_is_trusted_by_its_pin_alone(workshop, path, tmp_path):
    argv = [str(workshop.tool()), "build", "--listed", "--config", "/dev/null", "--init", str(workshop.init("appliance")), "-o", "image"]
    argv += ["--https-self-signed", "pair", "--https-name", "boot.example 127.0.0.1"]
    said = [subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert said[0] == said[1]
    (tmp_path / "root.crt").write_bytes((tmp_path / "pair/cert.pem").read_bytes())
    (tmp_path / "pair.crt").write_bytes((tmp_path / "pair/cert.pem").read_bytes())
    assert openssl(tmp_path, "x509", "-in", "pair.crt", "-noout", "-fingerprint", "-sha256").decode().strip().split("=")[1] in said[0]
    assert f"public key {pin(tmp_path, 'pair')}\n" in said[0]
    server = Server([str(path), "pair/cert.pem", "pair/key.pem", "-"], tmp_path)
    try:
        assert curl(tmp_path, server).stdout == CONTENT  # it is its own authority
        assert curl(tmp_path, server, "--insecure", "--pinnedpubkey", pin(tmp_path, "pair")).stdout == CONTENT
        assert curl(tmp_path, server, "--insecure", "--pinnedpubkey", "sha256//" + "A" * 43 + "=").returncode == 90
    finally:
        server.end()


def test_sanitizers_have_nothing_to_say(workshop, pki):
    with serving(sanitized(workshop, "tls-server"), pki, "server-rsa") as server:
        for flags in ((), ("--cert", "client-rsa.crt", "--key", "client-rsa.key"), ("--cert", "stranger.crt", "--key", "stranger.key")):
            for version in ("1.2", "1.3"):
                done = curl(pki, server, "--tlsv" + version, "--tls-max", version, *flags)
                assert (done.stdout == CONTENT) != ("stranger.crt" in flags)
        s_client(pki, server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        assert server.process.poll() is None
