"""Disk images for scenarios, made from files alone: no loop devices, no root rights."""

from __future__ import annotations

import dataclasses
import os
import struct
import subprocess
import uuid
import zlib
from pathlib import Path

MIB = 1024 * 1024
TOOLS = {**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}


def tool(*argv: str | Path, stdin: str | None = None) -> str:
    done = subprocess.run(
        [str(a) for a in argv], input=stdin, capture_output=True, text=True, env=TOOLS, check=False
    )
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout


def blank(path: Path, mib: int = 64) -> Path:
    with open(path, "wb") as f:
        f.truncate(mib * MIB)
    return path


def copy(source: Path, target: Path) -> Path:
    tool("cp", "--sparse=always", source, target)
    return target


def relabel(ext4: Path, label: str | None = None, uuid: str | None = None) -> Path:
    """Give an ext4 image a label and a UUID of its own."""
    tool("e2fsck", "-fy", ext4)
    if label is not None:
        tool("tune2fs", "-L", label, ext4)
    if uuid is not None:
        tool("tune2fs", "-U", uuid, ext4)
    return ext4


def uuid_of(image: Path) -> str:
    return tool("blkid", "-p", "-s", "UUID", "-o", "value", image).strip()


@dataclasses.dataclass
class Partition:
    content: Path | None = None  # an image that is copied there
    name: str = ""  # GPT only
    uuid: str = ""  # GPT only
    type: str = "linux"
    mib: int = 8  # of a partition without content
    attributes: int = 0  # gpt() only


def partitioned(path: Path, table: str, disk_id: str, partitions: list[Partition]) -> Path:
    """A disk with a table ("gpt" or "dos"): the contents one behind the other from 1 MiB on."""
    script = [f"label: {table}", f"label-id: {disk_id}"]
    places: list[tuple[int, Path]] = []
    at = MIB
    for p in partitions:
        size = p.content.stat().st_size if p.content else p.mib * MIB
        row = [f"start={at // 512}", f"size={size // 512}", f"type={p.type}"]
        row += [f'name="{p.name}"'] if p.name else []
        row += [f"uuid={p.uuid}"] if p.uuid else []
        script.append(", ".join(row))
        if p.content:
            places.append((at, p.content))
        at += size if p.type != "extended" else MIB
    blank(path, at // MIB + 2)
    tool("sfdisk", "--quiet", path, stdin="\n".join(script) + "\n")
    for offset, content in places:
        tool("dd", f"if={content}", f"of={path}", "bs=1M", f"seek={offset // MIB}", "conv=notrunc,sparse")
    return path


def tree_of(ext4: Path, folder: Path) -> Path:
    """Unpack an ext4 image, with owners, modes and links."""
    folder.mkdir(parents=True)
    tool("debugfs", "-R", f"rdump / {folder}", ext4)
    (folder / "lost+found").rmdir()
    return folder


def ext4_of(tree: Path, image: Path, mib: int = 64, *options: str) -> Path:
    tool("mke2fs", "-q", "-F", "-t", "ext4", *options, "-d", tree, blank(image, mib))
    return image


def squashfs_of(tree: Path, image: Path) -> Path:
    tool("mksquashfs", tree, image, "-quiet", "-no-progress", "-comp", "zstd")
    return image


def xfs_of(tree: Path, image: Path, mib: int = 512, *options: str) -> Path:
    """Filled by a protofile (mkfs.xfs(8)): the one way without mounting it."""
    kinds = {0o040000: "d", 0o100000: "-", 0o120000: "l"}
    lines = ["/", "0 0"]

    def add(path: Path, name: str, depth: int) -> None:
        st = path.lstat()
        kind = kinds[st.st_mode & 0o170000]
        special = ("u" if st.st_mode & 0o4000 else "-") + ("g" if st.st_mode & 0o2000 else "-")
        row = f"{' ' * depth}{name} {kind}{special}{st.st_mode & 0o777:03o} {st.st_uid} {st.st_gid}"
        lines.append({"d": row, "-": f"{row} {path}", "l": f"{row} {path.readlink() if kind == 'l' else ''}"}[kind])
        if kind == "d":
            for entry in sorted(path.iterdir()):
                add(entry, entry.name, depth + 1)
            lines.append(f"{' ' * depth}$")

    add(tree, "", 0)
    proto = image.with_suffix(".proto")
    proto.write_text("\n".join(lines) + "\n")
    tool("mkfs.xfs", "-q", "-f", *options, "-p", proto, blank(image, mib))
    proto.unlink()
    return image


def btrfs_of(tree: Path, image: Path, mib: int = 512, *options: str) -> Path:
    tool("mkfs.btrfs", "-q", *options, "--rootdir", tree, blank(image, mib))
    return image


def gpt(path: Path, partitions: list[Partition], sector: int = 512, entries: int = 128, entries_at: int = MIB // 2) -> Path:
    """A GPT as sfdisk would not write it: any sector size, number and place of entries. Types are
    GUIDs here; the partitions lie one behind the other from 1 MiB on."""
    table = b""
    at = MIB
    places: list[tuple[int, Path]] = []
    for p in partitions:
        size = p.content.stat().st_size if p.content else p.mib * MIB
        table += uuid.UUID(p.type).bytes_le + (uuid.UUID(p.uuid) if p.uuid else uuid.uuid4()).bytes_le
        table += struct.pack("<QQQ", at // sector, (at + size) // sector - 1, p.attributes)
        table += p.name.encode("utf-16-le").ljust(72, b"\0")
        if p.content:
            places.append((at, p.content))
        at += size
    table = table.ljust(entries * 128, b"\0")
    blank(path, at // MIB + 2)
    last = path.stat().st_size // sector - 1
    usable = (MIB // sector, at // sector - 1)
    disk_id = uuid.UUID(int=0x5EED).bytes_le

    def header(own: int, other: int, table_lba: int) -> bytes:
        def pack(crc: int) -> bytes:
            start = struct.pack("<8sIIIIQQQQ", b"EFI PART", 0x10000, 92, crc, 0, own, other, *usable)
            return start + disk_id + struct.pack("<QIII", table_lba, entries, 128, zlib.crc32(table))

        return pack(zlib.crc32(pack(0)))

    with open(path, "r+b") as f:
        f.write(bytes(446) + struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0xEE, 255, 255, 255, 1, min(last, 2**32 - 1)))
        f.seek(510)
        f.write(b"\x55\xaa")
        for own, other, place in ((1, last, entries_at), (last, 1, at + MIB)):
            f.seek(own * sector)
            f.write(header(own, other, place // sector))
            f.seek(place)
            f.write(table)
    for offset, content in places:
        tool("dd", f"if={content}", f"of={path}", "bs=1M", f"seek={offset // MIB}", "conv=notrunc,sparse")
    return path
