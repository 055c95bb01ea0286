"""The same inputs give the same bytes: whoever builds, wherever, in whatever order files are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
HERE = {"TZ": "UTC", "LANG": "C"}
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "HOME": "/nowhere"}


def build(workshop, image: Path, *flags: object, **more: object) -> bytes:
    argv = [workshop.tool(), "build", "--init", workshop.init(), "-o", image, *flags]
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stderr
    return image.read_bytes()


def build_elsewhere(workshop, folder: Path, *flags: object, **env: str) -> bytes:
    """As another user if that can be, with one processor, from another folder, closed umask."""
    folder.mkdir()
    folder.chmod(0o777)
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    keep = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(keep)})
    try:
        return build(workshop, folder / "b", *flags, env=ELSEWHERE | env, cwd="/", umask=0o077, **other)
    finally:
        os.sched_setaffinity(0, keep)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder on another file system than the build's, where there is one."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def make_tree(folder: Path, step: int) -> None:
    """The same tree in whatever order; a directory of ext4 or tmpfs lists it in another one."""
    for number in range(0, 300)[::step]:
        below = folder / f"{number % 7}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"file-{number}").write_text(f"{number}\n" * number)
        (below / f"link-{number}").symlink_to(f"file-{number}")
    for path in sorted(folder.rglob("*"), reverse=step < 0):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
            os.utime(path, (step + 10, step + 10))


def test_the_order_of_files_is_not_in_the_image(workshop, place, elsewhere):
    make_tree(place / "tree", 1)
    make_tree(elsewhere / "tree", -1)
    first = build(workshop, place / "a", "--listed", "--add", f"{place}/tree:/tree", env=HERE)
    assert first == build_elsewhere(workshop, place / "b", "--listed", "--add", f"{elsewhere}/tree:/tree")


@pytest.fixture
def shuffled(place) -> Iterator[Path]:
    """This machine's whole system, in which every folder is listed in another order each time."""
    mount = place / "shuffled"
    mount.mkdir()
    flags = ["--shuffle-dirents=yes", "--sort-dirents=no", "--reverse-dirents=no"]
    flags += ["--multi-user=yes"] if os.geteuid() == 0 else []
    if not shutil.which("disorderfs") or subprocess.run(["disorderfs", "-q", *flags, "/", mount], check=False).returncode:
        pytest.skip("needs disorderfs and FUSE")
    yield mount
    subprocess.run(["fusermount", "-u", mount], check=True)


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_whole_build_from_a_shuffled_system(workshop, place, shuffled, how):
    """Modules, programs with libraries, folders: the sysroot is this system under another name."""
    modules = workshop.modules()
    flags = ["--universal", "--load", "virtio_blk", "--add-cmd", "lsblk curl", "--compress", how]
    flags += ["--add", "/etc/ld.so.conf.d", "--add", "/usr/share/zoneinfo/Europe"]
    first = build(workshop, place / "a", *flags, "--modules-dir", modules, env=HERE | {"SOURCE_DATE_EPOCH": "1700000000"})
    flags += ["--sysroot", shuffled, "--modules-dir", f"{shuffled}{modules}"]
    assert first == build_elsewhere(workshop, place / "b", *flags, SOURCE_DATE_EPOCH="1700000000")
    assert first != build_elsewhere(workshop, place / "c", *flags)
