"""How /init leaves: what the real init finds, what is refused, and the way back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from disks import copy, tool
from vm import VM, Disk
from workshop import REPO, Workshop

PROCESSORS = 2

NVME = "nvme,serial=ROOT"


def put(disk: Path, files: dict[str, Path]) -> Path:
    """Write executables into an ext4 image."""
    for path, source in files.items():
        tool("debugfs", "-w", "-R", f"write {source} {path}", disk)
        tool("debugfs", "-w", "-R", f"set_inode_field {path} mode 0100755", disk)
    return disk


def seen(vm: VM) -> str:
    """What qemu-test/seen.c printed as process 1."""
    vm.expect(r"^SEEN-BEGIN$")
    start = vm.expect(r"^pid 1, ").start()
    end = vm.expect(r"^SEEN-END$").start()
    # kernel lines fall between ours; the kernel alone calls the device /dev/root
    text = re.sub(r"^\[ *\d+\.\d+\].*\n", "", vm.text[start:end], flags=re.MULTILINE)
    return re.sub(r"/dev/(root|nvme0n1) (ro|rw)$", r"DEVICE \2", text, flags=re.MULTILINE)


def settled_kib(vm: VM, at_least: int = 0) -> int:
    """MemAvailable without caches, once it is as much as that."""
    look = "awk '/^MemAvailable/ { print $2 }' /proc/meminfo"
    return int(
        vm.run(f"while echo 3 >/proc/sys/vm/drop_caches; a=$({look}); [ $a -lt {at_least} ]; do :; done; echo $a")
    )


def test_init_finds_the_machine_as_a_kernel_without_an_initramfs_leaves_it(boot, workshop, place):
    program = place / "seen"
    tool("gcc", "-static", "-O1", "-o", program, REPO / "qemu-test/seen.c")
    root = put(copy(workshop.root(), place / "root.img"), {"sbin/seen": program})
    padding = place / "padding"
    padding.write_bytes(bytes(64 * 1024 * 1024))
    cmdline = "root=/dev/nvme0n1 ro init=/sbin/seen NAME=value rd.timeout=9"
    alone = boot(cmdline, [Disk(root, device=NVME)], alone=True)
    expected = seen(alone)
    alone.wait_demo()
    ours = boot(cmdline, [Disk(root, device=NVME)], workshop.image("--add", f"{padding}:/padding", load=()))
    assert seen(ours) == expected
    assert "NAME=value" in expected and "root mount" in expected
    ours.wait_demo()
    # the loop ends when as much is free as without an initramfs, but for 1 MiB
    enough = settled_kib(alone) - 1024
    assert settled_kib(ours, enough) >= enough


def mount_points(vm: VM) -> list[str]:
    rows = [row.split() for row in vm.run("cat /proc/mounts").splitlines()]
    return sorted(row[1] for row in rows if row[1] != "/")


def initramfs_on_a_mount(workshop: Workshop, place: Path) -> Path:
    """An image that first puts itself on a tmpfs, which can be pivoted away as kernels with a nullfs
    below the initramfs let us, and only then starts /init."""
    script = place / "wrapper"
    script.write_text(
        "#!/bin/sh\nmkdir /new\nmount -t tmpfs -o size=80% new /new\n"
        "cp -a /bin /lib /etc /sbin /real /new/ 2>/dev/null\nmkdir -p /new/dev /new/proc /new/sys /new/run\n"
        'exec busybox switch_root -c /dev/console /new /real/init "$@"\n'
    )
    script.chmod(0o755)
    real = workshop.init()
    applets = place / "bin"
    applets.mkdir()
    for name in ("mkdir", "cp", "switch_root"):
        (applets / name).symlink_to("busybox")
    flags = ("--init", str(script), "--add", f"{real}:/real/init", "--add", f"{applets}:/bin")
    return workshop.image(*flags, shell=True)


@pytest.mark.parametrize("how", ["move", "pivot"])
def test_an_init_that_the_kernel_refuses_leads_back_into_a_whole_initramfs(boot, workshop, place, how):
    image = workshop.image(shell=True) if how == "move" else initramfs_on_a_mount(workshop, place)
    vm = boot("root=LABEL=demo rw rootflags=noexec", [workshop.root()], image)
    vm.expect(r"rootling: switch_root: /sbin/init: Permission denied")
    vm.wait_initramfs_shell()
    assert mount_points(vm) == ["/dev", "/dev/pts", "/proc", "/run", "/sys", "/sysroot"]
    assert "verdict: switch_root: /sbin/init" in vm.run("cat /run/rootling/report.txt")
    assert "modules" in vm.run("ps"), "the workers that recovery needs run again"
    vm.run("mount -o remount,exec /sysroot")
    vm.send("exit\n")
    vm.wait_demo()
    assert mount_points(vm) == ["/dev", "/dev/pts", "/proc", "/run", "/sys"]


DAMAGE = {
    "nothing": ("rm {0}", "No such file or directory"),
    "a folder": ("mkdir {0}", "a folder"),
    "no program": ("rmdir {0}; echo text >{0}; chmod 755 {0}", "neither an ELF program nor a script"),
    "empty": ("true >{0}", "an empty file"),
    "not executable": ("cat /bin/busybox >{0}; chmod 644 {0}", "not executable"),
    "no interpreter": (
        "echo '#!/usr/bin/lost -x' >{0}; chmod 755 {0}",
        "its interpreter /usr/bin/lost: No such file or directory",
    ),
    "dangling": ("rm {0}; busybox ln -s /lost {0}", "a link to a file that is not there"),
    "no loader": (
        "rm {0}; cp /dynamic {0}",
        "its loader /lib64/ld-linux-x86-64.so.2: No such file or directory",
    ),
}


def test_each_damage_of_an_init_has_its_own_verdict_before_anything_moves(boot, workshop, place):
    applets = place / "bin"
    applets.mkdir()
    for name in ("rm", "mkdir", "rmdir", "chmod", "cp", "true"):
        (applets / name).symlink_to("busybox")
    image = workshop.image("--add", f"{applets}:/bin", "--add", "/bin/cat:/dynamic", shell=True)
    vm = boot("root=LABEL=demo rw init=/sbin/odd", [workshop.root()], image)
    for damage, (command, verdict) in DAMAGE.items():
        if damage != "nothing":
            vm.run(command.format("/sysroot/sbin/odd"))
            vm.send("exit\n")
        vm.expect(rf"rootling: switch_root: init /sbin/odd: {verdict}")
        vm.wait_initramfs_shell()
    assert mount_points(vm) == ["/dev", "/dev/pts", "/proc", "/run", "/sys", "/sysroot"]
    vm.run("rm /sysroot/sbin/odd; echo '#!/bin/sh' >/sysroot/sbin/odd; echo 'exec /sbin/init' >>/sysroot/sbin/odd")
    vm.run("chmod 755 /sysroot/sbin/odd")
    vm.send("exit\n")
    vm.wait_demo()


RUNIT = {
    "1": "mount -t devpts devpts /dev/pts 2>/dev/null; echo stage one; exit 0",
    "2": "exec runsvdir -P /etc/service",
    "3": "echo stage three",
}


def test_runit_runs_its_stages_and_ends_the_machine(boot, workshop, place):
    disk = copy(workshop.root(), place / "root.img")
    for folder in ("lib64", "lib", "lib/x86_64-linux-gnu", "etc/runit", "etc/service", "etc/service/shell"):
        tool("debugfs", "-w", "-R", f"mkdir {folder}", disk)
    same = ("lib/x86_64-linux-gnu/libc.so.6", "lib64/ld-linux-x86-64.so.2", "usr/bin/runsvdir", "usr/bin/runsv")
    files = {path: Path("/") / path for path in same} | {"sbin/runit-init": Path("/sbin/runit")}
    for stage, text in RUNIT.items():
        (place / stage).write_text(f"#!/bin/sh\nPATH=/bin:/sbin:/usr/bin\n{text}\n")
        files[f"etc/runit/{stage}"] = place / stage
    (place / "run").write_text("#!/bin/sh\nexec /bin/cttyhack /bin/sh -l </dev/console >/dev/console 2>&1\n")
    files["etc/service/shell/run"] = place / "run"
    vm = boot("root=LABEL=demo rw init=/sbin/runit-init", [put(disk, files)])
    vm.expect(r"^stage one$")
    vm.wait_demo()
    assert vm.run("cat /proc/1/comm") == "runit-init"
    vm.run("cd /run; touch runit.stopit runit.reboot; chmod 100 runit.stopit runit.reboot")
    vm.send("kill -CONT 1\n")
    vm.expect(r"^stage three$")
    assert vm.wait_off() == 0


@pytest.mark.parametrize(
    "argv",
    [["/init"], ["/init", "--help"], ["/other"], ["unshare", "-rpf", "--mount-proc", "/init"]],
    ids=["by hand", "help", "renamed", "container"],
)
def test_init_started_elsewhere_refuses_and_touches_nothing(workshop, place, argv):
    program = copy(workshop.init(), place / ("other" if "/other" in argv else "init"))
    mounts = Path("/proc/self/mounts").read_text()
    command = [str(program) if word.startswith("/") else word for word in argv]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "does nothing when run by hand or in a container; see rootling-init(8)" in done.stderr
    assert Path("/proc/self/mounts").read_text() == mounts


def test_init_of_a_real_root_says_where_it_belongs_and_touches_nothing(boot, workshop, place):
    root = put(copy(workshop.root(), place / "root.img"), {"sbin/rootling": workshop.init()})
    vm = boot("root=/dev/nvme0n1 init=/sbin/rootling", [Disk(root, device=NVME)], alone=True)
    vm.expect(r"^rootling: / is not an initramfs: give the kernel another init=")
    assert vm.qmp("query-status")["status"] == "running"
    assert "Kernel panic" not in vm.text
