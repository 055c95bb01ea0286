"""`rootling probe` says byte for byte what blkid says, of images that the real mkfs tools made."""

import os
import struct
import subprocess
import uuid
import zlib
from pathlib import Path

import pytest

MIB = 1 << 20
ENV = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
ROOTLING = Path(os.environ.get("O", "build")) / "rootling"
TAGS = ("TYPE", "UUID", "LABEL", "USAGE")

LABELS = [
    "root",
    "with two spaces",
    "trailing \t ",
    " leading",
    "tab\there",
    'double"quote',
    "it's $HOME",
    "`x` <y> \\z",
    "Grüße",
    "0123456789abcdef",
    b"\xfflatin\xe9",
    b"\x01\x7f",
]


def run(*command: str | bytes | Path, **kwargs) -> None:
    subprocess.run(command, check=True, capture_output=True, env=ENV, **kwargs)


def blank(path: Path, size: int) -> Path:
    with path.open("wb") as image:
        image.truncate(size)
    return path


def patch(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as image:
        image.seek(offset)
        image.write(data)


def field(label: str | bytes, size: int) -> bytes:
    raw = label if isinstance(label, bytes) else label.encode()
    return raw[:size].ljust(size, b"\0")


def answer(*command: str | Path) -> tuple[int, list[bytes]]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENV)
    return done.returncode, sorted(done.stdout.splitlines())


def compare(image: Path, kind: str | None) -> None:
    tags = [word for tag in TAGS for word in ("-s", tag)]
    theirs = answer("blkid", "--probe", "-o", "export", *tags, image)
    ours = answer(ROOTLING, "probe", image)
    assert ours == theirs
    assert ours[0] == (0 if kind else 2)
    assert not kind or f"TYPE={kind}".encode() in ours[1]


