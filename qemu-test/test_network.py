"""The network and HTTP workers: a boot seen from outside, and what their death means."""

from __future__ import annotations

import json

import pytest
from guest import Guest
from vm import VM


@pytest.fixture
def image(workshop):
    return workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)


@pytest.fixture
def failed(boot, image) -> Guest:
    """A boot that found no root, with an address by DHCP and a page on port 80."""
    guest = Guest(boot, "root=UUID=dead-beef rd.timeout=1 ip=dhcp rd.http=80", [], image)
    guest.wait_address_and_shell()
    return guest


def test_a_failed_boot_is_seen_over_http(failed):
    status, verdict = failed.get("/healthz")
    assert status == 503
    assert "no root: waited 1 s for UUID=dead-beef" in verdict
    assert json.loads(failed.get("/api/v1/status")[1])["state"] == "failed"
    assert "traceEvents" in json.loads(failed.get("/api/v1/timeline")[1])
    assert "rootling_boot_failed 1" in failed.get("/metrics")[1]
    assert "no root: waited 1 s" in failed.get("/")[1]
    assert failed.get("/api/v1/reboot")[0] == 405


def kill(vm: VM, worker: str) -> str:
    """Kill the process of that name, as soon as there is one; its id."""
    pid = vm.run(f"cd /proc; until grep -ls '^{worker}$' [0-9]*/comm; do :; done").split("/")[0]
    vm.run(f"kill -9 {pid}")
    return pid


@pytest.mark.parametrize("worker", ["http", "network", "modules"])
def test_a_killed_worker_comes_back(failed, worker):
    assert failed.get("/healthz")[0] == 503
    killed = kill(failed.vm, worker)
    failed.vm.run(f"until dmesg | grep -q 'worker {worker}: starting it again'; do :; done")
    assert failed.get("/healthz")[0] == 503
    assert kill(failed.vm, worker) != killed
    assert failed.vm.is_running


def test_nothing_listens_unless_asked(boot, image):
    guest = Guest(boot, "root=UUID=dead-beef rd.timeout=1 ip=dhcp", [], image)
    guest.wait_address_and_shell()
    assert guest.vm.run("cat /proc/net/tcp /proc/net/udp | grep -c ' 0A '", check=False) == "0"


@pytest.mark.parametrize(("words", "name"), [("dhcp", "of-the-server"), ("::::named.example:eth0:dhcp", "named")])
def test_a_machine_without_a_name_gets_that_of_its_lease(boot, lan, image, words, name):
    card = lan.card()
    lan.dnsmasq(f"dhcp-host={card.mac},of-the-server")
    vm = boot(f"ip={words} root=UUID=dead-beef rd.timeout=3", initrd=image, cards=[card])
    vm.expect(rf"rootling: network: the name of this machine is {name}\r?\n")
    vm.wait_initramfs_shell()
    assert vm.run("cat /proc/sys/kernel/hostname") == name


def test_the_boot_goes_on_beside_the_workers(boot, workshop, image):
    guest = Guest(boot, "root=LABEL=demo ip=dhcp rd.http=80", [workshop.root()], image)
    guest.vm.wait_demo()
    assert guest.vm.run("cd /proc; grep -ls -e '^http$' -e '^network$' -e '^modules$' [0-9]*/comm; true") == ""


@pytest.mark.parametrize("defconfig", ["network", "https", "netboot"])
def test_the_configurations_of_the_budgets_have_an_address(boot, workshop, defconfig):
    image = workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig=defconfig, shell=True)
    guest = Guest(boot, "root=UUID=dead-beef rd.timeout=1 ip=dhcp", [], image)
    guest.wait_address_and_shell()
    assert "10.0.2.15" in guest.vm.run("cat /proc/net/fib_trie")
