"""The same for the file systems that cameras, sticks, discs and other systems use."""

import struct
import subprocess
from pathlib import Path

import pytest

from probing import AMBIVALENT, ENV, MIB, blank, compare, id_of, patch, run

FAT_NAMES = ("ROOT", "with space", "NO NAME", "lower", "A-B~1", "ELEVENCHARS")


def fat(image: Path, size: int, *options: str) -> Path:
    run("mkfs.vfat", *options, blank(image, size))
    return image


def type_of(image: Path) -> str:
    found = subprocess.run(("blkid", "-p", "-s", "VERSION", "-o", "value", image), capture_output=True,
                           check=True, env=ENV, text=True)
    return found.stdout.strip()


@pytest.mark.parametrize("sector_size", ("512", "1024", "2048", "4096"))
@pytest.mark.parametrize(("bits", "mib"), (("12", 4), ("16", 64), ("32", 512)))
def test_fat_of_every_kind_and_sector_size(tmp_path, bits, mib, sector_size):
    image = fat(tmp_path / "image", mib * MIB, "-F", bits, "-S", sector_size, "-n", "A NAME")
    compare(image, "vfat")
    assert type_of(image) == f"FAT{bits}"


@pytest.mark.parametrize("bits", ("12", "16", "32"))
@pytest.mark.parametrize("label", FAT_NAMES)
def test_fat_labels(tmp_path, label, bits):
    size = {"12": 4, "16": 32, "32": 64}[bits] * MIB
    compare(fat(tmp_path / "image", size, "-F", bits, "-n", label), "vfat")


@pytest.mark.parametrize("options", (
    (), ("-i", "00000000"), ("-i", "deadbeef"), ("-f", "1"), ("-s", "64"), ("-r", "64"), ("-a",),
    ("-D", "0x80"), ("-M", "0xf0"), ("-h", "63"), ("-R", "40"), ("-g", "255/63"),
), ids=id_of)
def test_fat_options(tmp_path, options):
    compare(fat(tmp_path / "image", 16 * MIB, *options), "vfat")


@pytest.mark.parametrize("size", (160, 360, 720, 1200, 1440, 2880))
def test_fat_on_floppies(tmp_path, size):
    compare(fat(tmp_path / "image", size << 10, "-n", "FLOPPY"), "vfat")


def test_fat_without_a_name_in_its_boot_sector(tmp_path):
    image = fat(tmp_path / "image", 16 * MIB, "-F", "16", "-n", "QUIET")
    patch(image, 0x36, b"whatever")
    compare(image, "vfat")
    patch(image, 510, b"\0\0")
    compare(image, None)
    patch(image, 510, b"\x55\xaa")
    for other in (b"JFS     ", b"HPFS    "):
        patch(image, 0x36, other)
        compare(image, None)


FAT_DAMAGE = (
    (0x0b, b"\0\3"), (0x0b, b"\0\x20"), (0x0d, b"\0"), (0x0d, b"\3"), (0x0e, b"\0\0"), (0x10, b"\0"),
    (0x15, b"\x12"), (0x13, b"\0\0\0"), (0x16, b"\xff\xff"), (0x11, b"\xff\xff"), (0x26, b"\x28"), (0x26, b"\0"),
    (0x16, b"\0\0"), (0x00, b"\xe9"), (0x00, b"\0"),
)


@pytest.mark.parametrize(("offset", "data"), FAT_DAMAGE)
def test_fat_fields_are_checked(tmp_path, offset, data):
    image = fat(tmp_path / "image", 16 * MIB, "-F", "16", "-n", "FIELDS")
    patch(image, offset, data)
    found = subprocess.run(("blkid", "-p", "-s", "TYPE", image), capture_output=True, env=ENV)
    compare(image, "vfat" if b"vfat" in found.stdout else None)


@pytest.mark.parametrize(("offset", "data", "kind"), (
    (512, b"XXXX", None), (512, b"\0\0\0\0", "vfat"), (996, b"XXXX", None), (996, b"\0\0\0\0", "vfat"),
    (0x30, b"\0\0", "vfat"), (0x30, b"\xff\xff", "vfat"), (0x2c, b"\0\0\0\0", "vfat"), (0x43, b"\0\0\0\0", "vfat"),
))
def test_fat32_information_sector(tmp_path, offset, data, kind):
    image = fat(tmp_path / "image", 64 * MIB, "-F", "32", "-n", "INFO")
    patch(image, offset, data)
    compare(image, kind)


