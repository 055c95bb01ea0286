"""IPv6 of a boot against Debian's routers and DHCPv6 servers. What counts is what the guest's kernel
holds, and what the servers say they gave."""

from __future__ import annotations

import random
import re
import socket
import struct

import pytest
from lan import Frame, Lan
from vm import VM

NO_ROOT = "root=UUID=dead-beef rd.timeout=1"
SLAAC = "2001:db8::5054:ff:fe00:1"  # of the first card of a lan
LINK_LOCAL = "fe80::5054:ff:fe00:1"
ROUTER = "fe80::ff:fe00:1"
DHCP = r"2001:db8::1[0-9a-f]{2}"  # 100 to 1ff
RANGE = "2001:db8::100,2001:db8::1ff"
OPTIONS = ("dhcp-option=option6:dns-server,[2001:db8::53]", "dhcp-option=option6:domain-search,lab.example")
BOOT = ("dhcp-option=option6:bootfile-url,http://[2001:db8::1]/a", "dhcp-option=option6:bootfile-param,root=nbd:[2001:db8::1]:a")


@pytest.fixture
def image(workshop):
    return workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)


@pytest.fixture
def start(boot, image, lan):
    """A machine with one card, whose log has said so about its address."""
    lan.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")  # else the kernel is no router

    def start(options: str, said: str, **card) -> VM:
        vm = boot(f"{NO_ROOT} {options}", initrd=image, cards=[lan.card(**card)])
        vm.expect(said)
        vm.send("\n")
        vm.wait_initramfs_shell()
        return vm

    return start


def addresses(vm: VM) -> list[str]:
    """Those of eth0, with what the kernel says of them."""
    return re.findall(r"inet6 (.*)", vm.run("busybox ip -6 addr show dev eth0"))


def wait_dad(vm: VM) -> None:
    vm.run("while busybox ip -6 addr show dev eth0 | grep -q tentative; do :; done")


def resolv_conf(vm: VM) -> str:
    return vm.run("cat /run/rootling/resolv.conf")


def ipv6(frame: Frame, protocol: int) -> bytes:
    """What such a packet of the machine carries, or nothing."""
    data = frame.data
    return data[54:] if not frame.from_lan and data[12:14] == b"\x86\xdd" and data[20] == protocol else b""


class Liar:
    """Sends what no server would send, from the router's address."""

    def __init__(self, lan: Lan) -> None:
        self._socket = lan.inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
        self._socket.bind(("br0", 0))

    def send(self, to: str, protocol: int, payload: bytes, sum_at: int) -> None:
        addresses = socket.inet_pton(socket.AF_INET6, ROUTER) + socket.inet_pton(socket.AF_INET6, to)
        words = addresses + struct.pack("!II", len(payload), protocol) + payload + b"\0" * (len(payload) % 2)
        total = sum(struct.unpack(f"!{len(words) // 2}H", words))
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        payload = payload[:sum_at] + struct.pack("!H", total ^ 0xFFFF) + payload[sum_at + 2 :]
        head = b"\x52\x54\0\0\0\1" + b"\2\0\0\0\0\1" + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255)
        self._socket.send(head + addresses + payload)

    def advertise(self, *options: bytes) -> None:
        """A router advertisement that does not make a router."""
        self.send("ff02::1", 58, bytes([134]) + bytes(15) + b"".join(options), 2)

    def reply(self, message: bytes) -> None:
        """A DHCPv6 message to the machine."""
        self.send(LINK_LOCAL, 17, struct.pack("!HHHH", 547, 546, 8 + len(message), 0) + message, 6)


def since_ready_s(vm: VM) -> float:
    """From when the kernel lets packets out of the link to the address, by its clock. It says so if
    the carrier was not there at once."""
    log = vm.run("dmesg")
    ready = re.findall(r"\[ *([0-9.]+)\] (?:IPv6: ADDRCONF.NETDEV_CHANGE|rootling: network: eth0: link up)", log)
    told = re.search(r"\[ *([0-9.]+)\] rootling: network: eth0: [0-9a-f:]+/", log)
    assert ready and told
    return float(told[1]) - max(map(float, ready))


