"""Which interface gets the address, and what interfaces are made of: cards that are dead, late, renamed,
tagged, bundled. What counts is what the guest's kernel and the servers say."""

from __future__ import annotations

import re

import pytest
from vm import VM, Card

NO_ROOT = "root=UUID=dead-beef rd.timeout=1"
MODULES = ("virtio_net", "af_packet", "8021q", "bonding", "bridge")
DEAD = Card("hubport,hubid=9", mac="52:54:00:00:00:dd")  # nobody is there


@pytest.fixture
def image(workshop):
    flags = [word for module in MODULES for word in ("--module", module)]
    return workshop.image(*flags, defconfig="full", shell=True)


def wait_shell(vm: VM, said: str) -> None:
    """The prompt may have come before what the network says: an empty line asks for another."""
    vm.expect(said)
    vm.send("\n")
    vm.wait_initramfs_shell()


def worker_pid(vm: VM) -> str:
    return vm.run("cd /proc; until grep -ls '^network$' [0-9]*/comm; do :; done").split("/")[0]


def wait_log(vm: VM, text: str) -> None:
    """Once there is a shell, the log no longer comes over the serial line."""
    vm.run(f"until dmesg | grep -qF '{text}'; do :; done")


def flags(vm: VM, ifname: str) -> int:
    return int(vm.run(f"cat /sys/class/net/{ifname}/flags"), 16)


def at_s(vm: VM, said: str) -> float:
    """When it was said, by the machine's clock."""
    found = re.search(rf"\[ *([0-9.]+)\] {said}", vm.text)
    assert found
    return float(found[1])


def test_a_dead_card_costs_no_time(boot, lan, image):
    """One without a cable and one in a network without a server, beside the one that works."""
    lan.dnsmasq()
    lan.bridge("silent")
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, cards=[DEAD, lan.card(bridge="silent"), lan.card()])
    vm.qmp("set_link", name="lan0", up=False)
    wait_shell(vm, r"netcfg: eth2 serves; down again: eth0 eth1")
    assert at_s(vm, "rootling: network: eth2: 192.0.2") - at_s(vm, "rootling: network: eth2: link up") < 1.0
    assert [flags(vm, f"eth{i}") & 1 for i in range(3)] == [0, 0, 1]
    assert "192.0.2" not in vm.run("busybox ip addr show eth0; busybox ip addr show eth1")
    assert "default via 192.0.2.1 dev eth2" in vm.run("busybox ip route")


def test_bootif_chooses_the_card(boot, lan, image):
    dhcp = lan.dnsmasq()
    cards = [lan.card(), lan.card(mac="52:54:00:00:00:b0")]
    vm = boot(f"{NO_ROOT} ip=dhcp BOOTIF=01-52-54-00-00-00-b0", initrd=image, cards=cards)
    wait_shell(vm, r"network: eth1: 192\.0\.2\.")
    assert flags(vm, "eth0") & 1 == 0
    assert "52:54:00:00:00:01" not in dhcp.log


def test_cards_are_named_by_their_address(boot, lan, image):
    """The two names are each other's: a swap."""
    lan.dnsmasq()
    cards = [lan.card(mac="52:54:00:00:00:0a"), lan.card(mac="52:54:00:00:00:0b")]
    names = "ifname=eth1:52:54:00:00:00:0a ifname=eth0:52:54:00:00:00:0b"
    vm = boot(f"{NO_ROOT} ip=eth1:dhcp {names}", initrd=image, cards=cards)
    wait_shell(vm, r"network: eth1: 192\.0\.2\.")
    assert vm.run("cat /sys/class/net/eth1/address") == "52:54:00:00:00:0a"
    assert vm.run("cat /sys/class/net/eth0/address") == "52:54:00:00:00:0b"


def test_a_vlan_is_made_on_its_card(boot, lan, image):
    dhcp = lan.dnsmasq()
    vm = boot(f"{NO_ROOT} vlan=vlan7:eth0 ip=vlan7:dhcp", initrd=image, cards=[lan.card(vlan=7)])
    wait_shell(vm, r"network: vlan7: 192\.0\.2\.")
    assert "VID: 7" in vm.run("cat /proc/net/vlan/vlan7")
    assert "inet " not in vm.run("busybox ip addr show eth0")
    dhcp.wait_log(r"DHCPACK\(br0\)")
    vm.run("busybox ping -c 1 -w 20 192.0.2.1")


