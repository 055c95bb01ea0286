"""The same for what is on a disk and never a root; where no tool makes it without the device itself,
written by hand."""

import struct
import uuid
import zlib
from pathlib import Path

import pytest

from probing import AMBIVALENT, MIB, TEXTS, blank, compare, id_of, patch, run

LUKS = [("luks1", ()), *(("luks2", ("--label", label)) for label in TEXTS)]


@pytest.mark.parametrize(("version", "options"), LUKS, ids=id_of)
def test_luks(tmp_path, version, options):
    image = blank(tmp_path / "image", 32 * MIB)
    run("cryptsetup", "luksFormat", "-q", "--type", version, "--pbkdf", "pbkdf2",
        "--pbkdf-force-iterations", "1000", *options, image, "-", input=b"secret")
    compare(image, "crypto_LUKS")


def test_luks_of_an_unknown_version_is_still_a_container(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 0, b"LUKS\xba\xbe\0\x09")
    compare(image, "crypto_LUKS")


def lvm_label(sector: int, name: bytes) -> bytes:
    rest = (struct.pack("<I8s", 32, b"LVM2 001") + name).ljust(492, b"\0")
    crc = ~zlib.crc32(rest, ~0xF597A6CF & 0xFFFFFFFF) & 0xFFFFFFFF
    return struct.pack("<8sQI", b"LABELONE", sector, crc) + rest


@pytest.mark.parametrize("sector", (0, 1, 2, 3))
def test_an_lvm_member_is_not_the_ext4_left_in_it(tmp_path, sector):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 512 * sector, lvm_label(sector, b"abcdefGHIJKLmnopqrstUVWXyz012345"))
    compare(image, "LVM2_member")


def test_an_lvm_label_with_a_wrong_checksum_or_place_does_not_count(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 512, lvm_label(1, b"abcdefGHIJKLmnopqrstUVWXyz012345")[:-1] + b"x")
    compare(image, "ext4")
    patch(image, 512, lvm_label(3, b"abcdefGHIJKLmnopqrstUVWXyz012345"))
    compare(image, "ext4")


@pytest.mark.parametrize("size", ("16k", "32k", "64k", "128k", "512k", "4m"))
def test_luks2_whose_first_header_is_gone_has_a_second(tmp_path, size):
    image = blank(tmp_path / "image", 32 * MIB)
    run("cryptsetup", "luksFormat", "-q", "--type", "luks2", "--pbkdf", "pbkdf2", "--label", "again",
        "--pbkdf-force-iterations", "1000", "--luks2-metadata-size", size, image, "-", input=b"secret")
    patch(image, 0, b"\0" * 4096)
    compare(image, "crypto_LUKS")


def test_a_file_system_over_a_luks2_container_is_still_the_container(tmp_path):
    image = blank(tmp_path / "image", 32 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 0x4000, b"SKUL\xba\xbe\0\2")
    compare(image, "crypto_LUKS")


@pytest.mark.parametrize("options", (("-B",), ("-C",), ("-B", "-o", "32"), ("-C", "-b", "1M", "-w", "4k")), ids=id_of)
def test_bcache(tmp_path, options):
    image = blank(tmp_path / "image", 256 * MIB)
    run("make-bcache", *options, image)
    compare(image, "bcache")


def test_bcache_with_a_stale_file_system_is_ambivalent(tmp_path):
    image = blank(tmp_path / "image", 256 * MIB)
    run("make-bcache", "-B", image)
    compare(image, "bcache")
    patch(image, 0x438, b"\x53\xef")
    compare(image, AMBIVALENT)
    patch(image, 4096 + 8, b"\7")
    compare(image, "ext2")


DRBD = ((0x8374026B, 40), (0x8374026C, 40), (0x8374026D, 48))


@pytest.mark.parametrize(("magic", "at"), DRBD)
@pytest.mark.parametrize("device_id", (0, 1, 0xFEDCBA9876543210))
def test_drbd(tmp_path, device_id, magic, at):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 8 * MIB - 4096 + at, struct.pack(">Q", device_id))
    patch(image, 8 * MIB - 4096 + 60, struct.pack(">I", magic))
    compare(image, "drbd")


