"""Devices that come late, go, come again, change, and are announced too often."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from disks import blank, copy, relabel
from vm import Disk
from workshop import REPO

PROCESSORS = 2


@pytest.fixture(scope="session")
def flood(workshop) -> Path:
    program = workshop.out / "matrix" / "flood"
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-O2", "-static", "-o", program, REPO / "qemu-test/flood.c"], check=True)
    return program


def test_a_flood_of_events_loses_no_device_and_holds_up_no_boot(boot, workshop, place, flood):
    image = workshop.image("--add", f"{flood}:/flood", shell=True)
    root = Disk(copy(workshop.root(), place / "root.img"))
    vm = boot("root=LABEL=demo rootwait rd.break=root", [blank(place / "blank.img")], image, free_ports=1)
    vm.wait_initramfs_shell()
    # as many as 5,000 a second are in five seconds; the root comes then, and the flood goes on
    seen = "$(($(cat /sys/kernel/uevent_seqnum) - start))"
    devices = "/sys/class/block/vda/uevent /sys/class/tty/tty0/uevent"
    vm.run("until [ -e /sys/class/block/vda ]; do :; done; start=$(cat /sys/kernel/uevent_seqnum)")
    vm.run(f"busybox setsid /flood {devices} >/dev/kmsg & true")
    vm.run(f"until [ {seen} -gt 25000 ]; do :; done")
    vm.send("exit\n")
    vm.plug(root)
    vm.wait_demo()
    assert "/dev/vdb / ext4" in vm.run("cat /proc/mounts")
    flooder = vm.run("cd /proc; grep -ls '^flood$' [0-9]*/comm").split("/")[0]
    vm.run(f"kill {flooder}; until dmesg | grep 'flood: .* events in'; do sleep 1; done")


def test_a_root_that_goes_and_comes_under_another_name_is_found_again(boot, workshop, place):
    root = Disk(copy(workshop.root(), place / "root.img"))
    other = Disk(relabel(copy(workshop.root(), place / "other.img"), "other", "0e0e0e0e-1111-4222-8333-444444444444"))
    words = "root=LABEL=demo rootwait rd.break=rootfs"
    vm = boot(words, initrd=workshop.image(shell=True), free_ports=3)
    vm.expect(r"rootling: modules: ")
    vm.plug(root)
    vm.expect(r"rootling: root: /dev/vda")
    vm.wait_initramfs_shell()
    vm.unplug("plug0")
    vm.run("until [ ! -e /sys/class/block/vda ]; do :; done")
    vm.plug(other)
    vm.run("until [ -e /sys/class/block/vda ]; do :; done")
    vm.plug(Disk(copy(workshop.root(), place / "again.img")))
    vm.send("exit\n")
    vm.wait_demo()
    assert "/dev/vdb / ext4" in vm.run("cat /proc/mounts")


def test_a_disk_and_a_card_that_come_after_the_verdict_are_used(boot, workshop, place):
    image = workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full")
    vm = boot("root=LABEL=demo rd.timeout=10 ip=dhcp", initrd=image, free_ports=2)
    vm.expect(r"rootling: no root: waited 10 s for LABEL=demo: saw no block device")
    vm.qmp("netdev_add", type="user", id="net0")
    vm.qmp("device_add", driver="virtio-net-pci", netdev="net0", bus="port1", id="card")
    vm.expect(r"rootling: network: \w+: 10\.0\.2\.15/24")
    vm.plug(Disk(copy(workshop.root(), place / "late.img")))
    vm.wait_demo()


def test_a_disc_that_is_put_in_late_is_the_root(boot, workshop):
    image = workshop.image("--module", "virtio_scsi", "--module", "sr_mod")
    vm = boot(
        "root=LABEL=demo rootwait",
        initrd=image,
        controllers=["virtio-scsi-pci,id=vs", "scsi-cd,bus=vs.0,id=drive"],
    )
    vm.expect(r"\[sr0\]|sr 0:0:0:0: ")
    vm.qmp("blockdev-open-tray", id="drive")
    file = {"driver": "file", "filename": str(workshop.root()), "read-only": True}
    vm.qmp("blockdev-add", **{"node-name": "disc", "driver": "raw", "read-only": True, "file": file})
    vm.qmp("blockdev-insert-medium", id="drive", **{"node-name": "disc"})
    vm.qmp("blockdev-close-tray", id="drive")
    vm.wait_demo()
    assert "/dev/sr0 / ext4 ro" in vm.run("cat /proc/mounts")
    assert vm.run("cat /sys/module/block/parameters/events_dfl_poll_msecs") == "0"


def test_a_loop_is_no_root_before_something_is_in_it(boot, workshop):
    image = workshop.image("--load", "loop", shell=True)
    vm = boot("root=/dev/loop0 rd.timeout=1", [workshop.root()], image)
    vm.expect(r"rootling: no root: waited 1 s for /dev/loop0: ")
    vm.wait_initramfs_shell()
    vm.send("busybox losetup /dev/loop0 /dev/vda\n")
    vm.wait_demo()
    assert "/dev/loop0 / ext4" in vm.run("cat /proc/mounts")


@pytest.mark.parametrize("root", ["LABEL=demo", "/dev/mapper/whole"])
def test_what_is_built_on_a_disk_goes_before_the_disk(boot, workshop, root):
    image = workshop.image("--load", "dm_mod", "--add-cmd", "dmsetup", defconfig="full", shell=True)
    vm = boot(f"root={root} rd.break=root", [workshop.root()], image)
    vm.wait_initramfs_shell()
    vm.run("until [ -b /dev/vda ]; do :; done; echo 0 $(cat /sys/class/block/vda/size) linear /dev/vda 0 >/table")
    vm.run("dmsetup create whole --noudevsync --noudevrules /table")
    vm.send("exit\n")
    vm.wait_demo()
    assert "/dev/dm-0 / ext4" in vm.run("cat /proc/mounts")