def entry(name: bytes, attributes: int, cluster: int = 0) -> bytes:
    return struct.pack("<11sB14xH4x", name, attributes, cluster)


DIRECTORIES = (
    entry(b"\xe5ELETED    ", 8) + entry(b"NOT DELETED", 8),
    entry(b"\x05RSATZ     ", 8),
    entry(b"A FILE  TXT", 0x20, 2) + entry(b"BEHIND IT  ", 0x28),
    entry(b"LONG NAME  ", 0x0f) + entry(b"SHORT      ", 8),
    entry(b"HASACLUSTER", 8, 7) + entry(b"HAS NONE   ", 8),
    entry(b"A FOLDER   ", 0x18) + entry(b"NO FOLDER  ", 8),
    entry(b"WRONG      ", 0x20),
    entry(b"           ", 8),
    b"\0" * 32 + entry(b"BEYOND END ", 8),
    entry(b"", 0x20).replace(b"\0", b"x", 1) * 40 + entry(b"FAR        ", 8),
)


@pytest.mark.parametrize("entries", DIRECTORIES, ids=range(len(DIRECTORIES)))
@pytest.mark.parametrize(("bits", "size"), (("12", MIB), ("16", 8 * MIB), ("32", 64 * MIB)))
def test_fat_labels_in_odd_directories(tmp_path, bits, size, entries):
    image = fat(tmp_path / "image", size, "-F", bits, "-s", "1", "-n", "X")
    at = image.read_bytes().find(b"X          \x08")
    assert at > 0
    patch(image, at, entries)
    compare(image, "vfat")


def test_fat32_label_in_the_second_cluster_of_the_directory(tmp_path):
    image = fat(tmp_path / "image", 64 * MIB, "-F", "32", "-s", "1", "-n", "X")
    at = image.read_bytes().find(b"X          \x08")
    patch(image, at, entry(b"A FILE     ", 0x20, 9) * 16)
    patch(image, at + 3 * 512, entry(b"CHAINED    ", 8))
    patch(image, 32 * 512 + 2 * 4, struct.pack("<I", 5))
    compare(image, "vfat")
    patch(image, 32 * 512 + 2 * 4, struct.pack("<I", 2))  # a loop
    compare(image, "vfat")