def pair(name: bytes, value: bytes) -> bytes:
    name_len = len(name)
    name = name.ljust((name_len + 3) // 4 * 4, b"\0")
    return struct.pack(">III", 12 + len(name) + len(value), 0, name_len) + name + value


def number(value: int) -> bytes:
    return struct.pack(">IIQ", 8, 1, value)


def string(text: bytes) -> bytes:
    return struct.pack(">III", 9, 1, len(text)) + text.ljust((len(text) + 3) // 4 * 4, b"\0")


POOL = pair(b"version", number(5000)) + pair(b"name", string(b"tank")) + pair(b"state", number(0))
TREE = pair(b"vdev_tree", struct.pack(">IIII", 19, 1, 0, 1)) + pair(b"name", string(b"not this")) \
    + pair(b"pool_guid", number(7)) + b"\0" * 8
ZFS = {
    "first": POOL + pair(b"pool_guid", number(0xFEDCBA9876543210)) + TREE,
    "behind the tree": pair(b"version", number(1)) + TREE + pair(b"name", string(b"other")) + pair(b"pool_guid", number(9)),
    "no name": pair(b"pool_guid", number(1)) + pair(b"guid", number(2)),
    "a long name": pair(b"name", string(b"x" * 255)),
    "nothing": b"",
    "too long": struct.pack(">III", 5000, 0, 4) + b"name",
}


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("names", ZFS)
def test_zfs(tmp_path, names, order):
    image = blank(tmp_path / "image", 65 * MIB + 4096)
    patch(image, 16384, b"\1\1" + b"\0" * 10 + ZFS[names])
    for i in (4, 5, 77):
        patch(image, 131072 + 1024 * i, struct.pack(f"{order}Q", 0xBAB10C))
    compare(image, None)
    patch(image, 131072, struct.pack(f"{order}Q", 0xBAB10C))
    compare(image, "zfs_member")


@pytest.mark.parametrize("label", (1, 2, 3))
def test_zfs_by_its_other_labels(tmp_path, label):
    image = blank(tmp_path / "image", 65 * MIB + 4096)
    at = (0, 256 << 10, 65 * MIB - (512 << 10), 65 * MIB - (256 << 10))[label]
    patch(image, at + 16384, b"\1\1" + b"\0" * 10 + ZFS["first"])
    for i in range(8):
        patch(image, at + 131072 + 1024 * i, struct.pack("<Q", 0xBAB10C))
    compare(image, "zfs_member")


def test_zfs_and_ext4_are_ambivalent(tmp_path):
    image = blank(tmp_path / "image", 65 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    for i in range(8):
        patch(image, 131072 + 1024 * i, struct.pack("<Q", 0xBAB10C))
    compare(image, AMBIVALENT)


def bitlocker(magic: bytes, at: int, metadata: int, serial: int = 0) -> bytes:
    sector = bytearray(magic.ljust(512, b"\0"))
    sector[67:71] = struct.pack("<I", serial)
    sector[at:at + 8] = struct.pack("<Q", metadata)
    sector[510:512] = b"\x55\xaa"
    return bytes(sector)


@pytest.mark.parametrize(("sector", "kind"), (
    (bitlocker(b"\xeb\x52\x90-FVE-FS-", 176, 0), "BitLocker"),
    (bitlocker(b"\xeb\x58\x90-FVE-FS-", 176, MIB), "BitLocker"),
    (bitlocker(b"\xeb\x58\x90-FVE-FS-", 176, MIB, 4711), "BitLocker"),
    (bitlocker(b"\xeb\x58\x90-FVE-FS-", 176, MIB, 0xFFFFFFF0), "BitLocker"),
    (bitlocker(b"\xeb\x58\x90-FVE-FS-", 176, 2 * MIB), None),
    (bitlocker(b"\xeb\x58\x90-FVE-FS-", 176, 0), None),
    (bitlocker(b"\xeb\x58\x90-FVE-FS-", 176, 1 << 63), None),
    (bitlocker(b"\xeb\x58\x90MSWIN4.1", 440, MIB), "BitLocker"),
    (bitlocker(b"\xeb\x58\x90MSWIN4.1", 440, 0), None),
))
def test_bitlocker(tmp_path, sector, kind):
    image = blank(tmp_path / "image", 8 * MIB)
    patch(image, 0, sector)
    patch(image, MIB, b"-FVE-FS-\x40\0\2\0")
    compare(image, kind)


def test_bitlocker_to_go_is_not_the_fat_that_it_shows(tmp_path):
    image = blank(tmp_path / "image", 64 * MIB)
    run("mkfs.vfat", "-F", "32", "-n", "TO GO", image)
    patch(image, 3, b"MSWIN4.1")
    compare(image, "vfat")
    patch(image, 440, struct.pack("<Q", 8 * MIB))
    patch(image, 8 * MIB, b"-FVE-FS-")
    compare(image, "BitLocker")


@pytest.mark.parametrize(("data", "kind"), (
    (b"HM\1\0" + b"\0" * 40 + b"abcdefGHIJKLmnopqrstUVWXyz012345", "LVM1_member"),
    (b"HM\2\0" + b"\0" * 40 + b"abcdefGHIJKLmnopqrstUVWXyz012345", "LVM1_member"),
    (b"HM\3\0", None),
    (b"SnAp\1\0\0\0", "DM_snapshot_cow"),
    (b"verity\0\0\1\0\0\0\1\0\0\0" + bytes(range(16)), "DM_verity_hash"),
    (b"verity\0\0\2\0\0\0\1\0\0\0" + bytes(range(16)), None),
    (b"integrt\0\1", "DM_integrity"),
    (b"integrt\0\0", None),
    (b"dmvdo001" + b"x" * 32 + bytes(range(16)), "vdo"),
))
def test_what_device_mapper_uses(tmp_path, data, kind):
    image = blank(tmp_path / "image", 8 * MIB)
    patch(image, 0, data)
    compare(image, kind)


def record(version: int = 2, length: int = 512, form: int = 1) -> bytes:
    head = struct.pack(">IIII", 0xFEEDBABE, 1, version, length)
    return head.ljust(300, b"\0") + struct.pack(">I", form) + uuid.UUID(int=7).bytes


@pytest.mark.parametrize(("at", "data", "kind"), (
    (0, record(), "xfs_external_log"), (511 * 512, record(), "xfs_external_log"), (512 * 512, record(), None),
    (512, record(version=4), None), (512, record(length=0), None), (512, record(length=1 << 31), None),
    (512, record(form=4), None), (4096, record(version=1, form=3), "xfs_external_log"),
))
def test_the_log_of_an_xfs_on_another_device(tmp_path, at, data, kind):
    image = blank(tmp_path / "image", 16 * MIB)
    patch(image, at, data)
    compare(image, kind)
    patch(image, at + 512 if at == 0 else 0, b"XFSB" if at else b"\0")
    compare(image, None if at else kind)


def test_an_xfs_makes_its_external_log(tmp_path):
    data, log = blank(tmp_path / "data", 512 * MIB), blank(tmp_path / "log", 70 * MIB)
    run("mkfs.xfs", "-q", "-l", f"logdev={log},size=64m", data)
    compare(data, "xfs")
    compare(log, "xfs_external_log")


def both(image: Path, *kinds: str) -> Path:
    """File systems of which each leaves the others' superblocks alone."""
    blank(image, 128 * MIB)
    if "btrfs" in kinds:
        run("mkfs.btrfs", "-q", image)
    if "ext4" in kinds:
        patch(image, 0x438, b"\x53\xef")
        patch(image, 0x460, b"\x40")
    if "swap" in kinds:
        patch(image, 4086, b"SWAP-SPACE")
    if "squashfs" in kinds:
        patch(image, 0, b"hsqs" + b"\0" * 24 + b"\4\0")
    return image


@pytest.mark.parametrize("kinds", (
    ("btrfs", "ext4"), ("ext4", "swap"), ("squashfs", "ext4"), ("btrfs", "swap"), ("btrfs", "ext4", "swap", "squashfs"),
), ids=id_of)
def test_two_file_systems_on_one_disk_are_ambivalent(tmp_path, kinds):
    compare(both(tmp_path / "image", *kinds), AMBIVALENT)


def test_swap_of_tuxonice_is_not_swap(tmp_path):
    image = blank(tmp_path / "image", 4 * MIB)
    run("mkswap", "-L", "hidden", image)
    patch(image, 0, b"\xed\xc3\x02\xe9\x98\x56\xe5\x0c")
    compare(image, "swsuspend")


@pytest.mark.parametrize("size", (40960, 40959, 36864, 1025, 1024, 4096))
def test_the_size_that_a_format_needs(tmp_path, size):
    image = blank(tmp_path / "image", max(size, 40960))
    run("mkswap", image)
    with image.open("r+b") as whole:
        whole.truncate(size)
    compare(image, "swap" if size >= 40960 else None)
