"""What a real root finds of the network: the interface as it was, or down, and one lease."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from disks import copy, tool, uuid_of

NETWORKD = "/lib/systemd/system/systemd-networkd.service"
WANTS = "/etc/systemd/system/multi-user.target.wants"
MAC = "52:54:00:00:00:01"


@pytest.fixture
def image(workshop):
    return workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)


@pytest.fixture
def networkd(workshop, place) -> Path:
    """Debian with systemd-networkd, and nothing that tells it what to do."""
    root = copy(workshop.root("debian"), place / "root.img")
    tool("debugfs", "-w", root, stdin=f"mkdir {WANTS}\nsymlink {WANTS}/systemd-networkd.service {NETWORKD}\n")
    return root


def leases(lan) -> list[list[str]]:
    """Expiry, MAC, address, name, client identifier of each."""
    return [line.split() for line in lan.run("cat", "/run/dnsmasq.leases").splitlines()]


def first_address(vm) -> str:
    return vm.expect(r"rootling: network: eth0: (192\.0\.2\.\d+)/24", 30)[1]


def test_networkd_asks_with_our_name_and_gets_our_address(boot, lan, image, networkd):
    dhcp = lan.dnsmasq()
    vm = boot(f"root=UUID={uuid_of(networkd)} ip=dhcp rd.neednet=1 rd.net.handover=keep", [networkd], image, cards=[lan.card()])
    address = first_address(vm)
    vm.login()
    (name,) = vm.run("ls /sys/class/net | grep -v lo").split()
    vm.run(f"/lib/systemd/systemd-networkd-wait-online --interface={name} --timeout=60")
    dhcp.wait_log(rf"DHCPACK\(br0\) {re.escape(address)} {MAC}", times=2)
    assert "70-rootling-eth0.network" in vm.run(f"networkctl status --no-pager {name}")
    assert f"inet {address}/24" in vm.run(f"ip addr show {name}")
    ((_, mac, leased, _, client_id),) = leases(lan)
    assert (mac, leased, client_id) == (MAC, address, f"01:{MAC}")


def test_a_shell_reads_what_klibc_would_have_written(boot, workshop, lan, image):
    lan.dnsmasq("dhcp-option=option:domain-name,example.org")
    vm = boot("root=LABEL=demo ip=dhcp rd.neednet=1 rd.net.handover=keep", [workshop.root()], image, cards=[lan.card()])
    address = first_address(vm)
    vm.wait_demo()
    said = vm.run(". /run/net-eth0.conf && echo $DEVICE $PROTO $IPV4ADDR $IPV4NETMASK $IPV4GATEWAY $DNSDOMAIN")
    assert said == f"eth0 dhcp {address} 255.255.255.0 192.0.2.1 example.org"
    assert int(vm.run("cat /sys/class/net/eth0/flags"), 16) & 1
    assert re.search(rf"inet {re.escape(address)}/24 .*\n +valid_lft \d+sec", vm.run("busybox ip addr show eth0"))


def test_an_interface_is_down_when_the_root_takes_its_first_breath(boot, workshop, lan, image):
    lan.dnsmasq()
    vm = boot("root=LABEL=demo ip=dhcp rd.neednet=1", [workshop.root()], image, cards=[lan.card()])
    first_address(vm)
    vm.wait_demo()
    assert not int(vm.run("cat /sys/class/net/eth0/flags"), 16) & 1
    assert "inet" not in vm.run("busybox ip addr show eth0")
    assert vm.run("ls /run/net-eth0.conf", check=False).endswith("No such file or directory")


@pytest.fixture
def nbd_image(workshop):
    modules = ("virtio_net", "af_packet", "nbd", "overlay")
    return workshop.image(*(f for m in modules for f in ("--module", m)), defconfig="full", shell=True)


def test_an_address_that_the_root_needs_stays_for_ever(boot, workshop, lan, nbd_image):
    lan.dnsmasq()
    lan.nbd(workshop.root())
    vm = boot("root=nbd:192.0.2.1:root rd.net.handover=down", initrd=nbd_image, cards=[lan.card()])
    address = first_address(vm)
    vm.wait_demo()
    shown = vm.run("busybox ip addr show eth0")
    assert re.search(rf"inet {re.escape(address)}/24 .*\n +valid_lft forever", shown)
    assert vm.run("cat /run/network/ifstate /run/network/ifstate.eth0") == "eth0=eth0\neth0"
    vm.run("cat /dev/nbd0 >/dev/null")


def test_networkd_does_not_take_the_root_away(boot, lan, nbd_image, networkd):
    dhcp = lan.dnsmasq()
    lan.nbd(networkd)
    vm = boot("root=nbd:192.0.2.1:root rd.overlay=tmpfs", initrd=nbd_image, cards=[lan.card()])
    address = first_address(vm)
    vm.login()
    vm.run("/lib/systemd/systemd-networkd-wait-online --interface=eth0 --timeout=60")
    dhcp.wait_log(rf"DHCPACK\(br0\) {re.escape(address)} {MAC}", times=2)
    assert "00-rootling-eth0.network" in vm.run("networkctl status --no-pager eth0")
    vm.run("echo 3 >/proc/sys/vm/drop_caches; cat /usr/bin/* >/dev/null")
    assert len(leases(lan)) == 1