def id_of(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else repr(value)


EXT = [
    ("ext2", ("-t", "ext2")),
    ("ext3", ("-t", "ext3")),
    ("ext4", ("-t", "ext4")),
    ("ext3", ("-t", "ext2", "-O", "has_journal")),
    ("ext4", ("-t", "ext2", "-O", "extents")),
    ("ext2", ("-t", "ext3", "-O", "^has_journal")),
    ("ext4", ("-t", "ext4", "-O", "^has_journal")),
    ("ext4", ("-t", "ext4", "-O", "^64bit")),
    ("ext4", ("-t", "ext4", "-O", "metadata_csum")),
    ("ext4", ("-t", "ext4", "-O", "^metadata_csum")),
    ("ext4", ("-t", "ext4", "-O", "metadata_csum,metadata_csum_seed")),
    ("ext4", ("-t", "ext4", "-O", "encrypt,casefold")),
    ("ext4", ("-t", "ext4", "-O", "inline_data,bigalloc")),
    ("ext2", ("-t", "ext2", "-O", "none")),
    ("ext2", ("-t", "ext2", "-r", "0")),
    ("ext2", ("-t", "ext2", "-O", "meta_bg,^resize_inode")),
    ("ext3", ("-t", "ext3", "-O", "meta_bg,^resize_inode")),
    ("jbd", ("-O", "journal_dev")),
]


@pytest.mark.parametrize("block_size", ("1024", "4096"))
@pytest.mark.parametrize(("kind", "options"), EXT, ids=id_of)
def test_ext_types_are_told_apart_by_feature_bits(tmp_path, kind, options, block_size):
    image = blank(tmp_path / "image", 16 * MIB)
    run("mke2fs", "-q", "-F", "-b", block_size, *options, image)
    compare(image, kind)


LABELLED = (("-t", "ext4"), ("-t", "ext2"), ("-O", "journal_dev"))


@pytest.mark.parametrize("options", LABELLED, ids=id_of)
@pytest.mark.parametrize("label", LABELS)
def test_ext_labels(tmp_path, label, options):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-L", label, *options, image)
    compare(image, options[1].replace("journal_dev", "jbd"))


def test_ext_with_an_all_zero_uuid_has_none(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^metadata_csum", image)
    patch(image, 0x468, bytes(16))
    compare(image, "ext4")


@pytest.mark.parametrize("block_size", ("1024", "4096", "65536"))
@pytest.mark.parametrize("sector_size", ("512", "4096"))
@pytest.mark.parametrize("crc", ("0", "1"))
def test_xfs(tmp_path, crc, sector_size, block_size):
    if int(block_size) < int(sector_size):
        block_size = "8192"
    image = blank(tmp_path / "image", 1024 * MIB)
    run("mkfs.xfs", "-q", "-m", f"crc={crc}", "-s", f"size={sector_size}",
        "-b", f"size={block_size}", image)
    compare(image, "xfs")


@pytest.mark.parametrize("label", LABELS)
def test_xfs_labels(tmp_path, label):
    image = blank(tmp_path / "image", 512 * MIB)
    run("mkfs.xfs", "-q", image)
    patch(image, 108, field(label, 12))
    compare(image, "xfs")


@pytest.mark.parametrize(("offset", "data"), (
    (4, b"\0\0\0\0"),   # block size
    (88, b"\0\0\0\0"),  # number of allocation groups
    (120, b"\x09"),      # log2 of the block size
    (127, b"\xff"),      # percentage of inodes
))
def test_xfs_letters_alone_are_not_believed(tmp_path, offset, data):
    image = blank(tmp_path / "image", 512 * MIB)
    run("mkfs.xfs", "-q", image)
    patch(image, offset, data)
    compare(image, None)


@pytest.mark.parametrize("label", [*LABELS, "x" * 255])
def test_btrfs_labels(tmp_path, label):
    image = blank(tmp_path / "image", 128 * MIB)
    run("mkfs.btrfs", "-q", "-L", label, image)
    compare(image, "btrfs")


BTRFS = ((), ("--mixed",), ("--csum", "sha256"), ("--nodesize", "4096"))


@pytest.mark.parametrize("options", BTRFS, ids=id_of)
def test_btrfs(tmp_path, options):
    image = blank(tmp_path / "image", 128 * MIB)
    run("mkfs.btrfs", "-q", *options, image)
    compare(image, "btrfs")


TEXTS = [label for label in LABELS if isinstance(label, str)]


@pytest.mark.parametrize("label", [*TEXTS, "Ω 漢字 🐧", "é" * 120, "x" * 250])
def test_f2fs_labels_become_utf8(tmp_path, label):
    image = blank(tmp_path / "image", 64 * MIB)
    run("mkfs.f2fs", "-q", "-l", label, image)
    compare(image, "f2fs")


F2FS = ((), ("-O", "extra_attr,inode_checksum,sb_checksum"), ("-w", "4096"))


@pytest.mark.parametrize("options", F2FS, ids=id_of)
def test_f2fs(tmp_path, options):
    image = blank(tmp_path / "image", 64 * MIB)
    run("mkfs.f2fs", "-q", *options, image)
    compare(image, "f2fs")


@pytest.fixture
def tree(tmp_path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "file").write_bytes(bytes(range(256)) * 64)
    return folder


@pytest.mark.parametrize("compressor", ("gzip", "xz", "zstd", "lz4", "lzo"))
def test_squashfs(tmp_path, tree, compressor):
    run("mksquashfs", tree, tmp_path / "image", "-quiet", "-comp", compressor)
    compare(tmp_path / "image", "squashfs")


EROFS = ((), ("-zlz4",), ("-zlz4hc", "-C65536"), ("-U", str(uuid.UUID(int=0))))


@pytest.mark.parametrize("options", EROFS, ids=id_of)
def test_erofs(tmp_path, tree, options):
    run("mkfs.erofs", "--quiet", *options, tmp_path / "image", tree)
    compare(tmp_path / "image", "erofs")


@pytest.mark.parametrize("label", LABELS)
def test_erofs_labels(tmp_path, tree, label):
    run("mkfs.erofs", "--quiet", tmp_path / "image", tree)
    patch(tmp_path / "image", 1024 + 64, field(label, 16))
    compare(tmp_path / "image", "erofs")


PAGES = ("4096", "8192", "16384", "32768", "65536")


@pytest.mark.parametrize("page", PAGES)
def test_swap_of_every_page_size(tmp_path, page):
    image = blank(tmp_path / "image", 4 * MIB)
    run("mkswap", "-p", page, image)
    compare(image, "swap")


@pytest.mark.parametrize("label", LABELS)
def test_swap_labels(tmp_path, label):
    image = blank(tmp_path / "image", 4 * MIB)
    run("mkswap", "-L", label, image)
    compare(image, "swap")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("signature", (b"S1SUSPEND", b"S2SUSPEND", b"ULSUSPEND", b"LINHIB0001"))
def test_a_hibernated_swap_is_swsuspend_with_the_same_names(tmp_path, signature, page):
    image = blank(tmp_path / "image", 4 * MIB)
    run("mkswap", "-p", page, "-L", "sleepy", image)
    patch(image, int(page) - 10, signature.ljust(10, b"\0"))
    compare(image, "swsuspend")


def test_old_swap_has_no_names(tmp_path):
    image = blank(tmp_path / "image", 4 * MIB)
    patch(image, 4086, b"SWAP-SPACE")
    compare(image, "swap")


@pytest.mark.parametrize(("offset", "data", "kind"), (
    (1024, b"\2\0\0\0", None),             # version
    (1024, b"\0\0\0\1", "swap"),           # big-endian 1
    (1028, b"\0\0\0\0", None),             # no page
    (1024 + 172, b"rubbish!", "swap"),     # nameless
))
def test_swap_headers_that_are_odd(tmp_path, offset, data, kind):
    image = blank(tmp_path / "image", 4 * MIB)
    run("mkswap", "-L", "odd", image)
    patch(image, offset, data)
    compare(image, kind)


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


def md_superblock(offset: int, name: bytes) -> bytes:
    head = struct.pack("<IIII16s32s", 0xA92B4EFC, 1, 0, 0, bytes(range(16, 32)), name)
    return head.ljust(144, b"\0") + struct.pack("<Q", offset // 512).ljust(112, b"\0")


@pytest.mark.parametrize("name", (b"", b"host:0", b"a host:root <1>"))
@pytest.mark.parametrize("offset", (0, 4096))
def test_a_raid_member_is_not_the_ext4_left_in_it(tmp_path, offset, name):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, offset, md_superblock(offset, name))
    compare(image, "linux_raid_member")


def test_a_raid_superblock_in_the_wrong_place_does_not_count(tmp_path):
    image = blank(tmp_path / "image", 8 * MIB)
    run("mke2fs", "-q", "-F", "-t", "ext4", image)
    patch(image, 0, md_superblock(4096, b"host:0"))
    compare(image, "ext4")


UNKNOWN = (b"", b"\0" * 4096, b"\0" * MIB, b"plain text\n" * 10000)


@pytest.mark.parametrize("content", UNKNOWN, ids=len)
def test_what_nobody_knows_is_status_2(tmp_path, content):
    (tmp_path / "image").write_bytes(content)
    compare(tmp_path / "image", None)