def test_a_bond_survives_one_of_its_cables(boot, lan, image):
    dhcp = lan.dnsmasq()
    bond = "bond=bond0:eth0,eth1:mode=active-backup,miimon=50,primary=eth1:1400"
    vm = boot(f"{NO_ROOT} {bond} ip=bond0:dhcp", initrd=image, cards=[lan.card(), lan.card()])
    wait_shell(vm, r"network: bond0: 192\.0\.2\.")
    said = vm.run("cat /proc/net/bonding/bond0")
    assert "Bonding Mode: fault-tolerance (active-backup)" in said
    assert "MII Polling Interval (ms): 50" in said
    assert "Currently Active Slave: eth1" in said
    assert vm.run("cat /sys/class/net/bond0/mtu") == "1400"
    dhcp.wait_log(r"DHCPACK\(br0\)")
    vm.qmp("set_link", name="lan1", up=False)
    vm.run("until grep -q 'Active Slave: eth0' /proc/net/bonding/bond0; do :; done")
    vm.run("busybox ping -c 1 -w 20 192.0.2.1")


def test_a_bridge_has_the_address_of_its_ports(boot, lan, image):
    lan.dnsmasq()
    lan.bridge("other")
    cards = [lan.card(), lan.card(bridge="other")]
    vm = boot(f"{NO_ROOT} bridge=br0:eth0,eth1 ip=br0:dhcp", initrd=image, cards=cards)
    wait_shell(vm, r"network: br0: 192\.0\.2\.")
    assert set(vm.run("ls /sys/class/net/br0/brif").split()) == {"eth0", "eth1"}
    assert vm.run("cat /sys/class/net/br0/bridge/stp_state") == "0"
    assert "inet " not in vm.run("busybox ip addr show eth0; busybox ip addr show eth1")


def test_a_kind_without_its_module_is_named(boot, workshop):
    image = workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)
    vm = boot(f"{NO_ROOT} vlan=vlan7:eth0 ip=vlan7:dhcp", initrd=image, cards=[DEAD])
    wait_shell(vm, r"netcfg: vlan7: VLAN \(module 8021q\): its kernel module is not in the image")


def test_a_card_that_is_plugged_in_late_serves(boot, image):
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, free_ports=1, extra=["-netdev", "user,id=late"])
    wait_shell(vm, r"recovery: ready")
    vm.qmp("device_add", driver="virtio-net-pci", netdev="late", bus="port0", id="card")
    wait_log(vm, "network: eth0: 10.0.2.15/24")
    vm.qmp("device_del", id="card")
    wait_log(vm, "netcfg: eth0: gone")


def test_a_usb_card_that_is_plugged_in_late_serves(boot, workshop):
    modules = ("xhci_pci", "cdc_ether", "rndis_host", "af_packet")
    image = workshop.image(*(w for m in modules for w in ("--module", m)), defconfig="full", flavour="generic", shell=True)
    kernel = workshop.kernel(flavour="generic") / "vmlinuz"
    usb = ["-device", "qemu-xhci,id=usb", "-netdev", "user,id=late"]
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, kernel=kernel, extra=usb)
    wait_shell(vm, r"recovery: ready")
    vm.qmp("device_add", driver="usb-net", netdev="late", bus="usb.0", id="card")
    wait_log(vm, ": 10.0.2.15/24 gateway 10.0.2.2")


def test_a_carrier_that_comes_late_is_waited_for(boot, lan, image):
    """The card that works comes up while the other one is still asked in vain."""
    lan.dnsmasq()
    lan.bridge("silent")
    vm = boot(f"{NO_ROOT} ip=dhcp rd.net.timeout.carrier=1", initrd=image, cards=[lan.card(), lan.card(bridge="silent")])
    vm.qmp("set_link", name="lan0", up=False)
    wait_shell(vm, r"netcfg: eth0: no carrier for 1 s")
    vm.qmp("set_link", name="lan0", up=True)
    vm.run("until busybox ip addr show eth0 | grep -q 'inet 192.0.2'; do :; done")
    assert flags(vm, "eth1") & 1 == 0


