"""The same for members of RAID, whose metadata stand at the end of the disk for the most part."""

import struct

import pytest

from probing import MIB, blank, compare, patch, run


def md1(offset: int, name: bytes) -> bytes:
    head = struct.pack("<IIII16s32s", 0xA92B4EFC, 1, 0, 0, bytes(range(16, 32)), name)
    return head.ljust(144, b"\0") + struct.pack("<Q", offset // 512).ljust(112, b"\0")


@pytest.mark.parametrize("name", (b"", b"host:0", b"a host:root <1>"))
@pytest.mark.parametrize("offset", (0, 4096, 8 * MIB - 8192))
def test_a_raid_member_is_not_the_ext4_left_in_it(tmp_path, offset, name):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, offset, md1(offset, name))
    compare(image, "linux_raid_member")


def test_a_raid_superblock_in_the_wrong_place_does_not_count(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 0, md1(4096, b"host:0"))
    compare(image, "ext4")


@pytest.mark.parametrize("size", (8 * MIB, 8 * MIB + 512, 8 * MIB + 65536 - 512, 2 * MIB))
def test_raid_metadata_1_0_counts_from_the_end(tmp_path, size):
    image = blank(tmp_path / "image", size)
    run("mke2fs", "-q", "-F", "-t", "ext4", image, str(MIB >> 10))
    offset = size // 4096 * 4096 - 8192
    patch(image, offset, md1(offset, b"host:end"))
    compare(image, "linux_raid_member")
    patch(image, offset + 144, b"\0" * 8)
    compare(image, "ext4")


def md0(size_kib: int, minor: int, order: str) -> bytes:
    words = [0xA92B4EFC, 0, minor, 0, 0, 0x00112233, 0, 1, size_kib, 2, 2, 0, 0, 0x44556677, 0x8899AABB, 0xCCDDEEFF]
    return struct.pack(f"{order}16I", *words)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("minor", (90, 91, 36))
@pytest.mark.parametrize("size", (8 * MIB, 8 * MIB + 512, 8 * MIB + 131072 - 512))
def test_raid_metadata_0_90_in_both_byte_orders(tmp_path, size, minor, order):
    image = blank(tmp_path / "image", size)
    run("mke2fs", "-q", "-F", "-t", "ext4", image, str(4 * MIB >> 10))
    patch(image, size // 65536 * 65536 - 65536, md0(4096, minor, order))
    compare(image, "linux_raid_member")


def test_raid_metadata_0_90_must_leave_room_for_its_data(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image, str(4 * MIB >> 10))
    patch(image, 8 * MIB - 65536, md0(8192 - 64, 90, "<"))
    compare(image, "linux_raid_member")
    patch(image, 8 * MIB - 65536, md0(8192, 90, "<"))
    compare(image, "ext4")
    blank(image, 8 * MIB + 32768)
    patch(image, 8 * MIB - 65536, md0(8192 - 32, 90, "<"))
    compare(image, None)


def test_a_floppy_is_no_raid_member_and_its_first_file_system_counts(tmp_path):
    image = blank(tmp_path / "image", 1440 << 10)
    run("mke2fs", "-q", "-F", "-t", "ext2", image)
    patch(image, 4096, md1(4096, b"host:0"))
    compare(image, "ext2")
    patch(image, 4086, b"SWAPSPACE2")
    compare(image, "ext2")


def via() -> bytes:
    head = b"\x55\xaa\2".ljust(50, b"\x07")
    return head + bytes((sum(head) & 255,))


def silicon(disk: int) -> bytes:
    data = bytearray(318)
    data[0x60:0x64] = b"\0\0\0\x2f"
    data[0x116] = disk
    return bytes(data) + struct.pack("<H", -sum(struct.unpack("<159H", data)) & 0xFFFF)


ADAPTEC = b"\x37\xfc\x4d\x1e".ljust(256, b"\0") + b"DPTM"
CONTROLLERS = [
    ("isw_raid_member", 2, b"Intel Raid ISM Cfg Sig. 1.3.00"),
    ("lsi_mega_raid_member", 1, b"$XIDE$"),
    ("via_raid_member", 1, via()),
    ("silicon_medley_raid_member", 1, silicon(1)),
    ("nvidia_raid_member", 2, b"NVIDIA"),
    *(("promise_fasttrack_raid_member", n, b"Promise Technology, Inc.") for n in (63, 256, 16, 3087)),
    ("hpt45x_raid_member", 11, b"\xf3\x16\x78\x5a"),
    ("hpt45x_raid_member", 11, b"\xfd\x16\x78\x5a"),
    ("adaptec_raid_member", 1, ADAPTEC),
    ("jmicron_raid_member", 1, b"JM"),
]


@pytest.mark.parametrize("size", (8 * MIB, 8 * MIB + 100))
@pytest.mark.parametrize(("kind", "sectors", "data"), CONTROLLERS, ids=range(len(CONTROLLERS)))
def test_raid_of_controllers(tmp_path, kind, sectors, data, size):
    image = blank(tmp_path / "image", size)
    run("mke2fs", "-q", "-F", "-t", "ext4", image, str(4 * MIB >> 10))
    patch(image, (size // 512 - sectors) * 512, data)
    compare(image, kind)


@pytest.mark.parametrize(("sectors", "data"), (
    (1, via()[:-1] + b"\0"), (1, via().replace(b"\2", b"\3", 1)), (1, silicon(8)), (1, silicon(1)[:-1] + b"\1"),
    (1, b"\0" + ADAPTEC[1:]), (3, b"NVIDIA"), (64, b"Promise Technology, Inc."),
))
def test_raid_of_controllers_that_is_none(tmp_path, sectors, data):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image, str(4 * MIB >> 10))
    patch(image, 8 * MIB - sectors * 512, data)
    compare(image, "ext4")


def test_highpoint_37x(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    for magic in (b"\xf0\x16\x78\x5a", b"\xfd\x16\x78\x5a"):
        patch(image, 4640, magic)
        compare(image, "hpt37x_raid_member")


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("sectors", (1, 257))
@pytest.mark.parametrize("guid", (b"LSI     \x10\0\0\x60\x11\x22\x33\x44ABCDEFGH", b"VENDOR  trailing        ", b"\0" * 24))
def test_ddf(tmp_path, guid, sectors, order):
    image = blank(tmp_path / "image", 8 * MIB)
    magic = struct.pack(f"{order}I", 0xDE11DE11)
    header = (magic + b"\0" * 4 + guid + b"01.02.00").ljust(96, b"\xff")
    patch(image, 8 * MIB - 512 * sectors, header + struct.pack(f"{order}Q", 0))
    compare(image, "ddf_raid_member")
    patch(image, 8 * MIB - 512 * sectors, header + struct.pack(f"{order}Q", 4096))
    compare(image, None)
    patch(image, 4096 * 512, magic)
    compare(image, "ddf_raid_member")
