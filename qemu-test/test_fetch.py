"""The worker that fetches a root, without a machine around it: the program that PID 1 forks talks to
servers that keep to the rules and to servers that do not."""

from __future__ import annotations

import hashlib
import os
import random
import re
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from answering import Answers, Worker, forever, head, part, silence, tunnel, whole
from servers import HOST4, NAME, NET4, NET6

BODY = random.Random(5).randbytes(300_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
ETAG = 'ETag: "v1"'
UID = 65531

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the worker gives up the privileges of root")

Fetch = Callable[..., Worker]


@pytest.fixture(scope="session")
def program(workshop) -> Path:
    path = workshop.out / "unit/netroot-worker"
    workshop.make(f"O={workshop.place(workshop.out)}", workshop.place(path))
    return path


@pytest.fixture
def image(place) -> Path:
    """Where the image goes."""
    return place / "image"


@pytest.fixture
def fetch(program, image) -> Iterator[Fetch]:
    """fetch(root, NAME=VALUE…): the worker, running. A list gives a name several times."""
    workers = []

    def start(root: str, prefix: tuple[str, ...] = (), **options: object) -> Worker:
        words = [(k, v) for k, several in {"file": image, **options}.items() for v in (several if isinstance(several, list) else [several])]
        workers.append(Worker([*prefix, program, root, *(f"{k}={v}" for k, v in words if v is not None)]))
        return workers[-1]

    yield start
    for worker in workers:
        worker.close()


def chunked(body: bytes, size: int = 7777) -> bytes:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    chunks = b"".join(b"%x;name=value\r\n%s\r\n" % (len(p), p) for p in pieces)
    return head("200 OK", "Transfer-Encoding: chunked") + chunks + b"0\r\nTrailer: x\r\n\r\n"


# ---- what works

GOOD = {
    "of known length": [whole(BODY)],
    "in chunks": [chunked(BODY)],
    "by HTTP/1.0": [whole(BODY).replace(b"HTTP/1.1", b"HTTP/1.0")],
    "after an interim answer": [head("103 Early Hints", "Link: x") + whole(BODY)],
    "redirected": [head("302 Found", "Location: ../y.img?a=b#c", "Content-Length: 0"), whole(BODY)],
    "after the server was overloaded": [head("503 Service Unavailable", "Content-Length: 0"), whole(BODY)],
    "after nonsense": [b"nonsense\r\n\r\n", whole(BODY)],
    "resumed": [whole(BODY, ETAG, cut=100_000), part(BODY, 100_000, ETAG)],
    "resumed twice": [whole(BODY, ETAG, cut=10), part(BODY, 10, ETAG, cut=10), part(BODY, 20, ETAG)],
    "resumed by a server without ranges": [whole(BODY, ETAG, cut=100_000), whole(BODY, ETAG)],
    "broken and without a validator": [whole(BODY, cut=100_000), whole(BODY)],
    "with another range than was asked for": [whole(BODY, ETAG, cut=100_000), part(BODY, 90_000), whole(BODY)],
    "resumed with other bytes": [whole(BODY, ETAG, cut=100_000), part(b"x" * len(BODY), 100_000), whole(BODY)],
}


@pytest.mark.parametrize("answers", GOOD.values(), ids=GOOD)
def test_an_image_is_fetched(fetch, image, answers):
    with Answers(*answers) as server:
        assert fetch(server.url, sha256=SHA256).result() == f"DONE {len(BODY)} 0 0"
        assert len(server.requests) == len(answers)
    assert image.read_bytes() == BODY


def test_what_is_there_is_not_fetched_again(fetch, image):
    with Answers(whole(BODY, ETAG, cut=123_456), part(BODY, 123_456)) as server:
        assert fetch(server.url, sha256=SHA256).result().startswith("DONE")
    first, second = server.requests
    assert "Range" not in first and "User-Agent: rootling/" in first
    assert "\r\nRange: bytes=123456-\r\nIf-Range: \"v1\"\r\n" in second


def test_a_redirect_is_followed_from_the_beginning_each_time(fetch):
    with Answers(whole(BODY)) as other:
        elsewhere = head("307 Temporary Redirect", f"Location: http://127.0.0.1:{other.port}/y", "Content-Length: 0")
        with Answers(elsewhere) as server:
            assert fetch(server.url, sha256=SHA256).result().startswith("DONE")
    assert other.requests[0].startswith(f"GET /y HTTP/1.1\r\nHost: 127.0.0.1:{other.port}\r\n")


def test_a_server_that_comes_late_is_waited_for(fetch):
    with Answers(b"") as early:
        pass
    worker = fetch(early.url, sha256=SHA256)
    worker.wait("WAITING .*Connection refused")
    with Answers(whole(BODY), port=early.port):
        assert worker.result().startswith("DONE")


def test_a_server_may_ask_to_be_left_alone(fetch):
    with Answers(head("429 Too Many Requests", "Retry-After: 2", "Content-Length: 0"), whole(BODY)) as server:
        began = time.monotonic()
        worker = fetch(server.url, sha256=SHA256)
        assert worker.result().startswith("DONE")
    assert worker.waited_for == ["status 429: too many requests"]
    assert 1.5 <= time.monotonic() - began < 6


def test_progress_is_reported_now_and_then(fetch):
    def drip(connection):
        connection.sendall(head("200 OK", f"Content-Length: {len(BODY)}"))
        for off in range(0, len(BODY), 3000):
            connection.sendall(BODY[off : off + 3000])
            time.sleep(0.01)

    with Answers(drip) as server:
        began = time.monotonic()
        worker = fetch(server.url, sha256=SHA256)
        assert worker.result().startswith("DONE")
    progress = [line.split() for line in worker.lines if line.startswith("PROGRESS")]
    assert 2 <= len(progress) <= 2 + 4 * (time.monotonic() - began)
    assert all(total == str(len(BODY)) for _, _, total in progress)
    assert progress == sorted(progress, key=lambda words: int(words[1]))


# ---- what is waited for, and what is said meanwhile

DOUBTFUL = {
    "a head without end": (forever(head()[:-2], b"X: y\r\n"), "too long"),
    "a head that comes byte by byte": (forever(b"HTTP/1.1 200", b" ", 0.1), "fell silent"),
    "silence": (silence, "fell silent"),
    "silence in the middle": (lambda c: (c.sendall(whole(BODY, cut=9)), silence(c)), "fell silent"),
    "no answer": (b"", "closed the connection without an answer"),
    "garbage": (os.urandom(3000) + b"\r\n\r\n", "refused"),
    "two lengths": (head("200 OK", "Content-Length: 5", "Content-Length: 6") + b"hello", "length"),
    "a length and chunks": (head("200 OK", "Content-Length: 5", "Transfer-Encoding: chunked") + b"hello", "two ways"),
    "no length": (head("200 OK") + b"hello", "how long"),
    "chunks that are none": (head("200 OK", "Transfer-Encoding: chunked") + b"hello\r\n", "chunks are wrong"),
    "a chunk of 2^64 bytes": (head("200 OK", "Transfer-Encoding: chunked") + b"10000000000000000\r\n", "chunks are wrong"),
    "compression": (head("200 OK", "Content-Length: 5", "Content-Encoding: gzip") + b"hello", "encoding"),
    "a range": (part(BODY, 0), "another range"),
    "less than it said": (whole(BODY, cut=5), "broke after 5 bytes"),
    "404": (head("404 Not Found", "Content-Length: 0"), "status 404: not found"),
    "500": (head("500 Oops", "Content-Length: 0"), "status 500"),
    "a redirect to nowhere": (head("302 Found", "Content-Length: 0"), "without a place to go"),
    "a redirect to a file": (head("302 Found", "Location: file:///etc/passwd"), "file:///etc/passwd"),
    "a redirect to itself": (head("302 Found", "Location: /x.img"), "redirected more than 10 times"),
}


@pytest.mark.parametrize(("answer", "reason"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_doubtful_answer_is_named_and_waited_out(fetch, image, answer, reason):
    with Answers(answer) as server:
        worker = fetch(server.url, sha256=SHA256, idle_s=1)
        assert reason in worker.wait("^WAITING ")
    assert not image.exists() or len(image.read_bytes()) < len(BODY)


def test_a_name_without_a_name_server(fetch):
    assert fetch("http://root.example/x", sha256=SHA256).wait("WAITING") == "WAITING look up root.example: no name server is known"


# ---- what is refused for good

REFUSED = {
    "another digest": (whole(BODY), {"sha256": "0" * 64}, f"sha256 is {SHA256}, expected {'0' * 64}"),
    "no digest that could be one": (whole(BODY), {"sha256": SHA256[1:]}, "not 64 hexadecimal digits"),
    "plain HTTP without a proof": (whole(BODY), {"sha256": None}, "plain http proves nothing"),
    "more than fits": (whole(BODY), {"size_max": len(BODY) - 1}, f"{len(BODY)} bytes, and {len(BODY) - 1} fit"),
    "chunks of more than fits": (chunked(BODY), {"size_max": len(BODY) - 1}, f"more than {len(BODY) - 1} bytes"),
    "a proxy that is none": (whole(BODY), {"proxy": "https://127.0.0.1:1"}, "not http://HOST:PORT"),
}


@pytest.mark.parametrize(("answer", "options", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_image_is_refused(fetch, image, answer, options, reason):
    with Answers(answer) as server:
        assert reason in (result := fetch(server.url, **{"sha256": SHA256, **options}).result())
        assert result.startswith("REFUSED")
    assert image.read_bytes() == b"", "nothing of it may stay"


# ---- signatures


@pytest.fixture(scope="session")
def keys(tmp_path_factory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("keys")

    def key(name: str) -> Path:
        pem = folder / f"{name}.key"
        if not pem.exists():
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pem)
            openssl("pkey", "-in", pem, "-pubout", "-out", folder / f"{name}.pem")
        return folder / f"{name}.pem"

    return key


def openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def sign(public: Path, body: bytes) -> bytes:
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(public.with_suffix(".key"))], input=body, check=True, capture_output=True
    )
    return done.stdout


def test_a_signed_image_needs_no_digest(fetch, image, keys):
    with Answers(whole(sign(keys("ours"), BODY)), whole(BODY)) as server:
        assert fetch(f"{server.url}?v=3", key=keys("ours")).result().startswith("DONE")
    assert [r.split()[1] for r in server.requests] == ["/x.img.sig?v=3", "/x.img?v=3"]
    assert image.read_bytes() == BODY


SIGNATURES = {
    "by another key": (lambda keys: sign(keys("theirs"), BODY), "signature is not of this image"),
    "of another image": (lambda keys: sign(keys("ours"), BODY + b"x"), "signature is not of this image"),
    "nonsense": (lambda keys: b"nonsense", "signature is not of this image"),
    "empty": (lambda keys: b"", "signature is not of this image"),
    "endless": (lambda keys: b"x" * 100_000, "its signature: it has 100000 bytes"),
}


@pytest.mark.parametrize(("signature", "reason"), SIGNATURES.values(), ids=SIGNATURES)
def test_a_wrong_signature_is_refused_whatever_the_digest(fetch, image, keys, signature, reason):
    with Answers(whole(signature(keys)), whole(BODY)) as server:
        assert reason in (result := fetch(server.url, key=keys("ours"), sha256=SHA256).result())
        assert result.startswith("REFUSED")
    assert image.read_bytes() == b""


def test_a_signature_that_is_missing_is_waited_for(fetch, keys):
    with Answers(head("404 Not Found", "Content-Length: 0"), whole(sign(keys("ours"), BODY)), whole(BODY)) as server:
        worker = fetch(server.url, key=keys("ours"), sha256=SHA256)
        assert worker.result().startswith("DONE")
    assert worker.waited_for == ["its signature: status 404: not found"]


@pytest.mark.parametrize("text", ["", "nonsense", "x" * 9000], ids=["empty", "nonsense", "huge"])
def test_a_key_that_is_broken_is_no_reason_to_do_without(fetch, place, text):
    (key := place / "key.pem").write_text(text)
    with Answers(whole(b"signature"), whole(BODY)) as server:
        assert fetch(server.url, key=key, sha256=SHA256).result().startswith("REFUSED")


def test_a_key_that_is_not_there_is_not_needed(fetch, place):
    with Answers(whole(BODY)) as server:
        assert fetch(server.url, key=place / "no.pem", sha256=SHA256).result().startswith("DONE")


# ---- TLS


class Authority:
    """A CA, and certificates of servers by it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pem = folder / "ca.pem"
        self._new("ca", "/CN=Test CA", "-x509", "-days", "9", "-addext", "basicConstraints=critical,CA:true")

    def _new(self, name: str, subject: str, *words: str) -> None:
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        key, out = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        openssl("req", *curve, "-subj", subject, *words, "-keyout", key, "-out", out)

    def server(self, name: str = "127.0.0.1", start: str = "20200101000000Z", end: str = "21200101000000Z") -> ssl.SSLContext:
        kind = "IP" if name[0].isdigit() else "DNS"
        self._new("server", f"/CN={name}", "-addext", f"subjectAltName={kind}:{name}")
        (self.folder / "index").write_text("")
        (self.folder / "serial").write_text("01\n")
        config = "[ca]\ndefault_ca=x\n[x]\npolicy=p\ncopy_extensions=copy\nunique_subject=no\n"
        config += f"serial={self.folder}/serial\ndatabase={self.folder}/index\nnew_certs_dir={self.folder}\n[p]\ncommonName=supplied\n"
        (self.folder / "ca.cnf").write_text(config)
        dates = ["-startdate", start, "-enddate", end, "-md", "sha256", "-batch", "-notext"]
        files = ["-cert", self.pem, "-keyfile", self.folder / "ca.key", "-in", self.folder / "server.pem"]
        openssl("ca", "-config", self.folder / "ca.cnf", *dates, *files, "-out", self.folder / "server.crt")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.crt", self.folder / "server.key")
        return context

    def pin(self) -> str:
        """Of the last server."""
        words = f"openssl pkey -in {self.folder}/server.key -pubout -outform der | openssl dgst -sha256 -binary | base64"
        return "sha256//" + subprocess.check_output(["sh", "-c", words], text=True).strip()


@pytest.fixture
def ca(place) -> Authority:
    (place / "ca").mkdir()
    return Authority(place / "ca")


OTHER_PIN = "sha256//" + "A" * 43 + "="

CERTIFICATES = {
    "right": ({}, {}, "DONE"),
    "expired": ({"end": "20210101000000Z"}, {}, "expired"),
    "not valid yet": ({"start": "21000101000000Z"}, {}, "not valid yet"),
    "expired by the clock floor": ({"end": "20300101000000Z"}, {"clock_floor_s": 4000000000}, "expired"),
    "of another name": ({"name": "other.example"}, {}, "other.example"),
    "of an unknown CA": ({}, {"ca": "/etc/ssl/certs/ca-certificates.crt"}, "not in"),
    "without a CA to trust": ({}, {"ca": None}, "neither certificates nor a pinned key"),
    "with a bundle that is missing": ({}, {"ca": "/nowhere.pem"}, "/nowhere.pem"),
    "with the right pin": ({}, {"pins": "{pin}"}, "DONE"),
    "with the right pin alone": ({"name": "other.example"}, {"ca": None, "pins": f"{OTHER_PIN};{{pin}}"}, "DONE"),
    "with a wrong pin": ({}, {"pins": OTHER_PIN}, "pin"),
    "with a pin that is none": ({}, {"pins": "sha256//x"}, "sha256//x"),
}


@pytest.mark.parametrize(("certificate", "options", "expected"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_https_with_a_certificate(fetch, image, ca, certificate, options, expected):
    with Answers(whole(BODY), tls=ca.server(**certificate)) as server:
        options = {"ca": ca.pem, **options}
        if options.get("pins"):
            options["pins"] = options["pins"].replace("{pin}", ca.pin())
        assert expected in (result := fetch(server.url, **options).result())
        assert result.startswith("DONE" if expected == "DONE" else "REFUSED")
    assert image.read_bytes() == (BODY if expected == "DONE" else b"")


def test_no_redirect_leads_from_https_to_http(fetch, image, ca):
    with Answers(whole(BODY)) as plain, Answers(head("302 Found", f"Location: {plain.url}"), tls=ca.server()) as server:
        result = fetch(server.url, ca=ca.pem, sha256=SHA256).result()
        assert result.startswith("REFUSED") and "redirected from https to" in result
        assert plain.requests == []


def test_a_transfer_over_https_is_resumed(fetch, image, ca):
    with Answers(whole(BODY, ETAG, cut=100_000), part(BODY, 100_000), tls=ca.server()) as server:
        assert fetch(server.url, ca=ca.pem).result().startswith("DONE")
        assert "Range: bytes=100000-" in server.requests[1]
    assert image.read_bytes() == BODY


# ---- proxies


def test_a_proxy_is_asked_for_the_whole_url(fetch):
    with Answers(whole(BODY)) as proxy:
        url = "http://root.example:81/x?y"
        assert fetch(url, sha256=SHA256, proxy=f"http://127.0.0.1:{proxy.port}").result().startswith("DONE")
    assert proxy.requests[0].startswith("GET http://root.example:81/x?y HTTP/1.1\r\nHost: root.example:81\r\n")


def test_https_goes_through_a_tunnel(fetch, ca):
    with Answers(whole(BODY), tls=ca.server()) as server, Answers(lambda c: tunnel(c, server.port)) as proxy:
        result = fetch(server.url, ca=ca.pem, proxy=f"http://127.0.0.1:{proxy.port}").result()
        assert result.startswith("DONE")
    assert proxy.requests[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n")


def test_a_proxy_may_refuse_and_hosts_may_be_excepted(fetch, ca):
    with Answers(whole(BODY), tls=ca.server()) as server, Answers(head("403 Forbidden")) as proxy:
        options = {"ca": ca.pem, "proxy": f"http://127.0.0.1:{proxy.port}"}
        assert "proxy refuses to connect: status 403" in fetch(server.url, **options).wait("^WAITING")
        assert fetch(server.url, **options, no_proxy="a.example,127.0.0.0/8").result().startswith("DONE")


# ---- the worker itself


def test_the_worker_has_nothing_but_what_it_needs(fetch):
    with Answers(silence) as server:
        worker = fetch(server.url, sha256=SHA256)
        pid = Path("/proc") / worker.wait("^PID ").split()[1]
        while not server.requests:
            time.sleep(0.01)
        status = dict(line.split(":\t", 1) for line in (pid / "status").read_text().splitlines() if ":\t" in line)
        assert status["Uid"].split() == status["Gid"].split() == [str(UID)] * 4
        assert {status[f"Cap{k}"] for k in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
        assert status["NoNewPrivs"] == "1" and status["Groups"].split() == []
        assert os.readlink(pid / "root") == os.readlink(pid / "cwd")
        assert os.readlink(pid / "root").endswith("(deleted)") and list((pid / "root").iterdir()) == []
        limits = (pid / "limits").read_text()
        assert "Max processes             0 " in limits and "Max core file size        0 " in limits
        worker.close()
        deadline = time.monotonic() + 10
        while pid.exists() and "State:\tZ" not in (pid / "status").read_text():
            assert time.monotonic() < deadline, "PID 1 has gone, and the worker has not seen it"
            time.sleep(0.01)


# ---- Debian's servers


def inside(lan) -> tuple[str, ...]:
    return ("nsenter", f"--net=/proc/{lan._holder.pid}/ns/net", "--")


def test_names_are_looked_up(fetch, lan):
    dns = lan.dnsmasq("port=53", "local=/lan/", f"address=/{NAME}/{HOST4}", "host-record=six.lan,192.0.2.7,2001:db8::7", pool="")
    find = {"prefix": inside(lan), "dns": HOST4}
    assert fetch(f"nfs:{NAME}:/x", **find).result() == f"RESOLVED {HOST4}"
    assert fetch("nfs:six:/x", **find, search="nowhere lan").result() == "RESOLVED 2001:db8::7"
    assert "no such name" in fetch("nfs:nobody.lan:/x", **find).wait("^WAITING")
    dns.stop()
    assert "name server 192.0.2.1" in fetch(f"nfs:{NAME}:/x", **find).wait("^WAITING")


def test_a_name_server_may_come_with_a_later_lease(fetch, lan):
    lan.dnsmasq("port=53", f"address=/{NAME}/{HOST4}", pool="")
    worker = fetch(f"nfs:{NAME}:/x", prefix=inside(lan), later_dns=HOST4)
    assert worker.result() == f"RESOLVED {HOST4}"
    assert len(worker.waited_for) == 1 and "no name server" in worker.waited_for[0]


def test_a_dead_name_server_costs_a_second(fetch, lan):
    lan.dnsmasq("port=53", f"address=/{NAME}/{HOST4}", pool="")
    began = time.monotonic()
    assert fetch(f"nfs:{NAME}:/x", prefix=inside(lan), dns=[f"{NET4}.9", HOST4]).result() == f"RESOLVED {HOST4}"
    assert time.monotonic() - began < 3


def test_a_name_server_may_have_an_address_of_the_link_only(fetch, lan):
    lan.dnsmasq("port=53", f"address=/{NAME}/{HOST4}", pool="")
    link_local = re.search(r"inet6 (fe80:\S+)/64", lan.run("ip", "address", "show", "dev", "br0"))
    assert link_local
    assert fetch(f"nfs:{NAME}:/x", prefix=inside(lan), dns=link_local[1]).result() == f"RESOLVED {HOST4}"


def test_an_address_that_does_not_answer_costs_a_quarter_of_a_second(fetch, lan, place):
    (place / "www").mkdir()
    (place / "www/x.img").write_bytes(BODY)
    nobody = [f"host-record={NAME},{NET4}.9,{NET6}9", f"host-record={NAME},{NET4}.1"]
    lan.dnsmasq("port=53", *nobody, pool="")
    lan.nginx(place / "www")
    began = time.monotonic()
    assert fetch(f"http://{NAME}/x.img", prefix=inside(lan), dns=HOST4, sha256=SHA256).result().startswith("DONE")
    assert time.monotonic() - began < 2.5, "the kernel gives an address up after three seconds"


def test_a_long_answer_comes_over_tcp(fetch, lan):
    lan.dnsmasq("port=53", *(f"host-record=many.lan,192.0.2.{i}" for i in range(2, 80)), pool="")
    worker = fetch("nfs:many.lan:/x", prefix=inside(lan), dns=HOST4)
    assert worker.result().startswith("RESOLVED 192.0.2.")


def test_nginx_serves_an_image_by_https(fetch, lan, place, image):
    (place / "www").mkdir()
    (place / "www/x.img").write_bytes(BODY)
    lan.dnsmasq("port=53", f"address=/{NAME}/{HOST4}", pool="")
    authority, _, _ = lan.certificate()
    nginx = lan.nginx(place / "www", tls=True)
    assert fetch(f"https://{NAME}/x.img", prefix=inside(lan), dns=HOST4, ca=authority).result().startswith("DONE")
    assert image.read_bytes() == BODY
    nginx.wait_log(rf'"GET /x.img HTTP/1.1" 200 {len(BODY)} "rootling/.*tls=TLSv1.3')


def test_an_nbd_export_is_opened(fetch, lan, place):
    (place / "disk").write_bytes(b"0123456789abcdef" * 16384)
    worker = fetch(f"nbd:{HOST4}:root", prefix=inside(lan), file=None)
    assert "port 10809: Connection refused" in worker.wait("^WAITING")
    lan.nbd(place / "disk")
    size, flags = worker.result().split()[1:3]
    assert int(size) == 262144 and int(flags) & 3 == 3, "read-only"
    assert worker.wait("^READ ") == "READ 0123456789abcdef"


def test_an_nbd_export_that_is_not_known_is_named(fetch, lan, place):
    (place / "disk").write_bytes(b"x" * 4096)
    lan.nbd(place / "disk")
    assert "no such export" in fetch(f"nbd:{HOST4}:other", prefix=inside(lan), file=None).wait("^WAITING")
