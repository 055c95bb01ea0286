"""A root on an iSCSI target: open-iscsi's iscsistart in the image, tgt as the server."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

TARGET = "iqn.2026-11.example.server:root"
MODULES = ("virtio_net", "af_packet", "iscsi_tcp", "iscsi_ibft", "sd_mod", "crypto-crc32c", "ext4")


def image_of(workshop, flavour: str = "cloud") -> Path:
    modules = [word for m in MODULES for word in ("--module", m)]
    return workshop.image("--sysroot", str(workshop.servers()), "--add-cmd", "iscsistart", *modules, defconfig="full", flavour=flavour)


@pytest.fixture
def image(workshop) -> Path:
    return image_of(workshop)


def is_the_root(vm) -> bool:
    return vm.run("grep ' / ' /proc/mounts | grep -v rootfs").startswith("/dev/sda / ext4 ro,")


@pytest.mark.parametrize(
    ("words", "flavour"),
    [
        (f"root=iscsi:192.0.2.1:::1:{TARGET}", "cloud"),
        (f"root=LABEL=demo netroot=iscsi:192.0.2.1::3260:1:{TARGET}", "generic"),
    ],
    ids=["root", "netroot"],
)
def test_a_lun_is_the_root(boot, lan, workshop, words, flavour):
    lan.dnsmasq()
    lan.tgt(workshop.root(), TARGET)
    kernel = workshop.kernel(flavour=flavour) / "vmlinuz"
    vm = boot(words, initrd=image_of(workshop, flavour), kernel=kernel, cards=[lan.card()])
    vm.wait_demo()
    assert is_the_root(vm)
    assert TARGET in vm.run("cat /sys/class/iscsi_session/session*/targetname")


def test_a_target_that_comes_late_is_waited_for(boot, lan, workshop, image):
    lan.dnsmasq()
    vm = boot(f"root=iscsi:192.0.2.1:::1:{TARGET}", initrd=image, cards=[lan.card()])
    vm.expect(r"rootling: netroot: 20 s: iSCSI 192\.0\.2\.1: ", 40)
    lan.tgt(workshop.root(), TARGET)
    vm.wait_demo(within_s=60)
    assert is_the_root(vm)


def test_without_a_table_dhcp_is_asked(boot, lan, workshop, image):
    lan.dnsmasq()
    vm = boot("root=LABEL=demo ip=ibft rd.neednet=1", [workshop.root()], image, cards=[lan.card()])
    vm.expect(r"rootling: network: iBFT: the firmware left no card in /sys/firmware/ibft, .*: asking DHCP")
    vm.expect(r"rootling: network: eth0: 192\.0\.2\.\d+/24")
    vm.wait_demo()


SCRIPT = f"""#!ipxe
{{before}}
sanhook iscsi:192.0.2.1:::1:{TARGET}
kernel vmlinuz initrd=initrd console=ttyS0 cryptomgr.notests no_timer_check root=LABEL=demo {{words}}
initrd --name initrd initrd.img
boot
"""


@pytest.mark.parametrize(
    ("before", "words", "address", "method"),
    [
        ("", "rd.iscsi.firmware=1", "192.0.2.1[0-5][0-9]", "dhcp4"),
        ("set net0/dhcp-server 0.0.0.0\nset net0/ip 192.0.2.77", "ip=ibft netroot=iscsi", "192.0.2.77", "static"),
    ],
    ids=["dhcp", "static"],
)
def test_what_ipxe_leaves_in_its_table_is_the_network_and_the_root(boot, lan, workshop, image, place, before, words, address, method):
    web = place / "web"
    web.mkdir()
    shutil.copy(workshop.kernel() / "vmlinuz", web)
    shutil.copy(image, web / "initrd.img")
    (web / "boot.ipxe").write_text(SCRIPT.format(before=before, words=words))
    lan.dnsmasq("dhcp-boot=http://192.0.2.1/boot.ipxe")
    lan.nginx(web)
    lan.tgt(workshop.root(), TARGET)
    vm = boot(bare=True, cards=[lan.card(boots=True)])
    vm.expect(rf"rootling: network: ibft0: {address}/24", 60)
    vm.wait_demo()
    assert is_the_root(vm)
    assert re.search(rf"inet addr:{address} ", vm.run("ifconfig ibft0"))
    assert f'"method":"{method}"' in vm.run("cat /run/rootling/status.json")
