"""`rootling probe` says byte for byte what blkid says, of images that the real mkfs tools made."""

import uuid
from pathlib import Path

import pytest

from probing import LABELS, MIB, TEXTS, blank, compare, field, id_of, patch, run

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


UNKNOWN = (b"", b"\0" * 4096, b"\0" * MIB, b"plain text\n" * 10000)


@pytest.mark.parametrize("content", UNKNOWN, ids=len)
def test_what_nobody_knows_is_status_2(tmp_path, content):
    (tmp_path / "image").write_bytes(content)
    compare(tmp_path / "image", None)