def test_a_router_gives_address_route_and_name_servers(lan, start):
    lan.dnsmasq("enable-ra", "dhcp-range=2001:db8::,ra-only,64,1h", *OPTIONS, pool="")
    vm = start("ip=auto6", rf"network: eth0: {SLAAC}/64 gateway {ROUTER}")
    assert since_ready_s(vm) < 0.9, "DAD takes a second, and is not waited for"
    assert "nameserver 2001:db8::53" in resolv_conf(vm)
    assert "search lab.example" in resolv_conf(vm)
    assert f"default via {ROUTER} dev eth0" in vm.run("busybox ip -6 route")
    wait_dad(vm)
    assert any(a.startswith(f"{SLAAC}/64 scope global dynamic") for a in addresses(vm))
    vm.run("busybox ping -6 -c 1 -w 20 2001:db8::1")


def test_stateless_dhcp_gives_name_servers_with_the_address(lan, start):
    dhcp = lan.dnsmasq("dhcp-range=2001:db8::,ra-stateless,64,1h", *OPTIONS, "ra-param=br0,10", pool="")
    vm = start("ip=auto6", rf"network: eth0: {SLAAC}/64")
    dhcp.wait_log(r"DHCPINFORMATION-REQUEST\(br0\) .*00:03:00:01:52:54:00:00:00:01")
    vm.run("until grep -q 2001:db8::53 /run/rootling/resolv.conf; do :; done")


@pytest.mark.parametrize("mode", ["auto6", "dhcp6"])
def test_dnsmasq_gives_an_address_rapidly(lan, start, mode):
    seen = lan.capture()
    dhcp = lan.dnsmasq("enable-ra", f"dhcp-range={RANGE},64,1h", *OPTIONS, *BOOT, pool="")
    vm = start(f"ip={mode}", rf"network: eth0: {DHCP}/128")
    dhcp.wait_log(rf"DHCPREPLY\(br0\) ({DHCP}) 00:03:00:01:52:54:00:00:00:01")
    assert since_ready_s(vm) < 0.9
    assert "nameserver 2001:db8::53" in resolv_conf(vm)
    assert f"default via {ROUTER} dev eth0" in vm.run("busybox ip -6 route")
    wait_dad(vm)
    assert any(re.match(rf"{DHCP}/128 scope global dynamic", a) for a in addresses(vm))
    vm.run("busybox ping -6 -c 1 -w 20 2001:db8::1")
    sent = [ipv6(frame, 17)[8] for frame in seen.frames if ipv6(frame, 17)[2:4] == b"\x02\x23"]
    assert sent == [1], "one SOLICIT: the answer is a REPLY, by Rapid Commit"
    [lease] = [row for row in vm.network_status() if row["method"] == "dhcp6"]
    assert lease["boot_file"] == "http://[2001:db8::1]/a"
    assert lease["root_path"] == "nbd:[2001:db8::1]:a"


@pytest.mark.parametrize("rapid", [False, True])
def test_kea_gives_an_address(lan, start, rapid):
    subnet = {"subnet": "2001:db8::/64", "pools": [{"pool": "2001:db8::100-2001:db8::1ff"}], "interface": "br0", "rapid-commit": rapid}
    kea = lan.kea6(subnet6=[subnet], **{"option-data": [{"name": "dns-servers", "data": "2001:db8::53"}]})
    lan.radvd("AdvManagedFlag on;", prefix_options="AdvAutonomous off;")
    vm = start("ip=auto6", rf"network: eth0: {DHCP}/128")
    kea.wait_log(r"DHCP6_LEASE_ALLOC")
    assert "nameserver 2001:db8::53" in resolv_conf(vm)
    wait_dad(vm)
    assert [a.split("/")[1].split()[0] for a in addresses(vm)] == ["128", "64"]
    vm.run("busybox ping -6 -c 1 -w 20 2001:db8::1")


def test_either6_takes_dhcp_when_no_router_gives_an_address(lan, start):
    lan.kea6()
    lan.radvd(prefix_options="AdvAutonomous off;")
    vm = start("ip=either6", rf"network: eth0: {DHCP}/128")
    assert since_ready_s(vm) < 6


def test_link6_takes_nothing_but_the_link_local_address(lan, start):
    lan.dnsmasq("enable-ra", "dhcp-range=2001:db8::,ra-only,64,1h", pool="")
    vm = start("ip=link6", rf"network: eth0: {LINK_LOCAL}/64")
    wait_dad(vm)
    assert len(addresses(vm)) == 1
    assert "default" not in vm.run("busybox ip -6 route")


