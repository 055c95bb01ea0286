"""Which device is the root, and how it is mounted."""

from __future__ import annotations

import re

import pytest
from disks import Partition, blank, copy, partitioned, relabel, tool, uuid_of
from disks import gpt as gpt_disk
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


# ---- several devices


def test_the_best_of_several_devices_is_the_root(boot, workshop, place):
    other = relabel(copy(workshop.root(), place / "other.img"), "b,c", "0e0e0e0e-1111-4222-8333-444444444444")
    vm = boot("root=UUID=1-2,LABEL=b,c,LABEL=demo rootdelay=1", [workshop.root(), other], workshop.image(defconfig="full"))
    vm.wait_demo()
    assert "/dev/vdb / ext4" in vm.run("cat /proc/mounts")


def test_the_fallback_is_the_root_when_the_other_does_not_come(boot, workshop):
    words = "root=UUID=1-2 rootfallback=/dev/vdz rootfallback=LABEL=demo rd.timeout=2"
    vm = boot(words, [workshop.root()], workshop.image(defconfig="full"))
    vm.expect(r"rootling: root: waited 2 s in vain for root=UUID=1-2: taking rootfallback=LABEL=demo")
    vm.wait_demo()


def test_the_first_of_two_equal_disks_is_the_root_and_both_are_named(boot, workshop, place):
    clone = copy(workshop.root(), place / "clone.img")
    vm = boot("root=LABEL=demo rootdelay=1", [workshop.root(), clone])
    vm.expect(r"rootling: root: LABEL=demo is on vda and vdb: taking vda")
    vm.wait_demo()
    assert "/dev/vda / ext4" in vm.run("cat /proc/mounts")


@pytest.mark.parametrize("label", ['it\'s "a"=b', "\u00fc,\u00f1 \u4e2d"])
def test_odd_labels_are_found_as_udev_writes_them(boot, workshop, place, label):
    disk = relabel(copy(workshop.root(), place / "label.img"), label)
    escaped = "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}" for b in label.encode())
    vm = boot(f"root=/dev/disk/by-label/{escaped}", [disk])
    vm.wait_demo()


# ---- no root=

ROOT_TYPE = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
ESP_TYPE = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
READ_ONLY, NO_AUTO = 1 << 60, 1 << 63
EFIVARS = "/sys/firmware/efi/efivars"
LOADER = "LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
UEFI = ["-bios", "/usr/share/ovmf/OVMF.fd"]


def discoverable(workshop, path, attributes=0, esp=""):
    parts = [
        Partition(type=ESP_TYPE, uuid=esp),
        Partition(type=ROOT_TYPE, attributes=NO_AUTO),
        Partition(workshop.root(), type=ROOT_TYPE, attributes=attributes),
    ]
    return gpt_disk(path, parts)


def test_without_root_the_boot_disk_says_what_its_root_is(boot, workshop, place):
    disk = discoverable(workshop, place / "disk.img", READ_ONLY)
    vm = boot("rw", [workshop.root(), disk], workshop.image(defconfig="full"))
    vm.wait_demo()
    assert "/dev/vdb3 / ext4 ro" in vm.run("cat /proc/mounts")


def test_between_two_disks_that_say_so_there_is_no_guessing(boot, workshop, place):
    disks = [discoverable(workshop, place / f"{n}.img") for n in "ab"]
    vm = boot("root=gpt-auto rd.timeout=2", disks, workshop.image(defconfig="full"))
    vm.expect(r"no root: vda3 and vdb3 are both partitions of the type root-x86-64 and it is not known which disk ")
    vm.expect("recovery: ready")


def test_a_disk_without_a_root_partition_and_no_root_is_said(boot, workshop):
    vm = boot("rd.timeout=1", [workshop.root()], workshop.image(defconfig="full"))
    vm.expect(r"no root: waited 1 s for a GPT partition of the type root-x86-64, because there is no root= on the ")
    vm.expect("recovery: ready")


def test_discovery_can_be_turned_off(boot, workshop, place):
    disk = discoverable(workshop, place / "disk.img")
    vm = boot("systemd.gpt_auto=0", [disk], workshop.image(defconfig="full"))
    vm.expect("rootling: nothing to boot: no root= on the command line")


def test_the_loader_says_which_disk_was_booted(boot, workshop, place):
    disks = [discoverable(workshop, place / f"{n}.img", esp=PART_ID if n == "b" else "") for n in "ab"]
    variable = place / "variable"
    variable.write_bytes(b"\7\0\0\0" + f"{PART_ID.upper()}\0".encode("utf-16-le"))
    image = workshop.image("--module", "efivarfs", "--add", f"{variable}:/variable", defconfig="full", shell=True)
    vm = boot("rd.break=root", disks, image, extra=UEFI)
    vm.wait_initramfs_shell()
    # what a boot loader would have left in the firmware
    vm.run(f"mount -t efivarfs efivarfs {EFIVARS} && busybox dd if=/variable of={EFIVARS}/{LOADER} bs=128")
    vm.run(f"busybox umount {EFIVARS}")
    vm.send("exit\n")
    vm.wait_demo()
    assert "/dev/vdb3 / ext4" in vm.run("cat /proc/mounts")
    assert "efivarfs" not in vm.run("cat /proc/mounts")


# ---- partition tables


def test_the_partition_beside_the_one_that_is_named_is_the_root(boot, mbr):
    vm = boot("root=PARTUUID=00c0ffee-01/PARTNROFF=1", [mbr])
    vm.wait_demo()
    assert "/dev/vda2 / ext4" in vm.run("cat /proc/mounts")


def test_the_backup_of_a_damaged_table_has_the_partitions(boot, workshop, place):
    parts = [Partition(type=ROOT_TYPE), Partition(workshop.root(), uuid=PART_ID, type=ROOT_TYPE)]
    disk = gpt_disk(place / "disk.img", parts)
    with open(disk, "r+b") as f:
        f.write(bytes(1024))  # MBR and primary header
    vm = boot(f"root=PARTUUID={PART_ID} gpt", [disk])
    vm.wait_demo()
    assert "/dev/vda2 / ext4" in vm.run("cat /proc/mounts")


def test_a_logical_partition_is_the_root(boot, workshop, place):
    parts = [Partition(), Partition(type="extended", mib=65), Partition(workshop.root())]
    vm = boot("root=PARTUUID=00c0ffee-05", [partitioned(place / "disk.img", "dos", "0x00c0ffee", parts)])
    vm.wait_demo()
    assert "/dev/vda5 / ext4" in vm.run("cat /proc/mounts")


# ---- verdicts


def test_a_root_that_is_encrypted_is_called_so_among_twenty_disks(boot, place):
    luks = blank(place / "luks.img", 32)
    words = ["--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--uuid", PART_ID]
    tool("cryptsetup", "luksFormat", "-q", *words, luks, "-", stdin="secret")
    others = [blank(place / f"{n}.img", 1) for n in range(19)]
    vm = boot(f"root=UUID={PART_ID} rd.timeout=5", [luks, *others])
    said = vm.expect(r"rootling: (no root: .*)$").group(1)
    assert said.startswith(
        f"no root: waited 5 s for UUID={PART_ID}: UUID={PART_ID} is vda, which is LUKS-encrypted and not a file "
        "system; saw vd"
    )
    assert " (nothing known on it), vd" in said
    assert re.search(r" and \d+ more; no module for .*: check root=, or add the driver to the image$", said)
    assert len(said) < 512
