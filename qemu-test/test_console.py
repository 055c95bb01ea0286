"""The shell in a browser: over the HTTP worker and PID 1's side of it on this host, then in a machine."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from guest import Guest
from websocket import TEXT, Console, Refused, anybody

TOKEN = "a-token-of-this-scenario-3f9c"
PROMPT = "rootling# "


def make_identity(folder: Path) -> None:
    """A certificate and a token's hash, where an image has them below /etc/rootling."""
    (folder / "https").mkdir(parents=True)
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    argv += ["-subj", "/CN=box.example", "-addext", "subjectAltName=DNS:box.example,IP:127.0.0.1"]
    argv += ["-keyout", str(folder / "https/key.pem"), "-out", str(folder / "https/cert.pem")]
    subprocess.run(argv, check=True, capture_output=True)
    (folder / "https/key.pem").chmod(0o600)
    (folder / "http").mkdir()
    (folder / "http/token.sha256").write_text(hashlib.sha256(TOKEN.encode()).hexdigest() + "\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Host:
    """tests/http/pid1.c in a mount namespace: its log, and how often a shell asked to try again."""

    def __init__(self, program: Path, place: Path, options: str) -> None:
        self.port, self.plain = free_port(), free_port()
        options = f"rd.https=127.0.0.1:{self.port} rd.http=127.0.0.1:{self.plain} {options}"
        (place / "srv").mkdir()
        make_identity(place / "etc/rootling")
        # the whole of /etc, so that no profile of this host changes the prompt
        script = f"""
            mount -t tmpfs run /run && mkdir /run/rootling
            mount --bind '{place}/srv' /srv && mount --bind '{place}/etc' /etc
            exec '{program}' '{options}'"""
        self._process = subprocess.Popen(
            ["unshare", "-m", "--propagation", "private", "sh", "-ec", script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.log = ""
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.expect(r"listening on https://")

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._news:
                self.log += line
                self._news.notify_all()
        with self._news:
            self.log += "(ended)\n"
            self._news.notify_all()

    def expect(self, pattern: str, within_s: float = 60) -> None:
        """Waits until the log has a line that matches, and forgets all up to it."""
        with self._news:
            found = self._news.wait_for(lambda: re.search(rf"{pattern}.*\n", self.log), within_s)
            assert found, f"{pattern} not in:\n{self.log}"
            self.log = self.log[found.end() :]

    def kill_worker(self) -> None:
        """The next one reads its files anew."""
        (pid,) = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        os.kill(int(pid), signal.SIGKILL)

    def start_again(self) -> None:
        self.kill_worker()
        self.expect(r"listening on https://")

    def close(self) -> None:
        assert self._process.stdin
        if not self._process.stdin.closed:
            self._process.stdin.close()
            assert self._process.wait(60) == 0


@pytest.fixture
def host(request, workshop, place) -> Iterator[Host]:
    """With the options that the scenario names by @pytest.mark.parametrize, indirectly."""
    if os.geteuid() != 0:
        pytest.skip("a mount namespace and a worker that drops its privileges need root")
    program = workshop.out / "unit/http-pid1"
    workshop.make(f"O={workshop.place(workshop.out)}", workshop.place(program))
    host = Host(program, place, getattr(request, "param", ""))
    yield host
    host.close()


def refused(port: int, **how: object) -> int:
    with pytest.raises(Refused) as caught:
        Console(port, None, **how)
    return caught.value.status


@pytest.mark.parametrize("host", ["rd.http=0"], indirect=True)
def test_a_worker_that_can_listen_nowhere_is_given_up(host, place):
    (place / "etc/rootling/https/key.pem").write_text("")
    host.kill_worker()
    host.expect("starting it again in")
    host.expect("https: /etc/rootling/https/key.pem: ")
    host.expect("no certificate: not listening")
    host.expect("http: not started again")
    host.close()
    assert "starting it again" not in host.log



def test_who_has_the_token_has_a_shell(host):
    with Console(host.port, TOKEN) as console:
        host.expect("console: 127.0.0.1 has a shell")
        console.expect(PROMPT)
        console.say(resize=[132, 43])
        console.type("stty size; echo $((6 * 7)); tty\r")
        console.expect("\n43 132\r\n42\r\n/dev/pts/")
        # one at a time, and an interrupt gets through a shell that never stops talking
        assert refused(host.port) == 409
        console.expect(PROMPT)
        console.type("yes\r")
        console.expect("y\r\ny\r\n")
        console.type("\x03")
        console.expect(PROMPT)
        console.type("exit\r")
        closed = console.refusal()
        assert (closed.code, closed.reason) == (1000, "the shell has ended")
    host.expect("retry")


def test_closing_hangs_up_and_asks_for_nothing(host):
    for leave in (Console.close, Console.drop):
        console = Console(host.port, TOKEN)
        console.expect(PROMPT)
        console.type("sleep 1000\r")
        leave(console)
        host.expect("console: the shell of 127.0.0.1 has ended")
    assert "retry" not in host.log


def test_nobody_else_has_one(host):
    assert refused(host.plain, plain=True) == 403, "loopback is no excuse"
    assert refused(host.port, Origin="https://evil.example") == 403
    assert refused(host.port, protocol="rootling.console.v2") == 400
    assert refused(host.port, Upgrade=None) == 426
    with Console(host.port, None) as late, Console(host.port, None) as wrong:
        wrong.say(token=TOKEN[:-1])
        assert wrong.refusal().code == 4401
        assert late.refusal().code == 4408, "no token within 5 s"
    with Console(host.port, None) as rude:
        rude.send(TEXT, b"no mask", masked=False)
        assert rude.refusal().code == 1002
    for _ in range(4):
        with Console(host.port, None) as wrong:
            wrong.say(token="x" * 16)
            assert wrong.refusal().code == 4401
    with Console(host.port, None) as guesser:
        guesser.say(token=TOKEN)
        assert guesser.refusal().code == 4429, "five were wrong: who guesses is not listened to"
    assert "has a shell" not in host.log
    assert host.log.count("127.0.0.1: console: wrong token") == 5


def test_a_trusted_certificate_stands_for_the_token(host, place):
    etc = place / "etc/rootling/https"
    (etc / "client-ca.pem").write_bytes((etc / "cert.pem").read_bytes())  # its own issuer
    host.start_again()
    tls = anybody()
    tls.load_cert_chain(etc / "cert.pem", etc / "key.pem")
    with Console(host.port, None, tls) as console:
        assert console.next() == (TEXT, b'{"ready":true}')
        console.expect(PROMPT)


@pytest.mark.parametrize("host", ["rd.shell=0"], indirect=True)
def test_the_policy_of_pid_1_wins(host):
    with Console(host.port, None) as console:
        console.say(token=TOKEN)
        assert console.refusal().code == 4403
    host.expect("console: 127.0.0.1: no shell is allowed")


@pytest.mark.parametrize("host", ["rd.http.actions=retry"], indirect=True)
def test_an_image_may_do_without_the_console(host):
    with Console(host.port, None) as console:
        console.say(token=TOKEN)
        assert console.refusal().code == 4401, "nobody learns whether it was right"


def type_keys(browser: Browser, text: str) -> None:
    for key in text:
        browser.key(key)


def test_a_machine_in_recovery_is_worked_on_from_a_browser(boot, workshop, place):
    make_identity(place / "etc")
    xterm = workshop.xterm()
    flags = ["--module", "virtio_net", "--module", "af_packet", "--add", f"{place}/etc:/etc/rootling"]
    flags += ["--http-console", str(xterm)] if xterm else []
    image = workshop.image(*flags, defconfig="console", shell=True)
    guest = Guest(boot, "root=UUID=dead-beef rd.timeout=1 ip=dhcp rd.https=80", [], image)
    guest.vm.expect(r"network: \w+: 10\.0\.2\.15/24")
    guest.vm.expect(r"recovery: ready")
    with Console(guest.port, TOKEN) as console:
        console.say(resize=[100, 30])
        console.expect(PROMPT)
        console.type("cat /proc/self/comm; echo $((6 * 7))\r")
        console.expect("\ncat\r\n42\r\n")
    guest.vm.expect(r"console: 10\.0\.2\.2 has a shell")
    guest.vm.expect(r"console: the shell of 10\.0\.2\.2 has ended")
    if not xterm:
        pytest.skip("the rest needs xterm.js, which npm fetches")
    with Browser(place) as browser:
        browser.open(f"https://127.0.0.1:{guest.port}/console/")
        browser.wait("document.querySelector('.xterm-screen')")
        browser.fill("#token", "wrong")
        browser.click("#login button")
        browser.wait("document.getElementById('state').textContent == 'wrong token'")
        browser.fill("#token", TOKEN)
        browser.click("#login button")
        browser.wait("document.getElementById('state').textContent == 'Connected.'")
        type_keys(browser, "echo $((6 * 7)); ls /\ue007")
        browser.wait("document.querySelector('.xterm-rows').innerText.includes('\\n42')")
        browser.shoot(workshop.out / "qemu-test/screenshots/console.png")
        type_keys(browser, "exit\ue007")
        browser.wait("document.getElementById('state').textContent == 'the shell has ended'")
        assert browser.complaints() == []
    guest.vm.expect(r"console: the shell of 10\.0\.2\.2 has ended")
    guest.vm.expect(r"recovery: ready")  # it was tried again
