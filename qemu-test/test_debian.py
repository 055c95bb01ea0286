"""Debian with systemd from roots of every kind: it must not notice how it was booted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import btrfs_of, ext4_of, squashfs_of, tool, tree_of, uuid_of, xfs_of
from installed import CLOUD, GENERIC, debian_with_rootling, version_of
from vm import VM, Disk
from workshop import Workshop

ROOT_ID = "64656269-0000-4f74-8c69-6e6700000003"
USR_ID = "64656269-0000-4f74-8c69-6e6700000004"


@pytest.fixture(scope="session")
def tree(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of Debian; fstab is what the scenario writes."""
    return tree_of(workshop.root("debian"), tmp_path_factory.mktemp("debian") / "tree")


def runs(vm: VM) -> None:
    vm.login()
    state = vm.run("systemctl is-system-running --wait", check=False)
    assert state == "running", vm.run("systemctl --failed --no-pager", check=False)
    assert "(initrd)" in vm.run("systemd-analyze time")


def test_on_ext4_and_the_initrd_is_credited(boot, workshop):
    root = workshop.root("debian")
    vm = boot(f"root=UUID={uuid_of(root)} ro", [root])
    runs(vm)
    assert "switch_root" in vm.run("cat /run/rootling/timeline.json")


@pytest.mark.parametrize(
    ("kind", "make", "options"),
    [("xfs", xfs_of, ("-m", f"uuid={ROOT_ID}")), ("btrfs", btrfs_of, ("--uuid", ROOT_ID))],
    ids=["xfs", "btrfs"],
)
def test_on_other_file_systems(boot, workshop, place, tree, kind, make: Callable[..., Path], options):
    (tree / "etc/fstab").write_text(f"UUID={ROOT_ID} / {kind} defaults 0 0\n")
    root = make(tree, place / "root.img", 512, *options)
    vm = boot(f"root=UUID={ROOT_ID} ro", [root], workshop.image("--module", kind))
    runs(vm)
    assert f"/dev/vda / {kind} rw" in vm.run("cat /proc/mounts")


def test_on_squashfs_under_an_overlay_in_memory(boot, workshop, place, tree):
    (tree / "etc/fstab").write_text("")
    root = squashfs_of(tree, place / "root.img")
    image = workshop.image("--module", "squashfs", "--module", "overlay")
    vm = boot("root=/dev/vda rd.overlay=tmpfs:size=128m", [root], image)
    runs(vm)
    vm.run("echo kept >/etc/note && sync")
    assert " / overlay rw" in vm.run("cat /proc/mounts")


def test_with_usr_on_a_disk_of_its_own(boot, workshop, place, tree):
    """Where /sbin is a link into /usr, there is no init before /usr is mounted."""
    (tree / "etc/fstab").write_text(f"UUID={ROOT_ID} / ext4 defaults 0 1\nUUID={USR_ID} /usr ext4 ro 0 2\n")
    root = place / "root"
    root.mkdir()
    for part in tree.iterdir():
        tool("cp", "-a", part, root) if part.name != "usr" else (root / "usr").mkdir()
    disks = [
        ext4_of(root, place / "root.img", 128, "-U", ROOT_ID),
        ext4_of(tree / "usr", place / "usr.img", 512, "-U", USR_ID),
    ]
    vm = boot(f"root=UUID={ROOT_ID} ro", disks)
    runs(vm)
    mounts = vm.run("cat /proc/mounts")
    assert "/dev/vda / ext4 rw" in mounts and "/dev/vdb /usr ext4 ro" in mounts


def installed(tree: Path, kernel: str, disk: Path) -> dict[str, object]:
    """What boots the machine from `disk` as the boot loader of the system in `tree` would."""
    return {
        "kernel": tree / f"boot/vmlinuz-{kernel}",
        "initrd": tree / f"boot/initrd.img-{kernel}",
        "cmdline": f"root=UUID={uuid_of(disk)} ro",
        "disks": [Disk(disk, snapshot=False)],
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="dpkg installs as root only")
def test_with_images_that_dpkg_had_made(boot, workshop, place):
    """An installer puts the package and a kernel into a tree that no machine runs yet; the machine
    then installs its second kernel itself, and knows its own disks."""
    system = debian_with_rootling(workshop, place / "debian")
    first, second = workshop.debs(GENERIC, CLOUD)
    system.install(first)
    shutil.copy(second, system.tree / "root")
    root = ext4_of(system.tree, place / "root.img", 1536, "-U", uuid_of(workshop.root("debian")))
    vm = boot(**installed(system.tree, version_of(first), root))
    runs(vm)
    assert vm.run("uname -r") == version_of(first)
    vm.run(f"dpkg --force-unsafe-io -i /root/{second.name}")
    vm.send("systemctl poweroff\n")
    vm.wait_off()

    for name in ("vmlinuz", "initrd.img"):
        path = f"boot/{name}-{version_of(second)}"
        tool("debugfs", "-R", f"dump -p /{path} {system.tree}/{path}", root)
    assert set(system.images()) == {version_of(first), version_of(second)}
    vm = boot(**installed(system.tree, version_of(second), root))
    runs(vm)
    assert vm.run("uname -r") == version_of(second)
    sizes = [int(size) for size in vm.run("stat -c %s /boot/initrd.img-*").split()]
    assert min(sizes) * 4 < max(sizes), "the machine's own image is for this machine"
