"""`rootling serve` as clients and attackers meet it: the server of the image, on this machine. The
table in docs/http.md names these tests by what RFC 9110 and RFC 9112 require."""

from __future__ import annotations

import email.utils
import gzip
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from serving import LIMIT_S, Serving

TOP = Path(__file__).resolve().parent.parent
HOST = "Host: a\r\n"
GET = f"GET / HTTP/1.1\r\n{HOST}"
BIG = 10 << 20
STYLE = b"body { color: black }\n" * 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("serve")
    www = top / "www"
    for name in ("sub", "a b", ".well-known"):
        (www / name).mkdir(parents=True)
    (top / "secret").write_text("secret")
    (www / "index.html").write_text("<p>index")
    (www / "sub/index.html").write_text("<p>sub")
    (www / "digits.txt").write_text("0123456789" * 100)
    (www / "big.bin").write_bytes(os.urandom(1 << 20) * (BIG >> 20))
    (www / "style.css").write_bytes(STYLE)
    (www / "style.css.gz").write_bytes(gzip.compress(STYLE))
    (www / "a b/<i>&\"'.txt").write_text("odd name")
    (www / ".well-known/security.txt").write_text("well known")
    (www / ".hidden").write_text("secret")
    (www / "sub/.hidden").write_text("secret")
    for name, target in (("link", "../secret"), ("linked", ".."), ("sub/up", "../.."), ("loop", "loop")):
        (www / name).symlink_to(target)
    os.mkfifo(www / "fifo")
    return www


@pytest.fixture(scope="module")
def server(tool: Path, folder: Path) -> Iterator[Serving]:
    serving = Serving(tool, folder, folder.parent / "log")
    yield serving
    status = serving.end()
    assert status == 0


