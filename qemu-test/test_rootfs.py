"""What is mounted between the root device and its init: fstab, overlays, files as disks."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from disks import blank, copy, ext4_of, relabel, squashfs_of, tool, tree_of
from vm import Disk

USR_UUID = "75737200-1111-4222-8333-444444444444"
SHELL = ("sh", "cat", "grep", "ls", "mount", "umount", "touch")


@pytest.fixture(scope="session")
def tree(workshop, tmp_path_factory) -> Path:
    """The files of the demo root."""
    return tree_of(workshop.root(), tmp_path_factory.mktemp("demo") / "tree")


@pytest.fixture(scope="session")
def squashfs(tree, tmp_path_factory) -> Path:
    return squashfs_of(tree, tmp_path_factory.mktemp("squashfs") / "root.squashfs")


def branch(tree: Path, folder: Path, fstab: str = "") -> Path:
    """A copy of a tree, with an fstab of its own."""
    tool("cp", "-a", tree, folder)
    (folder / "etc/fstab").write_text(fstab)
    return folder


def split_usr(tree: Path, place: Path, fstab: str) -> tuple[Path, Path]:
    """A merged /usr on a disk of its own: without it there is not even an init."""
    root = branch(tree, place / "root", fstab)
    usr = root / "usr"
    for name in ("bin", "sbin"):
        tool("cp", "-a", f"{root / name}/.", usr / name)
        tool("rm", "-r", root / name)
        (root / name).symlink_to(f"usr/{name}")
    usr.rename(place / "usr")
    usr.mkdir()
    return root, place / "usr"


FSTAB = f"""\
# /etc/fstab: what the real root wants to have before its init runs
UUID={USR_UUID}\t/usr\text4\tdefaults\t0 2
/dev/disk/by-label/var\\x20disk /var auto rw,noatime,x-initrd.mount 0 0
/var/srv /srv none bind,ro,x-initrd.mount
tmpfs /with\\040blank tmpfs size=1m,x-initrd.mount 0 0
tmpfs /hole tmpfs size=2m,x-initrd.mount 0 0
merged /mnt overlay lowerdir=/etc:/var,x-initrd.mount
LABEL=nothere /opt ext4 nofail,x-initrd.mount 0 0
LABEL=later /home ext4 defaults 0 2
tmpfs /root tmpfs noauto,x-initrd.mount
nonsense
"""


def test_usr_and_what_else_fstab_wants_is_mounted_before_init(boot, workshop, tree, place):
    root, usr = split_usr(tree, place, FSTAB)
    for name in ("srv", "opt", "with blank"):
        (root / name).mkdir()
    (root / "hole").symlink_to("/../../../../tmp")
    var = place / "var"
    (var / "srv").mkdir(parents=True)
    (var / "srv/served").write_text("from var\n")
    disks = [
        ext4_of(root, place / "root.img", 16, "-L", "split"),
        ext4_of(var, place / "var.img", 8, "-L", "var disk"),
        ext4_of(usr, place / "usr.img", 64, "-U", USR_UUID),
    ]
    vm = boot("root=LABEL=split rd.timeout=3", disks, workshop.image("--module", "overlay"))
    vm.expect(r"rootling: fstab: LABEL=nothere on /opt: not there after 3 s: going on without it")
    vm.expect(r"rootling: fstab: line 11: ignored")
    vm.wait_demo()
    mounts = vm.run("cat /proc/mounts")
    assert "/dev/vdc /usr ext4 ro," in mounts, "as the root, because the line does not say otherwise"
    assert "/dev/vdb /var ext4 rw,noatime" in mounts
    assert "/dev/vdb /srv ext4 ro," in mounts
    assert r"tmpfs /with\040blank tmpfs rw,relatime,size=1024k" in mounts
    assert "tmpfs /tmp tmpfs rw,relatime,size=2048k" in mounts, "the link leads to the /tmp of the root"
    assert "merged /mnt overlay ro" in mounts
    assert "/home" not in mounts and "/opt" not in mounts and "/root" not in mounts
    assert vm.run("cat /srv/served") == "from var"
    assert "fstab" in vm.run("ls /mnt") and "srv" in vm.run("ls /mnt")


def test_a_missing_usr_is_a_verdict_and_the_boot_goes_on_when_it_comes(boot, tree, place):
    root, usr = split_usr(tree, place, f"UUID={USR_UUID} /usr ext4 defaults 0 0\n")
    disk = ext4_of(root, place / "root.img", 16)
    late = Disk(ext4_of(usr, place / "usr.img", 64, "-U", USR_UUID))
    vm = boot("root=/dev/vda rw rd.timeout=1", [disk], free_ports=1)
    vm.expect(rf"rootling: fstab: UUID={USR_UUID} on /usr: not there after 1 s")
    vm.expect("recovery: ready")
    vm.plug(late)
    vm.wait_demo()
    assert "/dev/vdb /usr ext4 rw," in vm.run("cat /proc/mounts")


def test_rd_fstab_0_leaves_fstab_alone(boot, tree, place):
    root = branch(tree, place / "root", "LABEL=nothere /var ext4 x-initrd.mount\n")
    vm = boot("root=/dev/vda rd.fstab=0", [ext4_of(root, place / "root.img")])
    vm.wait_demo()


# ---- overlay

LAYERS = "/run/rootling"


def digest(image: Path) -> str:
    return hashlib.sha256(image.read_bytes()).hexdigest()


def test_an_overlay_in_memory_makes_a_squashfs_writable(boot, workshop, squashfs):
    image = workshop.image("--module", "squashfs", "--module", "overlay")
    vm = boot("root=/dev/vda rd.overlay=tmpfs:size=16m,nr_inodes=5000", [squashfs], image)
    vm.wait_demo()
    mounts = vm.run("cat /proc/mounts")
    assert f"overlay / overlay rw,relatime,lowerdir={LAYERS}/lower" in mounts
    assert f"/dev/vda {LAYERS}/lower squashfs ro" in mounts
    assert f"tmpfs {LAYERS}/overlay tmpfs rw,relatime,size=16384k,nr_inodes=5000" in mounts
    assert " /sysroot" not in mounts
    vm.run("echo new >/root/note; echo mine >/etc/hostname")
    assert vm.run(f"cat {LAYERS}/overlay/overlay/root/note {LAYERS}/lower/etc/hostname") == "new\ndemo"


def test_an_overlay_keeps_a_writable_disk_as_it_is(boot, workshop, place):
    disk = copy(workshop.root(), place / "disk.img")
    before = digest(disk)
    vm = boot("root=LABEL=demo rw rd.overlay", [Disk(disk, snapshot=False)], workshop.image("--module", "overlay"))
    vm.wait_demo()
    vm.run("echo new >/root/note; rm /etc/hostname; sync")
    assert f"/dev/vda {LAYERS}/lower ext4 ro" in vm.run("cat /proc/mounts")
    vm.send("poweroff\n")
    assert vm.wait_off() == 0
    assert digest(disk) == before


def test_an_overlay_on_a_disk_is_there_again_after_a_reboot(boot, workshop, place, squashfs):
    image = workshop.image("--module", "squashfs", "--module", "overlay")
    writable = blank(place / "writable.img", 16)
    tool("mke2fs", "-q", "-t", "ext4", "-L", "changes", writable)
    disks = [squashfs, Disk(writable, snapshot=False)]
    first = boot("root=/dev/vda rd.overlay=LABEL=changes", disks, image)
    first.wait_demo()
    assert f"/dev/vdb {LAYERS}/overlay ext4 rw" in first.run("cat /proc/mounts")
    first.run("echo kept >/root/note")
    first.send("poweroff\n")
    assert first.wait_off() == 0
    second = boot("root=/dev/vda rd.overlay=/dev/disk/by-label/changes", disks, image)
    second.wait_demo()
    assert second.run("cat /root/note") == "kept"


def test_an_overlay_whose_disk_does_not_come_is_in_memory(boot, workshop, squashfs):
    image = workshop.image("--module", "squashfs", "--module", "overlay")
    vm = boot("root=/dev/vda rd.overlay=LABEL=nothere rd.timeout=2", [squashfs], image)
    vm.expect(r"rootling: overlay: not there after 2 s: rd\.overlay=LABEL=nothere: writing into memory instead")
    vm.wait_demo()
    assert f"tmpfs {LAYERS}/overlay tmpfs rw" in vm.run("cat /proc/mounts")
    vm.run("echo new >/root/note")


def test_an_overlay_on_a_disk_that_cannot_serve_is_in_memory(boot, workshop, squashfs):
    """A SquashFS cannot be written to: upper and work folder cannot be made."""
    image = workshop.image("--module", "squashfs", "--module", "overlay")
    vm = boot("root=/dev/vda rd.overlay=/dev/vdb", [squashfs, squashfs], image)
    vm.expect(r"rootling: overlay: /dev/vdb: Read-only file system: rd\.overlay=/dev/vdb: writing into memory")
    vm.wait_demo()
    assert f"tmpfs {LAYERS}/overlay tmpfs rw" in vm.run("cat /proc/mounts")


def test_an_overlay_without_its_module_is_a_verdict(boot, workshop):
    vm = boot("root=/dev/vda rd.overlay=tmpfs rd.emergency=poweroff", [workshop.root()])
    vm.expect(r"rootling: overlay: No such device: add the module overlay to the image")
    assert vm.wait_off() == 0


# ---- what cannot be mounted


def test_a_disk_that_cannot_be_written_is_mounted_read_only(boot, workshop):
    drive = ["-drive", f"file={workshop.root()},format=raw,readonly=on,if=none,id=ro"]
    vm = boot("root=/dev/vda rw", extra=[*drive, "-device", "virtio-blk-pci,drive=ro"])
    vm.expect(r"rootling: /dev/vda: cannot be written, mounting it read-only")
    vm.expect(r"rootling: rootfs: ext4 mounted ro")
    vm.wait_demo()
    assert "/dev/vda / ext4 ro" in vm.run("cat /proc/mounts")


WRONG = {
    "rootflags=noatime,nosuchoption": "ext4 with noatime,nosuchoption: Invalid argument "
    "(ext4: Unknown parameter 'nosuchoption')",
    "rootfstype=iso9660": "iso9660: No such device: add its driver to the image",
    "rootfstype=squashfs": "squashfs: Invalid argument (Can't find a SQUASHFS superblock on vda)",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_root_that_cannot_be_mounted_says_why(boot, workshop, words):
    vm = boot(f"root=/dev/vda {words} rd.emergency=poweroff", [workshop.root()], workshop.image("--module", "squashfs"))
    found = vm.expect(r"rootling: root: mount /dev/vda as (.*)$").group(1)
    assert found == WRONG[words]
    assert vm.wait_off() == 0


# ---- files as disks


def full(workshop, *modules: str, add: Sequence[str] = (), **more) -> Path:
    """An image that can do all of it."""
    words = [word for module in modules for word in ("--module", module)]
    words += [word for content in add for word in ("--add", content)]
    return workshop.image(*words, defconfig="recovery", **more)


def test_the_root_is_a_squashfs_in_a_file_under_an_overlay(boot, workshop, place, squashfs):
    host = place / "host"
    (host / "live").mkdir(parents=True)
    copy(squashfs, host / "live/filesystem.squashfs")
    # what looks like the file outside of the disk must not be taken
    (host / "root.img").symlink_to("/../live/filesystem.squashfs")
    disk = ext4_of(host, place / "disk.img", 32, "-L", "stick")
    image = full(workshop, "squashfs", "overlay", "loop")
    vm = boot("root=LABEL=stick rd.loop=/root.img rd.overlay", [disk], image)
    vm.expect(r"rootling: loop: /root\.img on /dev/vda is /dev/loop0")
    vm.wait_demo()
    mounts = vm.run("cat /proc/mounts")
    assert f"overlay / overlay rw,relatime,lowerdir={LAYERS}/lower" in mounts
    assert f"/dev/loop0 {LAYERS}/lower squashfs ro" in mounts
    assert f"/dev/vda {LAYERS}/host ext4 ro" in mounts
    assert vm.run("cat /sys/block/loop0/ro /sys/block/loop0/loop/autoclear") == "1\n1"
    vm.run("echo new >/root/note")


def test_a_disk_image_in_a_file_is_written_to_if_rw_says_so(boot, workshop, place):
    host = place / "host"
    host.mkdir()
    copy(workshop.root(), host / "disk.img")
    disk = Disk(ext4_of(host, place / "disk.img", 80), snapshot=False)
    image = full(workshop, "loop")
    first = boot("root=/dev/vda rd.loop=/disk.img rw", [disk], image)
    first.wait_demo()
    assert "/dev/loop0 / ext4 rw" in first.run("cat /proc/mounts")
    first.run("echo kept >/root/note; sync")
    first.send("poweroff\n")
    assert first.wait_off() == 0
    second = boot("root=/dev/vda rd.loop=/disk.img,ro rw", [disk], image)
    second.expect(r"rootling: /dev/loop0: cannot be written, mounting it read-only")
    second.wait_demo()
    assert second.run("cat /root/note") == "kept"
    assert f"/dev/vda {LAYERS}/host ext4 ro" in second.run("cat /proc/mounts")


def test_a_file_that_is_not_there_is_a_verdict_and_can_be_mended(boot, workshop, place, squashfs):
    host = place / "host"
    host.mkdir()
    copy(squashfs, host / "root.squashfs")
    disk = ext4_of(host, place / "disk.img", 32)
    image = full(workshop, "squashfs", "loop", shell=True)
    vm = boot("root=/dev/vda rd.loop=/live/root.squashfs", [disk], image)
    vm.expect(r"rootling: rd\.loop: /live/root\.squashfs on /dev/vda: No such file or directory: check rd\.loop=")
    vm.wait_initramfs_shell()
    vm.run("mount /dev/vda /mnt -o rw 2>/dev/null || { /bin/busybox mkdir /mnt; mount -t ext4 /dev/vda /mnt; }")
    vm.run("/bin/busybox mkdir /mnt/live; /bin/busybox mv /mnt/root.squashfs /mnt/live/; /bin/busybox umount /mnt")
    vm.send("exit\n")
    vm.wait_demo()
    assert "/dev/loop0 / squashfs ro" in vm.run("cat /proc/mounts")


def iso_of(tree: Path, image: Path, label: str) -> Path:
    tool("xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", label, "-o", image, tree)
    return image


@pytest.fixture
def stick(place, squashfs) -> Path:
    """A disk with an ISO file in a folder, which holds a live system."""
    content = place / "content"
    (content / "live").mkdir(parents=True)
    copy(squashfs, content / "live/filesystem.squashfs")
    host = place / "stick"
    (host / "isos").mkdir(parents=True)
    iso_of(content, host / "isos/live.iso", "LIVE")
    return ext4_of(host, place / "stick.img", 48, "-L", "stick")


@pytest.mark.parametrize("root", ["", "root=LABEL=LIVE rootfstype=squashfs "])
def test_an_iso_file_is_found_among_several_disks(boot, workshop, place, stick, root):
    image = full(workshop, "squashfs", "overlay", "loop", "isofs")
    words = "iso-scan/filename=/isos/live.iso rd.loop=/live/filesystem.squashfs rd.overlay"
    vm = boot(root + words, [workshop.root(), blank(place / "blank.img"), stick], image)
    vm.expect(r"rootling: isoscan: /isos/live\.iso found on /dev/vdc \(ext4\)")
    vm.expect(r"rootling: loop: /live/filesystem\.squashfs on /dev/loop0 is /dev/loop1")
    vm.wait_demo()
    mounts = vm.run("cat /proc/mounts")
    assert f"/dev/vdc {LAYERS}/isoscan ext4 ro" in mounts and "norecovery" in mounts
    assert f"/dev/loop0 {LAYERS}/host iso9660 ro" in mounts
    assert f"/dev/loop1 {LAYERS}/lower squashfs ro" in mounts
    assert "/dev/vda" not in mounts
    vm.run("echo new >/root/note")


def test_an_iso_file_on_a_stick_that_comes_after_the_verdict_is_the_root(boot, workshop, place, tree):
    host = place / "host"
    host.mkdir()
    iso_of(tree, host / "demo.iso", "DEMO")
    late = Disk(ext4_of(host, place / "late.img", 48))
    image = full(workshop, "loop", "isofs")
    words = "iso-scan/filename=/demo.iso rootfstype=iso9660 rd.timeout=2"
    vm = boot(words, [workshop.root()], image, free_ports=1)
    vm.expect(r"rootling: iso-scan/filename=/demo\.iso: not found within 2 s: looked on vda \(ext4\): check the path")
    vm.expect("recovery: ready")
    vm.plug(late)
    vm.wait_demo()
    assert "/dev/loop0 / iso9660 ro" in vm.run("cat /proc/mounts")


@pytest.mark.parametrize("words", ["root=LABEL=STICK rd.loop=/live/filesystem.squashfs", "iso-scan/filename=/demo.iso"])
def test_the_file_may_lie_on_a_fat_stick(boot, workshop, place, tree, squashfs, words):
    fat = blank(place / "fat.img", 48)
    tool("mkfs.vfat", "-n", "STICK", fat)
    iso_of(tree, place / "demo.iso", "DEMO")
    tool("mmd", "-i", fat, "::/live")
    tool("mcopy", "-i", fat, squashfs, "::/live/filesystem.squashfs")
    tool("mcopy", "-i", fat, place / "demo.iso", "::/demo.iso")
    vm = boot(words, [fat], full(workshop, "squashfs", "loop", "isofs", "vfat", "nls_ascii", "nls_cp437"))
    vm.wait_demo()
    assert "/dev/loop0 / " in vm.run("cat /proc/mounts")


# ---- fsck


def checker(place: Path, script: str) -> str:
    """What makes --add put a checker for ext4 into an image."""
    program = place / "fsck.ext4"
    program.write_text(script)
    program.chmod(0o755)
    return f"{program}:/sbin/fsck.ext4"


E2FSCK = "/sbin/e2fsck.static:/sbin/fsck.ext4"


def test_a_root_that_was_not_unmounted_is_mended_and_boots(boot, workshop, place):
    disk = copy(workshop.root(), place / "disk.img")
    tool("debugfs", "-w", "-R", "set_super_value free_blocks_count 77", disk)
    tool("debugfs", "-w", "-R", "set_super_value state 0", disk)
    vm = boot("root=LABEL=demo", [Disk(disk, snapshot=False)], full(workshop, add=[E2FSCK]))
    vm.expect(r"rootling: fsck: /dev/vda: (clean|errors corrected)")
    vm.wait_demo()
    vm.run("test -e /run/initramfs/fsck-root")
    vm.send("poweroff\n")
    assert vm.wait_off() == 0
    tool("e2fsck", "-fn", disk)


def test_a_root_that_must_be_mended_by_hand_is_a_verdict_and_then_boots(boot, workshop, place):
    disk = copy(workshop.root(), place / "disk.img")
    tool("debugfs", "-w", "-R", "clri /var", disk)
    tool("debugfs", "-w", "-R", "set_super_value state 0", disk)
    vm = boot("root=LABEL=demo", [Disk(disk)], full(workshop, shell=True, add=[E2FSCK]))
    vm.expect(r"UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY")
    vm.expect(
        r"rootling: fsck: /dev/vda: /sbin/fsck\.ext4 ended with status 4: errors are left that it could not correct: "
        r"mend it by hand, or boot with fsck\.mode=skip"
    )
    vm.wait_initramfs_shell()
    vm.run("/sbin/fsck.ext4 -fy /dev/vda", check=False)
    vm.send("exit\n")
    vm.expect(r"^demo: clean, ")
    vm.wait_demo()


def test_what_the_checker_is_asked_and_that_it_may_take_its_time(boot, workshop, place, tree):
    script = '#!/bin/sh\necho "asked: $*"\n[ "$3" != /dev/vda ] || sleep 31\nexit 1\n'
    root = branch(tree, place / "root", "/dev/vdb /usr ext4 defaults 0 2\n")
    usr = ext4_of(tree / "usr", place / "usr.img", 16)
    image = full(workshop, shell=True, add=[checker(place, script)])
    vm = boot("root=/dev/vda fsck.mode=force fsck.repair=yes", [ext4_of(root, place / "root.img"), usr], image)
    vm.expect(r"^asked: -y -f /dev/vda")
    vm.expect(r"rootling: fsck: /dev/vda: still checking after 30 s")
    vm.expect(r"rootling: fsck: /dev/vda: errors corrected")
    vm.expect(r"^asked: -y -f /dev/vdb")
    vm.wait_demo()
    assert "fsck-root" in vm.run("ls /run/initramfs") and "fsck-usr" in vm.run("ls /run/initramfs")


def test_a_checker_that_wants_a_reboot_gets_it(boot, workshop, place):
    image = full(workshop, shell=True, add=[checker(place, "#!/bin/sh\nexit 3\n")])
    vm = boot("root=/dev/vda", [workshop.root()], image)
    vm.expect(r"rootling: fsck: /dev/vda: corrected, the machine must reboot")
    assert vm.wait_off() == 0
    assert "Kernel panic" not in vm.text


def test_a_checker_that_cannot_run_or_shall_not_is_no_obstacle(boot, workshop, place):
    image = full(workshop, add=[checker(place, "#!/bin/nothing\n")])
    vm = boot("root=/dev/vda", [workshop.root()], image)
    vm.expect(r"rootling: fsck: /sbin/fsck\.ext4: cannot be executed .*: /dev/vda is not checked")
    vm.wait_demo()
    skipped = boot("root=/dev/vda fastboot", [workshop.root()], image)
    skipped.wait_demo()
    assert "fsck:" not in skipped.text


# ---- resume


def test_a_hibernated_system_comes_back_with_its_memory(boot, workshop, place):
    swap = blank(place / "swap.img", 512)
    tool("mkswap", "-L", "sleep", swap)
    disks = [workshop.root(), Disk(swap, snapshot=False)]
    words = "root=/dev/vda resume=LABEL=sleep"
    image = full(workshop)
    first = boot(words, disks, image)
    first.expect(r"rootling: resume: nothing is hibernated on /dev/vdb")
    first.wait_demo()
    first.run("mount -t tmpfs none /mnt; echo before >/mnt/note; swapon /dev/vdb; echo shutdown >/sys/power/disk")
    first.send("echo disk >/sys/power/state\n")
    assert first.wait_off() == 0
    fresh = boot(f"{words} noresume", disks, image)
    fresh.wait_demo()
    assert fresh.run("ls /mnt") == ""
    fresh.close()
    second = boot(words, disks, image)
    second.expect(r"rootling: resume: going back to the system on /dev/vdb")
    second.expect(r"demo:\S*# ")
    assert second.run("cat /mnt/note") == "before"


def test_a_resume_device_that_is_not_there_does_not_stop_the_boot(boot, workshop):
    vm = boot("root=/dev/vda resume=UUID=dead-beef rd.timeout=2", [workshop.root()], full(workshop))
    vm.expect(r"rootling: resume=UUID=dead-beef: waited 2 s for it: starting afresh")
    vm.wait_demo()


# ---- every file system


def make_ext2(tree: Path, image: Path) -> None:
    tool("mke2fs", "-q", "-t", "ext2", "-d", tree, blank(image))


def make_ext3(tree: Path, image: Path) -> None:
    tool("mke2fs", "-q", "-t", "ext3", "-d", tree, blank(image))


def make_btrfs(tree: Path, image: Path) -> None:
    tool("mkfs.btrfs", "-q", "--rootdir", tree, blank(image, 128))


def make_erofs(tree: Path, image: Path) -> None:
    tool("mkfs.erofs", "-zlz4hc", image, tree)


def make_iso9660(tree: Path, image: Path) -> None:
    iso_of(tree, image, "DEMO")


def make_f2fs(tree: Path, image: Path) -> None:
    tool("mkfs.f2fs", "-q", blank(image, 128))
    tool("sload.f2fs", "-P", "-f", tree, image)


def make_xfs(tree: Path, image: Path) -> None:
    """By a prototype, xfs_protofile(8) in words: one line a file, a folder ends with a dollar."""
    lines = ["x", "0 0"]

    def add(path: Path, name: str) -> None:
        mode = f"{path.lstat().st_mode & 0o777:03o} 0 0"
        if path.is_symlink():
            lines.append(f"{name} l--{mode} {path.readlink()}")
        elif path.is_dir():
            lines.append(f"{name} d--{mode}".strip())
            for child in sorted(path.iterdir()):
                add(child, child.name)
            lines.append("$")
        else:
            lines.append(f"{name} ---{mode} {path}")

    add(tree, "")
    image.with_suffix(".proto").write_text("\n".join(lines) + "\n")
    tool("mkfs.xfs", "-q", "-p", image.with_suffix(".proto"), blank(image, 320))


INITTAB = ("::sysinit:/bin/busybox echo You are in the demo root", "::respawn:/bin/busybox sh")


def make_vfat(tree: Path, image: Path) -> None:
    """Without links: one busybox for all, as init too."""
    tool("mkfs.vfat", blank(image, 48))
    for folder in ("bin", "sbin", "etc", "dev", "proc", "sys", "run", "tmp", "mnt", "root"):
        tool("mmd", "-i", image, f"::/{folder}")
    inittab = image.with_suffix(".inittab")
    inittab.write_text("\n".join(INITTAB) + "\n")
    for source, target in ((tree / "bin/busybox", "bin/busybox"), (tree / "bin/busybox", "sbin/init"), (inittab, "etc/inittab")):
        tool("mcopy", "-i", image, source, f"::/{target}")


FILE_SYSTEMS = {
    "ext2": (make_ext2, "cloud", ("ext4",)),
    "ext3": (make_ext3, "cloud", ("ext4",)),
    "xfs": (make_xfs, "cloud", ("xfs",)),
    "btrfs": (make_btrfs, "cloud", ("btrfs",)),
    "erofs": (make_erofs, "cloud", ("erofs",)),
    "iso9660": (make_iso9660, "cloud", ("isofs",)),
    "vfat": (make_vfat, "cloud", ("vfat", "nls_ascii", "nls_cp437")),
    "f2fs": (make_f2fs, "generic", ("f2fs",)),
}


@pytest.mark.parametrize("kind", FILE_SYSTEMS)
def test_the_root_is_of_every_kind_of_file_system(boot, workshop, tree, place, kind):
    make, flavour, modules = FILE_SYSTEMS[kind]
    disk = place / f"{kind}.img"
    make(tree, disk)
    known = "TYPE=" in subprocess.run([workshop.tool(), "probe", disk], capture_output=True, text=True).stdout
    image = full(workshop, *modules, flavour=flavour)
    kernel = workshop.kernel(flavour=flavour) / "vmlinuz"
    vm = boot(f"root=/dev/vda {'' if known else 'rootfstype=' + kind}", [disk], image, kernel)
    if kind == "vfat":
        vm.expect(r"^You are in the demo root")
        vm.take_shell(r"/ # ")
    else:
        vm.wait_demo()
    assert f"/dev/vda / {kind} " in vm.run("cat /proc/mounts").replace("\\", "")


def test_a_root_that_only_a_kernel_can_fill_boots_too(boot, workshop, place):
    """No tool puts files into UDF and exFAT. The two roots are filled by a machine first."""
    image = full(workshop, load=("virtio_pci", "virtio_blk", "udf", "exfat"))
    kinds = ("udf", "exfat")
    disks = [blank(place / f"{kind}.img", 64) for kind in kinds]
    tool("mkfs.udf", "--blocksize=512", disks[0])
    tool("mkfs.exfat", disks[1])
    filler = boot("root=/dev/vda", [workshop.root(), *(Disk(disk, snapshot=False) for disk in disks)], image)
    filler.wait_demo()
    for kind, device in zip(kinds, ("vdb", "vdc")):
        filler.run(f"mount -t {kind} /dev/{device} /mnt; cd /mnt; mkdir bin sbin etc dev proc sys run root")
        filler.run("cp /bin/busybox bin/busybox; cp /bin/busybox sbin/init; chmod 755 bin/busybox sbin/init")
        for row in INITTAB:
            filler.run(f"echo '{row}' >>etc/inittab")
        filler.run("cd /; umount /mnt")
    filler.send("poweroff\n")
    assert filler.wait_off() == 0
    for kind, disk in zip(kinds, disks):
        vm = boot(f"root=/dev/vda rootfstype={kind}", [disk], image)
        vm.expect(r"^You are in the demo root")
        vm.take_shell(r"/ # ")
        assert f"/dev/vda / {kind} ro" in vm.run("cat /proc/mounts")
        vm.close()