def test_two_rows_configure_two_cards(boot, lan, image):
    """The first one has the default route; both families on the second."""
    lan.bridge("other", "198.51.100.1/24", "2001:db8:1::1/64")
    rows = "ip=192.0.2.60::192.0.2.1:24:first:eth0:none ip=198.51.100.60::198.51.100.1:24::eth1:none"
    row6 = "ip=[2001:db8:1::60]::[2001:db8:1::1]:64::eth1:none"
    route = "rd.route=203.0.113.0/24:198.51.100.1:eth1"
    vm = boot(f"{NO_ROOT} {rows} {row6} {route}", initrd=image, cards=[lan.card(), lan.card(bridge="other")])
    wait_shell(vm, r"network: eth1: 2001:db8:1::60/64")
    routes = vm.run("busybox ip route")
    assert re.search(r"default via 192\.0\.2\.1 dev eth0 *$", routes, re.MULTILINE)
    assert re.search(r"default via 198\.51\.100\.1 dev eth1 .*metric 1", routes)
    assert "203.0.113.0/24 via 198.51.100.1 dev eth1" in routes
    address6 = vm.run("busybox ip -6 addr show eth1")
    assert "2001:db8:1::60/64" in address6
    assert "tentative" not in address6
    vm.run("busybox ping -c 1 -w 20 192.0.2.1")
    vm.run("busybox ping -c 1 -w 20 198.51.100.1")
    vm.run("busybox ping6 -c 1 -w 20 2001:db8:1::1")


def test_an_address_that_another_machine_has_is_not_used(boot, lan, image):
    """Duplicate address detection of IPv6 finds the bridge's own."""
    vm = boot(f"{NO_ROOT} ip=[2001:db8::1]:::64::eth0:none", initrd=image, cards=[lan.card()])
    wait_shell(vm, r"netcfg: eth0: 2001:db8::1: another machine has this address")
    assert "2001:db8::1" not in vm.run("busybox ip -6 addr show eth0")


def test_what_was_configured_before_is_left_alone(boot, lan, image):
    """As if the kernel had done it (IP_PNP): a new worker finds an address that is not its own."""
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, cards=[lan.card(), lan.card()])
    wait_shell(vm, r"network: eth1: link up")
    vm.run("busybox ip addr add 192.0.2.50/24 dev eth0; busybox ip route add default via 192.0.2.1")
    vm.run(f"kill -9 {worker_pid(vm)}")
    wait_log(vm, "network: eth0: 192.0.2.50/24")
    dhcp = lan.dnsmasq()
    vm.run("busybox ping -c 3 -w 20 192.0.2.1")
    assert "DHCPDISCOVER" not in dhcp.log
    assert "inet " not in vm.run("busybox ip addr show eth1")


def test_a_worker_that_is_killed_while_it_asks_goes_on(boot, lan, image):
    """The first answer comes after its death; meanwhile the boot has gone on."""
    dead = []

    def drop(frame: bytes, to_machine: bool) -> bool:
        return to_machine and frame[12:14] == b"\x08\x00" and frame[23] == 17 and not dead

    lan.dnsmasq()
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, cards=[lan.card(drop=drop)])
    vm.wait_initramfs_shell()
    pid = worker_pid(vm)
    assert vm.run(f"ls -l /proc/{pid}/root").endswith("-> /")
    status = vm.run(f"cat /proc/{pid}/status")
    assert re.search(r"Uid:\s65533\s65533\s65533\s65533", status)
    assert "NoNewPrivs:\t1" in status
    assert "CapEff:\t0000000000003400" in status
    assert vm.run(f"ls /proc/{pid}/root/") == vm.run("ls /proc/sys/net")
    vm.run(f"kill -9 {pid}")
    dead.append(pid)
    vm.run("until busybox ip addr show eth0 | grep -q 'inet 192.0.2'; do :; done")
    assert vm.run("cat /sys/class/net/eth0/operstate") == "up"
