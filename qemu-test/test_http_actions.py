"""What a client of the HTTP service may do to a boot, and who may."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from vm import PATIENCE_S, VM

TOKEN = "correct-horse-battery"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WRONG = {"Authorization": "Bearer incorrect-horse-battery"}
PEER = "10.0.2.2"  # as whom QEMU's own network shows this computer
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*;q=0.8"}


@dataclass
class Answer:
    status: int
    fields: http.client.HTTPMessage
    body: str

    def json(self) -> dict[str, object]:
        return json.loads(self.body)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Guest:
    """A machine whose ports 80 and 443 are reached on loopback through QEMU's own network."""

    def __init__(self, start: Callable[..., VM], words: str, disks: list[Path], image: Path, certificate: Path) -> None:
        self.ports = {"http": free_port(), "https": free_port()}
        forward = f"hostfwd=tcp:127.0.0.1:{self.ports['http']}-:80,hostfwd=tcp:127.0.0.1:{self.ports['https']}-:443"
        self._context = ssl.create_default_context(cafile=str(certificate))
        self._context.check_hostname = False
        card = ["-netdev", f"user,id=net,{forward}", "-device", "virtio-net-pci,netdev=net"]
        self.vm = start(f"ip=dhcp rd.http=80 rd.https=443 {words}", disks, image, extra=card)

    def ask(self, path: str, fields: dict[str, str], body: str = "", scheme: str = "https", method: str = "POST") -> Answer:
        """QEMU accepts before the guest listens and hangs up: asked again then."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[scheme], timeout=20)
            if scheme == "https":
                connection = http.client.HTTPSConnection("127.0.0.1", self.ports[scheme], timeout=20, context=self._context)
            try:
                connection.request(method, path, body or None, fields)
                answer = connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read().decode())
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline, f"nobody answers {path}"
                assert self.vm.is_running
            finally:
                connection.close()

    def act(self, action: str, fields: dict[str, str] = BEARER, **more: str) -> Answer:
        return self.ask(f"/api/v1/{action}", fields, **more)

    @contextlib.contextmanager
    def events(self) -> Iterator[list[str]]:
        """Somebody looks on; how that ended is in the list then."""
        ended: list[str] = []
        assert self.ask("/healthz", {}, scheme="http", method="GET").status == 503  # it listens
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=PATIENCE_S)
        connection.request("GET", "/api/v1/events")
        answer = connection.getresponse()
        assert answer.status == 200

        def read() -> None:
            try:
                answer.read()
                ended.append("in order")
            except (OSError, http.client.HTTPException) as error:
                ended.append(repr(error)[:200])

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        yield ended
        reader.join(PATIENCE_S)
        connection.close()

    def choose(self, root: str) -> Answer:
        return self.act("root", BEARER | {"Content-Type": "application/json"}, body=json.dumps({"root": root}))


@pytest.fixture
def guest(boot, workshop, place) -> Callable[..., Guest]:
    """guest(words, disks, *flags): an image with a token and a certificate of its own."""
    token = place / "token"
    token.write_text(TOKEN + "\n")
    pair = place / "pair"

    def start(words: str, disks: list[Path], *flags: str) -> Guest:
        image = workshop.image(
            "--module", "virtio_net", "--module", "af_packet", "--http-token", str(token),
            "--https-self-signed", str(pair), *flags, defconfig="full", shell=True,
        )  # fmt: skip
        return Guest(boot, words, disks, image, pair / "cert.pem")

    return start


def worker_of(vm: VM, but: str = "") -> str:
    """The process of the worker, as soon as there is one other than `but`."""
    return vm.run(f"cd /proc; until p=$(grep -ls '^http$' [0-9]*/comm | grep -v '^{but}/'); do :; done; echo ${{p%%/*}}")


def test_the_boot_goes_on_with_another_root_that_a_client_chose(guest, workshop):
    g = guest("root=UUID=dead-beef rd.timeout=1", [workshop.root()])
    g.vm.expect(r"rootling: network: \w+: 10\.0\.2\.15/24")
    g.vm.send("\n")
    g.vm.wait_initramfs_shell()

    # who may not
    nobody = g.act("retry", {})
    assert (nobody.status, nobody.fields["WWW-Authenticate"]) == (401, 'Bearer realm="rootling"')
    plain = g.act("retry", scheme="http")
    assert plain.status == 403 and "TLS" in plain.json()["reason"]
    assert g.act("retry", BEARER | {"Origin": "https://evil.example"}).status == 403
    assert g.act("retry", BEARER | {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert g.act("report", {}, method="GET").status == 401
    # what may not be
    assert g.act("retry", method="GET").status == 405
    assert g.act("continue").status == 409
    assert g.act("root").status == 400
    refused = g.choose("nonsense")
    assert refused.status == 400 and "not a device" in refused.json()["reason"]
    assert "verdict: no root: waited 1 s" in g.act("report", method="GET").body

    # what is left to the worker
    worker = worker_of(g.vm)
    status = dict(line.split(":", 1) for line in g.vm.run(f"cat /proc/{worker}/status").splitlines())
    assert status["Uid"].split() == ["65534"] * 4
    assert {int(status[f"Cap{which}"], 16) for which in ("Inh", "Prm", "Eff")} == {0}
    assert (status["NoNewPrivs"].strip(), status["Seccomp"].strip()) == ("1", "2")
    assert g.vm.run(f"ls -a /proc/{worker}/root/").split() == [".", ".."]

    # who guesses waits, and a worker that is killed comes back and has forgotten it
    assert [g.act("retry", WRONG).status for _ in range(5)] == [401] * 5
    waits = g.act("retry")
    assert waits.status == 429 and 1 <= int(waits.fields["Retry-After"]) <= 4
    g.vm.run(f"kill -9 {worker}")
    assert worker_of(g.vm, but=worker) != worker
    with g.events() as ended:
        chosen = g.choose("LABEL=demo")
        assert (chosen.status, chosen.json()) == (202, {"accepted": True})
        g.vm.wait_demo()
    assert ended == ["in order"], "the worker finishes what it sends"
    status = json.loads(g.vm.run("cat /run/rootling/status.json"))
    assert (status["root"], status["root_device"]) == ("LABEL=demo", "vda")
    assert status["last_action"] == f"root LABEL=demo asked for by {PEER}: accepted"
    log = g.vm.run("dmesg")
    assert f"http: {PEER}: retry: wrong token" in log
    assert f"rootling: http: root nonsense asked for by {PEER}: refused: not a device" in log
    assert f"rootling: http: root LABEL=demo asked for by {PEER}: accepted" in log
    assert g.vm.run("cd /proc; grep -ls '^http$' [0-9]*/comm; true") == ""


def test_a_wait_without_end_takes_another_root_and_the_power_off(guest):
    g = guest("root=UUID=dead-beef rootwait", [])
    assert g.choose("LABEL=other").status == 202
    g.vm.expect(rf"http: root LABEL=other asked for by {PEER}: accepted")
    deadline = time.monotonic() + PATIENCE_S
    while (status := g.act("status", {}, method="GET").json())["waiting_for"] != "LABEL=other":
        assert time.monotonic() < deadline
    assert (status["state"], status["stage"]) == ("booting", "root")
    assert g.act("retry").status == 409
    assert g.act("poweroff").status == 202
    assert g.vm.wait_off() == 0


def test_what_is_sealed_is_not_for_clients_to_change(guest, workshop):
    sealed = "rd.http.actions=root,reboot root=UUID=dead-beef"
    g = guest("rd.http.actions=retry,poweroff root=LABEL=demo rd.timeout=1", [workshop.root()], "--sealed", sealed)
    g.vm.expect(r"recovery: ready")
    for action in ("retry", "poweroff", "report"):
        refused = g.act(action)
        assert refused.status == 403 and "rd.http.actions=" in refused.json()["reason"]
    refused = g.choose("LABEL=demo")
    assert refused.status == 403 and "sealed" in refused.json()["reason"]
    wrong = g.act("reboot", FORM, body="token=no-such-token-here")
    assert wrong.status == 401 and "<p>wrong token</p>" in wrong.body
    done = g.act("reboot", FORM, body=f"root=&token={TOKEN}")
    assert (done.status, done.fields["Location"]) == (303, "/")
    g.vm.expect(rf"http: reboot asked for by {PEER}: accepted")
    assert g.vm.wait_off() == 0
