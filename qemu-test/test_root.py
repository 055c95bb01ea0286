"""Which device is the root, and how it is mounted."""

from __future__ import annotations

import pytest
from disks import Partition, blank, copy, partitioned, relabel, uuid_of
from vm import Disk

GPT_ID = "6a1f3b52-90c4-4b7e-a3d5-0c4f1e2d3b4a"
PART_ID = "c2d3e4f5-0617-4829-8a3b-4c5d6e7f8091"


@pytest.fixture
def gpt(workshop, place):
    """Two partitions, the demo in the second."""
    other = Partition(name="other", uuid="11111111-2222-4333-8444-555555555555")
    return partitioned(
        place / "gpt.img", "gpt", GPT_ID, [other, Partition(workshop.root(), name="the root", uuid=PART_ID)]
    )


@pytest.fixture
def mbr(workshop, place):
    return partitioned(place / "mbr.img", "dos", "0x00c0ffee", [Partition(), Partition(workshop.root())])


@pytest.mark.parametrize("spec", ["/dev/vda", "UUID={uuid}", "UUID={UUID}", "LABEL=demo", "254:0", "fe00"])
def test_the_root_is_a_whole_disk(boot, workshop, spec):
    uuid = uuid_of(workshop.root())
    vm = boot(f"root={spec.format(uuid=uuid, UUID=uuid.upper())}", [workshop.root()])
    vm.wait_demo()
    assert "/dev/vda / ext4 ro" in vm.run("cat /proc/mounts")


@pytest.mark.parametrize(
    "spec", ["/dev/vda2", "LABEL=demo", f"PARTUUID={PART_ID}", f"PARTUUID={PART_ID.upper()}", '"PARTLABEL=the root"']
)
def test_the_root_is_a_partition_of_a_gpt_disk(boot, gpt, spec):
    vm = boot(f"root={spec}" if spec[0] != '"' else f'"root={spec[1:]}', [gpt])
    vm.wait_demo()
    assert "/dev/vda2 / ext4 ro" in vm.run("cat /proc/mounts")


@pytest.mark.parametrize("spec", ["/dev/vda2", "PARTUUID=00c0ffee-02", "PARTUUID=00C0FFEE-02"])
def test_the_root_is_a_partition_of_an_mbr_disk(boot, mbr, spec):
    vm = boot(f"root={spec}", [mbr])
    vm.wait_demo()
    assert "/dev/vda2 / ext4 ro" in vm.run("cat /proc/mounts")


def test_the_right_one_of_several_disks_is_the_root(boot, workshop, place):
    other = relabel(copy(workshop.root(), place / "other.img"), "other", "0e0e0e0e-1111-4222-8333-444444444444")
    vm = boot("root=LABEL=demo", [blank(place / "blank.img"), other, workshop.root()])
    vm.wait_demo()
    assert "/dev/vdc / ext4" in vm.run("cat /proc/mounts")


def test_a_label_with_a_blank_and_an_umlaut_is_found(boot, workshop, place):
    disk = relabel(copy(workshop.root(), place / "label.img"), "w\u00fcst und")
    vm = boot('root="LABEL=w\u00fcst und"', [disk])
    vm.wait_demo()


@pytest.mark.parametrize(("word", "mode"), [("", "ro"), ("ro", "ro"), ("rw", "rw"), ("ro rw", "rw"), ("rw ro", "ro")])
def test_the_last_of_ro_and_rw_counts(boot, workshop, word, mode):
    vm = boot(f"root=/dev/vda {word}", [workshop.root()])
    vm.wait_demo()
    assert f"/dev/vda / ext4 {mode}" in vm.run("cat /proc/mounts")


def test_rootflags_and_rootfstype_are_obeyed(boot, workshop):
    vm = boot("root=/dev/vda rootfstype=xfs,ext4 rootflags=noatime,data=journal rw", [workshop.root()])
    vm.wait_demo()
    options = vm.run("grep ' / ext4 ' /proc/mounts")
    assert "noatime" in options and "data=journal" in options


def test_what_is_written_stays_on_a_disk_of_ones_own(boot, workshop, place):
    disk = Disk(copy(workshop.root(), place / "own.img"), snapshot=False)
    first = boot("root=/dev/vda rw", [disk])
    first.wait_demo()
    first.run("echo kept >/root/note")
    first.send("poweroff\n")
    assert first.wait_off() == 0
    second = boot("root=/dev/vda", [disk])
    second.wait_demo()
    assert second.run("cat /root/note") == "kept"


def test_rootdelay_waits_before_the_first_look(boot, workshop):
    vm = boot("root=/dev/vda rootdelay=3", [workshop.root()])
    took_ms = float(vm.expect(r"rootling: root: .*?, (\d+\.\d+) ms").group(1))
    assert took_ms >= 3000
    vm.wait_demo()


def test_rootwait_lets_the_root_come_when_it_likes(boot, workshop, place):
    disk = Disk(copy(workshop.root(), place / "late.img"))
    vm = boot("root=LABEL=demo rootwait rd.timeout=1", free_ports=1)
    vm.expect(r"rootling: modules: ")
    vm.plug(disk)
    vm.expect(r"rootling: root: /dev/vda")
    vm.wait_demo()


def test_options_in_the_image_hold_until_the_command_line_says_otherwise(boot, workshop):
    image = workshop.image("--cmdline", "root=LABEL=demo rw # from the image")
    vm = boot("ro", [workshop.root()], image)
    vm.wait_demo()
    assert "/dev/vda / ext4 ro" in vm.run("cat /proc/mounts")
