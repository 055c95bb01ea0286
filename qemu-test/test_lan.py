"""The rig's own network: what other scenarios take for granted."""

from __future__ import annotations

import pytest

NO_ROOT = "root=UUID=dead-beef rd.timeout=1"


@pytest.fixture
def image(workshop):
    return workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)


def wait_address_and_shell(vm):
    """The prompt may have come before the address: an empty line asks for another."""
    vm.expect(r"rootling: network: eth0: 192\.0\.2\.")
    vm.send("\n")
    vm.wait_initramfs_shell()


def test_a_machine_gets_its_address_from_dnsmasq(boot, lan, image):
    dhcp = lan.dnsmasq("dhcp-host=52:54:00:00:00:01,192.0.2.77,fleet-1")
    seen = lan.capture()
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, cards=[lan.card()])
    wait_address_and_shell(vm)
    dhcp.wait_log(r"DHCPACK\(br0\) 192\.0\.2\.77 52:54:00:00:00:01 fleet-1")
    assert "inet 192.0.2.77/24" in vm.run("busybox ip addr show eth0")
    vm.run("busybox ping -c 1 -w 20 192.0.2.1")
    assert [f.from_lan for f in seen.udp(67)] == [False, True, False, True]


STATIC = "ip=192.0.2.60::192.0.2.1:255.255.255.0::eth0:none"


def test_a_bad_wire_loses_and_doubles(boot, lan, image):
    card = lan.card(loss=0.2, duplicate=0.2)
    wait_address_and_shell(vm := boot(f"{NO_ROOT} {STATIC}", initrd=image, cards=[card]))
    said = "busybox ping -c 20 -i 0.1 -w 10 192.0.2.1 >/run/said"
    seen = "busybox grep -q DUP! /run/said && ! busybox grep -q ' 0% packet loss' /run/said"
    vm.run(f"until {said}; {seen}; do :; done")
    assert card.relay.lost > 0 and card.relay.doubled > 0


def test_a_card_on_a_vlan_needs_its_tag(boot, lan, image):
    card = lan.card(vlan=7)
    vm = boot(f"{NO_ROOT} {STATIC}", initrd=image, cards=[card])
    wait_address_and_shell(vm)
    assert " 0 packets received" in vm.run("busybox ping -c 1 -w 2 192.0.2.1", check=False)
    assert card.relay.lost > 0
    assert "192.0.2.60" not in lan.run("ip", "neigh")


def test_two_networks_of_the_same_addresses_do_not_meet(lan, tmp_path, workshop):
    other = type(lan)(workshop.servers(), tmp_path)
    try:
        lan.dnsmasq("port=53", "address=/server.example/192.0.2.1")
        lan.wait_port(53)
        assert ":53" in lan.run("ss", "-ltn")
        assert ":53" not in other.run("ss", "-ltn")
    finally:
        other.close()


@pytest.mark.parametrize("server", ["kea4", "kea6", "isc", "radvd", "networkd", "proxy"])
def test_a_server_starts_by_a_line(lan, server):
    assert getattr(lan, server)().is_running


def test_servers_of_files_start_by_a_line(lan, place):
    (folder := place / "web").mkdir()
    (folder / "image.img").write_bytes(b"image\n" + bytes(1 << 20))
    lan.certificate()
    web = lan.nginx(folder, tls=True)
    lan.ganesha(folder)
    lan.nbd(folder / "image.img")
    lan.tgt(folder / "image.img")
    said = lan.run("openssl", "s_client", "-connect", "192.0.2.1:443", "-CAfile", "/lan/server-ca.pem", "-verify_return_error")
    assert "Verify return code: 0 (ok)" in said
    assert "nfs" in lan.run("rpcinfo", "-p")
    assert "iqn.2026-11.example.server:root" in lan.run("tgtadm", "--lld", "iscsi", "--op", "show", "--mode", "target")
    web.stop()
    assert not web.is_running