def test_an_address_that_another_machine_has_is_named(lan, start):
    lan.run("ip", "addr", "add", f"{SLAAC}/64", "dev", "br0")
    lan.dnsmasq("enable-ra", "dhcp-range=2001:db8::,ra-only,64,1h", pool="")
    vm = start("ip=auto6", rf"netcfg: eth0: {SLAAC}: another machine has this address")
    assert not any(SLAAC in a for a in addresses(vm))
    assert "nameserver" not in vm.run("cat /run/rootling/resolv.conf", check=False)


def test_a_dhcp_address_that_another_machine_has_is_declined(lan, start):
    lan.run("ip", "addr", "add", "2001:db8::177/64", "dev", "br0")
    dhcp = lan.dnsmasq("enable-ra", f"dhcp-range={RANGE},64,1h", "dhcp-host=id:00:03:00:01:52:54:00:00:00:01,[::177]", pool="")
    vm = start("ip=dhcp6", r"netcfg: eth0: 2001:db8::177: another machine has this address")
    dhcp.wait_log(r"DHCPDECLINE\(br0\) .*00:03:00:01:52:54:00:00:00:01")
    vm.run("until busybox ip -6 addr show dev eth0 | grep 2001:db8::1 | grep -v ::177; do :; done")


def option(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


def lies(solicit: bytes) -> list[bytes]:
    """Answers to this SOLICIT: cut anywhere, with lengths that lie, with names that are none."""
    client = solicit[4:18]
    address = option(5, socket.inet_pton(socket.AF_INET6, "2001:db8::bad") + struct.pack("!II", 3600, 3600))
    body = client + option(2, b"\0\3\0\1liar") + option(14, b"") + option(24, b"\7example\0")
    good = b"\7" + solicit[1:4] + body + option(3, b"\0\0\0\2" + bytes(8) + address)  # of another IAID
    cut = [good[:n] for n in range(len(good))]
    dice = random.Random(1)
    spoilt = [bytes(b if dice.random() > 0.1 else dice.randrange(256) for b in good[18:]) for _ in range(200)]
    names = [option(24, b"\4a;rm\0"), option(24, b"\xc0\0"), option(24, b"\x3f" + b"a" * 63 + b"\x3f"), option(23, bytes(17))]
    return [*cut, *(good[:18] + s for s in spoilt), *(good + name for name in names), good[:18] + b"\0\3\xff\xff"]


def test_liars_do_not_stop_the_worker(lan, boot, image):
    seen = lan.capture()
    vm = boot(f"{NO_ROOT} ip=dhcp6", initrd=image, cards=[lan.card()])
    solicit = ipv6(seen.wait(lambda f: ipv6(f, 17)[:4] == b"\x02\x22\x02\x23"), 17)[8:]
    liar = Liar(lan)
    for value in (b"", b"\xc0\0\0\0\0\0\0\0", b"\x3f" + b"a" * 23, bytes(16), b"\4a;rm\0\0\0", b"\xff" * 32):
        for kind in (25, 31):
            liar.advertise(bytes([kind, 1 + len(value) // 8, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]) + value)
    for message in lies(solicit):
        liar.reply(message)
    lan.dnsmasq("enable-ra", f"dhcp-range={RANGE},64,1h", *OPTIONS, pool="")
    vm.expect(rf"network: eth0: {DHCP}/128")
    vm.send("\n")
    vm.wait_initramfs_shell()
    assert "bad" not in vm.run("busybox ip -6 addr show dev eth0")
    assert resolv_conf(vm).split() == ["search", "lab.example", "nameserver", "2001:db8::53"]
    assert "starting it again" not in vm.run("dmesg")


def test_a_lossy_wire_costs_seconds_not_the_address(lan, start):
    lan.dnsmasq("enable-ra", f"dhcp-range={RANGE},64,1h", *OPTIONS, pool="")
    vm = start("ip=auto6", rf"network: eth0: {DHCP}/128", loss=0.3, duplicate=0.3)
    assert any(re.match(rf"{DHCP}/128", a) for a in addresses(vm))


def test_networkd_advertises_itself(lan, start):
    words = "DHCPServer=no\nIPv6SendRA=yes\n[IPv6SendRA]\nEmitDNS=yes\nDNS=2001:db8::53\nEmitDomains=yes\nDomains=lab.example"
    lan.networkd("[IPv6Prefix]\nPrefix=2001:db8::/64", mode=f"{words}\n[Network]", server="")
    vm = start("ip=auto6", rf"network: eth0: {SLAAC}/64")
    assert resolv_conf(vm).split() == ["search", "lab.example", "nameserver", "2001:db8::53"]