def test_a_boot_sector_with_partitions_is_no_fat(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("sfdisk", "-q", image, input=b"label: dos\n2048,,83\n")
    patch(image, 0, b"\xeb\x63\x90")
    compare(image, None)


@pytest.mark.parametrize("label", ("root", "Grüße", "Ω 漢字", "🐧 tux", "eleven char", ""))
@pytest.mark.parametrize("cluster", ("512", "4K", "128K"))
def test_exfat(tmp_path, cluster, label):
    image = blank(tmp_path / "image", 32 * MIB)
    run("mkfs.exfat", "-c", cluster, *(("-L", label) if label else ()), image)
    compare(image, "exfat")


@pytest.mark.parametrize("size", (8, 300))
@pytest.mark.parametrize("options", ((), ("-b", "4K"), ("--pack-bitmap",)), ids=id_of)
def test_exfat_options(tmp_path, options, size):
    image = blank(tmp_path / "image", size * MIB)
    run("mkfs.exfat", "-L", "a name", *options, image)
    compare(image, "exfat")


@pytest.mark.parametrize(("offset", "data"), (
    (100, b"\0\0\0\0"), (96, b"\0\0\0\0"), (96, b"\xff\xff\xff\xff"), (88, b"\xff\xff\xff\xff"), (110, b"\7"),
    (109, b"\0"), (106, b"\xff\xff"),
))
def test_exfat_that_is_odd(tmp_path, offset, data):
    image = blank(tmp_path / "image", 16 * MIB)
    run("mkfs.exfat", "-L", "odd", image)
    patch(image, offset, data)
    compare(image, "exfat")


def test_exfat_label_behind_other_entries_and_in_the_next_cluster(tmp_path):
    image = blank(tmp_path / "image", 16 * MIB)
    run("mkfs.exfat", "-c", "512", "-L", "moved", image)
    data = image.read_bytes()
    at = data.find(b"\x83\x05m\0o\0")
    label = data[at:at + 32]
    patch(image, at, b"\x85" + b"x" * 31)
    patch(image, at + 64, label)
    compare(image, "exfat")
    root, = struct.unpack_from("<I", data, 96)
    table, = struct.unpack_from("<I", data, 80)
    patch(image, at, (b"\x85" + b"x" * 31) * 16)
    patch(image, at + 5 * 512, label)
    patch(image, table * 512 + 4 * root, struct.pack("<I", root + 5))
    compare(image, "exfat")


@pytest.mark.parametrize("label", ("root", "Grüße", "Ω 漢字 🐧", "x" * 32, "with space "))
@pytest.mark.parametrize("options", ((), ("-s", "4096"), ("-c", "512"), ("-c", "65536"), ("-p", "63")), ids=id_of)
def test_ntfs(tmp_path, options, label):
    image = blank(tmp_path / "image", 16 * MIB)
    run("mkntfs", "-F", "-Q", "-L", label, *options, image)
    compare(image, "ntfs")


def test_ntfs_without_a_label(tmp_path):
    image = blank(tmp_path / "image", 16 * MIB)
    run("mkntfs", "-F", "-Q", image)
    compare(image, "ntfs")


@pytest.mark.parametrize(("offset", "data", "kind"), (
    (11, b"\0\0", None), (13, b"\3", None), (13, b"\xf4", None), (14, b"\1", None), (16, b"\1", None),
    (22, b"\1", None), (32, b"\1", None), (48, b"\xff" * 8, None), (56, b"\xff" * 8, None), (64, b"\0", None),
    (64, b"\3", None), (72, b"\0" * 8, "ntfs"), (4 * 4096, b"FAIL", None), (4 * 4096 + 3072, b"FAIL", None),
))
def test_ntfs_fields_are_checked(tmp_path, offset, data, kind):
    image = blank(tmp_path / "image", 16 * MIB)
    run("mkntfs", "-F", "-Q", "-L", "checked", image)
    patch(image, offset, data)
    compare(image, kind)


@pytest.fixture
def tree(tmp_path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "file").write_bytes(bytes(range(256)) * 64)
    return folder


ISO_NAMES = ("ROOT", "with space", "lower", "Debian 12.5.0 amd64 1", "x" * 16, "y" * 32, "A_B")
ISO_TOOLS = ("genisoimage", "xorriso")


def iso(image: Path, tree: Path, tool: str, *options: str) -> Path:
    words = ("xorriso", "-as", "mkisofs") if tool == "xorriso" else (tool, "-quiet")
    run(*words, "-o", image, *options, tree)
    return image


@pytest.mark.parametrize("tool", ISO_TOOLS)
@pytest.mark.parametrize("joliet", ((), ("-J",), ("-J", "-r")), ids=id_of)
@pytest.mark.parametrize("name", ISO_NAMES)
def test_iso9660(tmp_path, tree, name, joliet, tool):
    compare(iso(tmp_path / "image", tree, tool, "-V", name, *joliet), "iso9660")


@pytest.mark.parametrize("name", ("Grüße", "Ω 漢字", "Tux 🐧", "_x_"))
@pytest.mark.parametrize("tool", ISO_TOOLS)
def test_iso9660_names_that_only_joliet_can_write(tmp_path, tree, tool, name):
    image = iso(tmp_path / "image", tree, tool, "-J", "-V", "Tux_and_more_that_Joliet_cuts", "-input-charset", "utf-8")
    joliet = 0x8000 + 2048 * next(i for i in range(1, 16) if image.read_bytes()[0x8000 + 2048 * i] == 2)
    patch(image, joliet + 40, name.encode("utf-16-be")[:32].ljust(32, b"\0"))
    compare(image, "iso9660")
    patch(image, 0x8000 + 40, name.encode("ascii", "replace").replace(b"?", b"_").ljust(32))
    compare(image, "iso9660")
    patch(image, joliet + 40, name.encode("utf-16-be")[:32].ljust(32, b" ").replace(b"  ", b"\0 "))
    compare(image, "iso9660")


@pytest.mark.parametrize(("offset", "data"), (
    (0x8000 + 830, b"0" * 16 + b"\0"), (0x8000 + 830, b"0" * 16 + b"\4"), (0x8000 + 813, b"0" * 34),
    (0x8000 + 813, b"0" * 16 + b"\0" + b"0" * 16 + b"\0"), (0x8000 + 40, b"\0" * 32), (0x8000 + 40, b" " * 32),
))
def test_iso9660_dates_and_empty_names(tmp_path, tree, offset, data):
    image = iso(tmp_path / "image", tree, "genisoimage", "-V", "DATES")
    patch(image, offset, data)
    compare(image, "iso9660")


def test_iso9660_without_a_primary_descriptor(tmp_path, tree):
    image = iso(tmp_path / "image", tree, "genisoimage", "-J")
    patch(image, 0x8000, b"\x05")
    compare(image, None)


def test_high_sierra(tmp_path):
    image = blank(tmp_path / "image", 2 * MIB)
    patch(image, 0x8000, b"\0" * 8 + b"\1CDROM\1\0" + b"SYSTEM".ljust(32) + b"OLD DISC".ljust(32))
    compare(image, "iso9660")


def test_a_hybrid_disc_with_partitions_is_still_a_disc(tmp_path, tree):
    image = iso(tmp_path / "image", tree, "xorriso", "-V", "HYBRID", "-J", "-partition_offset", "16")
    compare(image, "iso9660")


UDF = [
    ("hd", "512", "2.01"), ("hd", "1024", "2.01"), ("hd", "2048", "1.02"), ("hd", "4096", "2.01"),
    ("hd", "512", "1.50"), ("hd", "4096", "1.01"), ("dvdram", "2048", "2.01"), ("dvdrw", "2048", "2.01"),
    ("dvd", "2048", "1.02"), ("cd", "2048", "1.50"), ("cdrw", "2048", "2.01"), ("cdr", "2048", "2.01"),
    ("dvdr", "2048", "2.01"), ("hd", "1024", "1.50"), ("bdr", "2048", "2.50"), ("bdr", "2048", "2.60"),
]


@pytest.mark.parametrize(("media", "block_size", "revision"), UDF, ids=id_of)
def test_udf(tmp_path, media, block_size, revision):
    image = blank(tmp_path / "image", 24 * MIB)
    run("mkudffs", "-m", media, "-b", block_size, "-r", revision, "-l", "a disc", image)
    compare(image, "udf")


@pytest.mark.parametrize("label", ("root", "Grüße", "Ω 漢字", "🐧", "x" * 126, "é" * 63, "trailing  ", " leading"))
@pytest.mark.parametrize("block_size", ("512", "2048"))
def test_udf_labels(tmp_path, block_size, label):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mkudffs", "--utf8", "-b", block_size, f"--lvid={label}", image)
    compare(image, "udf")


@pytest.mark.parametrize("name", (
    "0123456789abcdef", "0123456789ABCDEF more", "01234567xyzwabcd", "xyz", "x1234567abcdefgh", "01234567",
    "0123456", "Grüße aus Köln, ja", "0123456789abcdé", "Ω23456789", "01234567漢字", "",
))
def test_udf_uuids_come_from_the_volume_set(tmp_path, name):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mkudffs", "--utf8", f"--fullvsid={name}", image)
    compare(image, "udf")


def test_udf_whose_anchor_is_gone(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mkudffs", "-b", "2048", image)
    patch(image, 256 * 2048, b"\0" * 512)
    compare(image, None)
    anchor = bytearray(image.read_bytes()[-2048:])
    anchor[12:16] = struct.pack("<I", 512)
    patch(image, 512 * 2048, b"\2\0" + bytes(anchor[2:]))
    found = subprocess.run(("blkid", "-p", "-s", "TYPE", image), capture_output=True, env=ENV)
    compare(image, "udf" if b"udf" in found.stdout else None)


def test_a_disc_that_is_udf_and_iso9660_is_udf(tmp_path, tree):
    image = iso(tmp_path / "image", tree, "genisoimage", "-udf", "-V", "BRIDGE", "-J")
    compare(image, "udf")


def test_udf_and_a_stale_file_system_of_another_kind_is_ambivalent(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mkudffs", image)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 0x8000, b"\0BEA01\1")
    patch(image, 0x8800, b"\0NSR03\1")
    found = subprocess.run(("blkid", "-p", image), capture_output=True, env=ENV)
    compare(image, AMBIVALENT if found.returncode == 8 else "ext4")
