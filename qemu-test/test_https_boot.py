"""HTTPS of a machine that boots: whom its clients believe, and whom it believes."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from guest import Guest
from pki import issue, pin

NETWORK = ("--module", "virtio_net", "--module", "af_packet")
WORDS = "root=LABEL=wrong rd.timeout=1 ip=dhcp rd.https=443 rd.http=80"


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    issue(folder, "authority", "ec", "authority", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")
    issue(folder, "operator", "ec", "authority", "extendedKeyUsage=clientAuth\n")
    issue(folder, "server", "ec", "authority", "subjectAltName=DNS:boot.example\n")
    issue(folder, "other", "ec", "authority", "subjectAltName=DNS:boot.example\n")
    return folder


def settle(guest, said):
    """Until the boot has failed, the worker has `said` this, in either order, and it can be reached."""
    assert len({guest.vm.expect(f"recovery: ready|{re.escape(said)}").group() for _ in range(2)}) == 2
    assert guest.get("/healthz")[0] == 503


def curl(pki, guest, path, *flags):
    """The status and the body; 0 when there was no answer."""
    argv = ["curl", "-sS", "--insecure", "--pinnedpubkey", pin(pki, "server"), "-w", "\n%{http_code}", *flags, guest.tls_url + path]
    done = subprocess.run(argv, cwd=pki, capture_output=True, text=True, timeout=120, check=False)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body, done.stderr


def test_a_client_with_a_certificate_needs_no_token(boot, workshop, pki):
    flags = ["--https-cert", str(pki / "server.crt"), "--https-key", str(pki / "server.key"), "--https-client-ca", str(pki / "authority.crt")]
    guest = Guest(boot, WORDS, [], workshop.image(*flags, *NETWORK, defconfig="full"))
    settle(guest, f"https: certificate of boot.example, key {pin(pki, 'server')}")
    assert curl(pki, guest, "healthz")[0] == 503
    assert curl(pki, guest, "healthz", "--pinnedpubkey", pin(pki, "other"))[0] == 0
    assert curl(pki, guest, "api/v1/retry", "-X", "POST")[0] == 403
    assert curl(pki, guest, "healthz", "--cert", "server.crt", "--key", "server.key")[0] == 503  # for every use
    assert curl(pki, guest, "api/v1/retry", "-X", "POST", "--cert", "operator.crt", "--key", "operator.key")[0] == 202
    status = json.loads(curl(pki, guest, "api/v1/status")[1])
    assert "retry" in status["last_action"]


def test_a_broken_pair_is_said_once_and_nothing_stands_in_for_it(boot, workshop, pki, place):
    broken = place / "https"
    broken.mkdir()
    (broken / "cert.pem").write_bytes((pki / "server.crt").read_bytes())
    (broken / "key.pem").write_bytes((pki / "other.key").read_bytes())
    (broken / "key.pem").chmod(0o600)
    guest = Guest(boot, WORDS, [], workshop.image("--add", f"{broken}:/etc/rootling/https", *NETWORK, defconfig="full"))
    settle(guest, "https: /etc/rootling/https/key.pem: this key does not fit the certificate in /etc/rootling/https/cert.pem")
    assert curl(pki, guest, "healthz")[0] == 0