@pytest.fixture
def serve(tool: Path, folder: Path, tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """serve("--list"): one of this test's own, which is gone when the test is, whatever came of it."""
    started: list[Serving] = []

    def start(*flags: object) -> Serving:
        started.append(Serving(tool, folder, tmp_path / "log", *map(str, flags)))
        return started[-1]

    yield start
    for serving in started:
        serving.end(signal.SIGKILL)


def run(*argv: object, status: int = 0) -> str:
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


# ---- what is sent of files


def test_files_have_a_type_a_length_and_validators(server: Serving, folder: Path) -> None:
    answer = server.ask("/digits.txt")
    assert answer.status == 200 and answer.body == (folder / "digits.txt").read_bytes()
    assert answer.fields["content-type"] == "text/plain; charset=utf-8"
    assert answer.fields["content-length"] == "1000"
    assert re.fullmatch(r'"[!#-~]+"', answer.fields["etag"])
    assert email.utils.parsedate_to_datetime(answer.fields["last-modified"]).timestamp() == int(
        (folder / "digits.txt").stat().st_mtime
    )
    assert answer.fields["accept-ranges"] == "bytes"
    assert answer.fields["cache-control"] == "no-cache"
    assert answer.fields["x-content-type-options"] == "nosniff"
    assert server.ask("/").body == b"<p>index"
    assert server.ask("/%61%20b/%3Ci%3E&%22'.txt").body == b"odd name"
    assert server.ask("/missing").status == 404
    assert server.ask("/.well-known/security.txt").body == b"well known"


def test_answers_of_a_host_are_dated(server: Serving) -> None:
    for data in (f"{GET}\r\n", f"GET /missing HTTP/1.1\r\n{HOST}\r\n", "GET / HTTP/1.1\r\n\r\n", f"{GET}If-None-Match: *\r\n\r\n"):
        sent = email.utils.parsedate_to_datetime(server.raw(data).fields["date"])
        assert abs((sent - datetime.now(timezone.utc)).total_seconds()) < LIMIT_S


def test_head_is_get_without_the_body(server: Serving) -> None:
    with server.client() as client:
        for target in ("/", "/digits.txt", "/big.bin", "/missing", "/sub", "/%00"):
            head, get = client.ask(target, method="HEAD"), client.ask(target)
            assert head.status == get.status and not head.body
            for answer in (head, get):
                answer.fields.pop("date", None)
            assert head.fields == get.fields
        assert len(client.ask("/big.bin").body) == BIG


def test_folders_are_redirected_to_their_slash(server: Serving) -> None:
    for target, location in (("/sub", "/sub/"), ("//sub", "/sub/"), ("/a%20b", "/a%20b/"), ("//digits.txt", "/digits.txt")):
        answer = server.ask(target)
        assert answer.status == 301 and answer.fields["location"] == location
    assert server.ask("/sub/").body == b"<p>sub"
    assert server.ask("/a%20b/").status == 404, "it is not listed"


def test_gzip_twins_go_to_those_who_want_them(server: Serving) -> None:
    plain = server.ask("/style.css")
    packed = server.ask("/style.css", "Accept-Encoding: br, gzip;q=0.5\r\n")
    assert plain.fields["vary"] == packed.fields["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.fields and packed.fields["content-encoding"] == "gzip"
    assert plain.fields["etag"] != packed.fields["etag"]
    assert plain.fields["content-type"] == packed.fields["content-type"] == "text/css; charset=utf-8"
    assert plain.body == gzip.decompress(packed.body) == STYLE
    assert "content-encoding" not in server.ask("/style.css", "Accept-Encoding: gzip;q=0\r\n").fields
    assert server.ask("/style.css", f"Accept-Encoding: gzip\r\nIf-None-Match: {packed.fields['etag']}\r\n").status == 304
    assert server.ask("/style.css", f"If-None-Match: {packed.fields['etag']}\r\n").status == 200


def test_conditions_are_judged_in_the_order_of_the_rfc(server: Serving) -> None:
    with server.client() as client:
        now = client.ask("/digits.txt").fields
        etag, date = now["etag"], now["last-modified"]
        for status, fields in (
            (304, f"If-None-Match: {etag}\r\n"),
            (304, f'If-None-Match: "a", W/{etag}\r\n'),
            (304, "If-None-Match: *\r\n"),
            (200, 'If-None-Match: "a"\r\n'),
            (304, f"If-Modified-Since: {date}\r\n"),
            (200, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            (200, "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n"),
            (200, "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n"),
            (200, "If-Modified-Since: never\r\n"),
            (200, f'If-None-Match: "a"\r\nIf-Modified-Since: {date}\r\n'),
            (200, f"If-Match: {etag}\r\n"),
            (412, f"If-Match: W/{etag}\r\n"),
            (412, 'If-Match: "a"\r\n'),
            (412, "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            (200, f"If-Match: {etag}\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            (412, f'If-Match: "a"\r\nIf-None-Match: {etag}\r\n'),
            (304, f"If-Match: {etag}\r\nIf-None-Match: {etag}\r\n"),
        ):
            answer = client.ask("/digits.txt", fields)
            assert answer.status == status, fields
            if status == 304:
                assert answer.fields["etag"] == etag and "cache-control" in answer.fields
                assert not {"content-length", "content-type", "last-modified"} & answer.fields.keys()


def test_a_range_is_a_part(server: Serving, folder: Path) -> None:
    digits = (folder / "digits.txt").read_bytes()
    with server.client() as client:
        for value, first, last in (("0-4", 0, 4), ("995-", 995, 999), ("-5", 995, 999), ("990-5000", 990, 999),
                                   ("0-4,3-9", 0, 9)):
            answer = client.ask("/digits.txt", f"Range: bytes={value}\r\n")
            assert answer.status == 206 and answer.body == digits[first : last + 1]
            assert answer.fields["content-range"] == f"bytes {first}-{last}/1000"
            assert answer.fields["content-type"] == "text/plain; charset=utf-8"
        for value in ("1000-", "-0", "2000-3000,5000-"):
            answer = client.ask("/digits.txt", f"Range: bytes={value}\r\n")
            assert answer.status == 416 and answer.fields["content-range"] == "bytes */1000"
        for value in ("bytes=5-2", "bytes=x", "lines=0-1", "bytes="):
            assert client.ask("/digits.txt", f"Range: {value}\r\n").status == 200
        assert client.ask("/digits.txt", "Range: bytes=0-4\r\n", method="HEAD").status == 200


def test_a_part_is_of_the_same_state_as_what_the_client_has(server: Serving) -> None:
    with server.client() as client:
        etag = client.ask("/digits.txt").fields["etag"]
        for status, value in ((206, etag), (200, '"a"'), (200, f"W/{etag}"), (200, "Sun, 06 Nov 1994 08:49:37 GMT")):
            assert client.ask("/digits.txt", f"Range: bytes=0-4\r\nIf-Range: {value}\r\n").status == status, value


def test_several_ranges_are_parts_of_one_answer(server: Serving, folder: Path) -> None:
    digits = (folder / "digits.txt").read_bytes()
    answer = server.ask("/digits.txt", "Range: bytes=500-509, 0-0, -1\r\n")
    assert answer.status == 206 and "content-range" not in answer.fields
    match = re.fullmatch(r"multipart/byteranges; boundary=([\w-]+)", answer.fields["content-type"])
    assert match
    head, *parts, tail = answer.body.split(f"\r\n--{match[1]}".encode())
    assert head == b"" and tail == b"--\r\n"
    wanted = [(500, 509), (0, 0), (999, 999)]
    assert len(parts) == len(wanted)
    for part, (first, last) in zip(parts, wanted):
        fields, _, body = part.partition(b"\r\n\r\n")
        assert f"Content-Range: bytes {first}-{last}/1000".encode() in fields
        assert b"Content-Type: text/plain; charset=utf-8" in fields
        assert body == digits[first : last + 1]


def test_a_bomb_of_ranges_is_no_more_than_the_file(server: Serving) -> None:
    bomb = ",".join(f"{i}-" for i in range(1000))
    answer = server.ask("/big.bin", f"Range: bytes=0-,{bomb}\r\n")
    assert len(answer.body) == BIG
    scattered = ",".join(f"{i * 1000}-{i * 1000}" for i in range(500))
    answer = server.ask("/big.bin", f"Range: bytes={scattered}\r\n")
    assert answer.status == 200 and len(answer.body) == BIG


# ---- what is not served


def test_no_known_trick_leads_out_of_the_folder(server: Serving) -> None:
    with server.client() as client:
        for line in (TOP / "tests/data/http/traversal").read_text().splitlines():
            target = line
            while not line.startswith("#"):
                answer = client.ask(target)
                assert b"secret" not in answer.body and b"root:" not in answer.body, line
                if answer.status != 301:
                    assert answer.status in (400, 404), line
                    break
                target = answer.fields["location"]
                assert re.match("/[^/]", target), "it would be another host"


def test_links_and_what_is_no_file_are_not_served(server: Serving) -> None:
    for target in ("/link", "/linked/", "/linked/secret", "/sub/up/secret", "/loop", "/fifo", "/.hidden", "/sub/.hidden"):
        assert server.ask(target).status == 404, target


def test_folders_are_listed_only_when_asked(server: Serving, serve: Callable[..., Serving]) -> None:
    assert server.ask("/a%20b/").status == 404
    listing = serve("--list")
    page = listing.ask("/a%20b/")
    assert page.status == 200 and page.fields["content-type"] == "text/html; charset=utf-8"
    assert b'<a href="%3Ci%3E%26%22%27.txt">&#60;i&#62;&#38;&#34;&#39;.txt</a>' in page.body
    assert b"default-src 'none'" in page.fields["content-security-policy"].encode()
    assert listing.ask("/").body == b"<p>index"
    assert b"hidden" not in listing.ask("/sub/").body
    assert listing.end() == 0


# ---- connections


def test_a_connection_is_kept_as_both_want(server: Serving) -> None:
    with server.client() as client:
        for _ in range(3):
            assert client.ask().status == 200
        assert client.ask(fields="Connection: close\r\n").fields["connection"] == "close"
        assert client.is_closed()
    with server.client() as client:
        client.send("GET / HTTP/1.0\r\n\r\n")
        assert client.receive().status == 200 and client.is_closed()
    with server.client() as client:
        for _ in range(2):
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert client.receive().fields["connection"] == "keep-alive"
    with server.client() as client:
        client.send(f"GET / HTTP/1.9\r\n{HOST}\r\n")
        assert client.receive().status == 200 and client.ask().status == 200


def test_pipelined_requests_are_answered_in_order(server: Serving) -> None:
    targets = ["/digits.txt", "/missing", "/big.bin", "/sub/", "/"] * 10
    with server.client() as client:
        client.send("".join(f"GET {target} HTTP/1.1\r\n{HOST}\r\n" for target in targets))
        for target in targets:
            answer = client.receive()
            assert answer.status == (404 if target == "/missing" else 200)
            assert target != "/big.bin" or len(answer.body) == BIG


def test_a_request_may_come_byte_by_byte(server: Serving) -> None:
    with server.client() as client:
        for byte in f"\r\nGET /sub/ HTTP/1.1\r\n{HOST}\r\n".encode():
            client.send(bytes([byte]))
        assert client.receive().body == b"<p>sub"


def test_bodies_of_requests_are_read_and_not_taken_for_requests(server: Serving) -> None:
    smuggled = f"GET /missing HTTP/1.1\r\n{HOST}\r\n".encode()
    chunks = b"5;a=b\r\nGET /\r\n" + f"{len(smuggled):x}\r\n".encode() + smuggled + b"\r\n0\r\nTrailer: x\r\n\r\n"
    with server.client() as client:
        assert client.ask(fields=f"Content-Length: {len(smuggled)}\r\n", body=smuggled).status == 200
        assert client.ask(fields="Transfer-Encoding: chunked\r\n", body=chunks).status == 200
        assert client.ask("/", method="POST", fields="Transfer-Encoding: Chunked\r\n", body=chunks).status == 405
        assert client.ask("/sub/").body == b"<p>sub"


def test_who_expects_to_be_asked_for_the_body_is_asked(server: Serving) -> None:
    with server.client() as client:
        client.send(f"POST / HTTP/1.1\r\n{HOST}Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
        answer = client.receive()
        if answer.status == 100:
            client.send("abc")
            answer = client.receive()
        assert answer.status == 405
    with server.client() as client:
        client.send(f"POST / HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
        answer = client.receive()
        assert answer.status in (100, 405), "a 100 may be left out when the body is there"
    assert server.ask(fields="Expect: miracles\r\n").status == 417
    with server.client() as client:
        client.send("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")
        assert client.receive().status == 200, "1.0 knows no 100"


# ---- what is wrong


def expect(server: Serving, rows: list[tuple[int, str]]) -> None:
    wrong = [(status, got, text[:80]) for status, text in rows if (got := server.refusal(text)) != status]
    assert not wrong, "expected, got, request"


def test_wrong_request_lines_are_refused(server: Serving) -> None:
    lines = {
        400: ["GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET / http/1.1", "GET / HTTP/1", "GET a HTTP/1.1",
              "GET /#a HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\xe9 HTTP/1.1", "G<T / HTTP/1.1", "GET / HTTP/1.1\0",
              "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
        414: [f"GET /{'a' * 3000} HTTP/1.1"],
        501: ["BREW / HTTP/1.1", "get / HTTP/1.1"],
        505: ["GET / HTTP/2.0", "GET / HTTP/0.9", "PRI * HTTP/2.0"],
    }
    expect(server, [(status, f"{line}\r\n{HOST}\r\n") for status, some in lines.items() for line in some])


def test_a_request_has_one_good_host(server: Serving) -> None:
    hosts = ["", HOST + HOST, HOST + "Host: b\r\n", *(f"Host: {host}\r\n" for host in ("a/b", "a@b", "a, b", "a b", "a?b", "a#b"))]
    expect(server, [(400, f"GET / HTTP/1.1\r\n{host}\r\n") for host in hosts])


def test_wrong_lines_and_fields_are_refused(server: Serving) -> None:
    expect(server, [(400, f"{GET}{line}\r\n\r\n") for line in (
        "X : a", "X: a\r\n b", "X: a\r\n\tb", ": a", "X", "X: a\0b", "X: a\rb", "X\x7f: a", "X: \x0b", "(X): a", "\xe9: a")])
    expect(server, [(400, f"GET / HTTP/1.1\n{HOST}\r\n"), (400, f"{GET}X: a\n\r\n"), (400, f"{GET}\n"),
                    (400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n")])
    expect(server, [(431, f"{GET}X: {'a' * 9000}\r\n\r\n"), (431, GET + "X: a\r\n" * 100 + "\r\n")])


def test_lengths_that_can_be_read_in_two_ways_are_refused(server: Serving) -> None:
    lengths = ("x", "", "-1", "+1", "0x1", "1,1", "1, 2", "1 1", "1;a", "1.0")
    expect(server, [(400, f"{GET}Content-Length: {length}\r\n\r\nabc") for length in lengths])
    expect(server, [(400, f"{GET}{first}\r\n{second}\r\n\r\n0\r\n\r\n") for first, second in (
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: 3", "Content-Length: 3"),
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 3"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"))])
    expect(server, [(400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")])
    expect(server, [(501, f"{GET}Transfer-Encoding: {coding}\r\n\r\n0\r\n\r\n") for coding in (
        "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "xchunked", "chunked;a=b", '"chunked"', "chunked,x")])


def test_wrong_chunks_are_refused(server: Serving) -> None:
    expect(server, [(400, f"{GET}Transfer-Encoding: chunked\r\n\r\n{chunks}") for chunks in (
        "x\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n",
        " 3\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "\r\n\r\n", "3 3\r\nabc\r\n0\r\n\r\n",
        "3;a\rb\r\nabc\r\n0\r\n\r\n", "3;a\nabc\r\n0\r\n\r\n", "0\r\nX: a\n\r\n")])


def test_bodies_that_are_too_large_are_refused(server: Serving) -> None:
    expect(server, [(413, f"POST / HTTP/1.1\r\n{HOST}Content-Length: {length}\r\n\r\n") for length in (1000000, 2**63, 2**64 + 1, "9" * 30)])
    expect(server, [(413, f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n{chunks}") for chunks in (
        "ffffffffffffffff\r\nabc", "fffffffffffffffff\r\nabc", f"3;{'a' * 9000}\r\nabc\r\n0\r\n\r\n", f"0\r\nX: {'a' * 9000}\r\n\r\n")])


def test_methods_that_nothing_here_answers_are_named(server: Serving) -> None:
    with server.client() as client:
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
            answer = client.ask(method=method)
            assert answer.status == 405 and answer.fields["allow"].startswith("GET, HEAD")
            assert b"PUT" not in answer.body
        answer = client.ask(method="OPTIONS")
        assert answer.status in (200, 204) and answer.fields["allow"].startswith("GET, HEAD")


def test_targets_may_be_absolute(server: Serving) -> None:
    with server.client() as client:
        assert client.ask("http://a/sub/").body == b"<p>sub"
        assert client.ask("HTTP://b:80/sub/?x").body == b"<p>sub"
        assert client.ask("http://a").body == b"<p>index"
        assert client.ask("/sub/?a=b?c#".rstrip("#")).body == b"<p>sub"


def test_unknown_fields_and_upgrades_are_ignored(server: Serving) -> None:
    answer = server.ask(fields="Upgrade: h2c\r\nConnection: Upgrade, X\r\nX: y\r\nTE: trailers\r\nX-Y: \xe9\r\n")
    assert answer.status == 200


def test_a_refusal_arrives_though_the_client_goes_on_sending(server: Serving) -> None:
    with server.client() as client:
        client.send(f"POST / HTTP/1.1\r\n{HOST}Content-Length: {BIG}\r\n\r\n")
        sender = threading.Thread(target=lambda: client.socket.sendall(bytes(1 << 16)))
        sender.start()
        assert client.receive().status == 413
        sender.join()


# ---- clients


def test_curl_and_wget_get_what_is_there(server: Serving, folder: Path, tmp_path: Path) -> None:
    whole = (folder / "big.bin").read_bytes()
    out = tmp_path / "out"
    run("curl", "-sSf", "-o", out, server.url + "big.bin")
    assert out.read_bytes() == whole
    out.write_bytes(whole[: BIG // 2])
    run("curl", "-sSf", "-C", "-", "-o", out, server.url + "big.bin")
    assert out.read_bytes() == whole, "it went on where it had been"
    assert run("curl", "-sSfL", server.url + "sub", server.url) == "<p>sub<p>index"
    assert run("curl", "-sSf", "--compressed", server.url + "style.css").encode() == STYLE
    assert run("curl", "-sS", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", server.url + "../secret") == "404"
    run("curl", "-sSf", server.url + "missing", status=22)
    run("busybox", "wget", "-q", "-O", tmp_path / "busybox", server.url + "big.bin")
    assert (tmp_path / "busybox").read_bytes() == whole
    out.write_bytes(whole[:1000])
    run("wget", "-q", "-c", "-O", out, server.url + "big.bin")
    assert out.read_bytes() == whole
    assert run("wget", "-q", "-O", "-", server.url + "sub") == "<p>sub"


def make_pair(place: Path, name: str) -> tuple[Path, Path]:
    cert, key = place / f"{name}.pem", place / f"{name}.key"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
        "-out", cert, "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30")
    key.chmod(0o600)
    return cert, key


def test_https_is_served_with_a_pair_that_fits(tool: Path, serve: Callable[..., Serving], folder: Path, tmp_path: Path) -> None:
    cert, key = make_pair(tmp_path, "one")
    _, other = make_pair(tmp_path, "other")
    serving = serve("--tls", cert, "--key", key)
    assert serving.url.startswith("https:")
    out = tmp_path / "out"
    for version in ("1.2", "1.3"):
        run("curl", "-sSf", "--cacert", cert, f"--tlsv{version}", "--tls-max", version, "-o", out, serving.url + "big.bin")
        assert out.read_bytes() == (folder / "big.bin").read_bytes()
    two = run("curl", "-sSf", "--cacert", cert, serving.url, serving.url + "sub/", "-w", "%{num_connects}\n")
    assert two == "<p>index1\n<p>sub0\n", "one connection for both"
    with serving.client() as plain:
        plain.send(f"{GET}\r\n")
        assert plain.first_byte() != b"H", "no plain text"
    assert serving.end() == 0
    done = subprocess.run([tool, "serve", folder, "--tls", cert, "--key", other], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 1 and "key" in done.stderr and "listening" not in done.stderr


def test_answers_are_logged_and_a_signal_ends_it_when_they_are_out(serve: Callable[..., Serving]) -> None:
    serving = serve()
    with serving.client() as idle, serving.client() as busy:
        assert idle.ask('/sub/?"').status == 200
        busy.send(f"GET /big.bin HTTP/1.1\r\n{HOST}\r\n")
        assert busy.file.peek(1)
        os.kill(serving.process.pid, signal.SIGINT)
        assert idle.is_closed(), "it waits for nothing"
        assert len(busy.receive().body) == BIG
    assert serving.end() == 0
    first, second = serving.log.read_text().splitlines()
    assert re.fullmatch(r'127\.0\.0\.1 - - \[[^]]+ \+0000\] "GET /sub/\?\\" HTTP/1\.1" 200 6', first)
    assert second.endswith(f'"GET /big.bin HTTP/1.1" 200 {BIG}')


def test_what_cannot_be_served_is_said(tool: Path, folder: Path) -> None:
    for argv, complaint in (
        (["/nonexistent"], "/nonexistent: No such file or directory"),
        ([folder / "index.html"], "Not a directory"),
        ([folder, "--listen", "x:y"], "--listen: x:y: not"),
        ([folder, "--listen", "127.0.0.1:1", *["--listen", "127.0.0.1:2"] * 8], "--listen: more than"),
    ):
        done = subprocess.run([tool, "serve", *argv], capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 1 and complaint in done.stderr


# ---- under attack


def test_memory_is_bounded_whoever_connects(server: Serving) -> None:
    before = server.resident_kib()
    clients = [server.client() for _ in range(500)]
    for client in clients:
        client.send(GET + "X: " + "a" * 7000)
    assert server.ask().status == 200, "others are served"
    assert server.resident_kib() - before < 16 * 1024
    for client in clients:
        client.close()
    assert server.ask().status == 200


# ---- the table


def test_every_test_that_the_document_names_exists() -> None:
    text = (TOP / "docs/http.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    known = set(re.findall(r"^def (test_\w+)", "".join(p.read_text() for p in (TOP / "qemu-test").glob("*.py")), re.M))
    known |= {p.stem for p in (TOP / "tests/unit").glob("test_*.c")}
    assert named and not named - known, named - known

