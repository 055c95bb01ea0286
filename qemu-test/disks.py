"""Disk images for scenarios, made from files alone: no loop devices, no root rights."""

from __future__ import annotations

import dataclasses
import os
import subprocess
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
