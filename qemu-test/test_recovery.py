"""What a boot that cannot go on says, and how it goes on after all."""

from __future__ import annotations

import pytest
from disks import blank, copy, relabel, tool, uuid_of
from vm import VM, Disk
from workshop import VIRTIO

NO_ROOT = r"rootling: no root: waited \d+ s for UUID=dead-beef: "


def test_a_missing_root_ends_in_a_verdict_and_a_shell(boot, workshop):
    disk = workshop.root()
    vm = boot('root=UUID=dead-beef rd.timeout=2 my.token="one two"', [disk], workshop.image(shell=True))
    vm.expect(NO_ROOT + rf"saw vda \(ext4 UUID={uuid_of(disk)} LABEL=demo\)")
    vm.expect("rootling: recovery: ready")
    vm.wait_initramfs_shell()
    assert vm.run("cat /proc/1/comm") == "init"
    report = vm.run("cat /run/rootling/report.txt")
    assert "verdict: no root: waited 2 s for UUID=dead-beef" in report
    assert "my.token=***" in report and "two" not in report.partition("stages:")[0]
    assert '"state": "failed"' in vm.run("cat /run/rootling/status.json")
    assert vm.is_running, "PID 1 must stay alive"


@pytest.mark.parametrize(("root", "verdict"), (
    ("UUID={}", r"rootling: no root: waited \d+ s for UUID={}: saw vda \(both ext4 and btrfs\)"),
    ("/dev/vda", "rootling: root: /dev/vda holds both ext4 and btrfs: remove what is old with wipefs, or say rootfstype="),
))
def test_a_disk_that_holds_two_file_systems_is_no_root(boot, workshop, place, root, verdict):
    disk = copy(workshop.root(), place / "both.img")
    uuid = uuid_of(disk)
    with disk.open("r+b") as image:
        image.seek(0x10040)
        image.write(b"_BHRfS_M")
    vm = boot(f"root={root.format(uuid)} rd.timeout=2", [disk])
    vm.expect(verdict.format(uuid))
    vm.expect("rootling: recovery: ready")


def test_the_verdict_is_seen_in_spite_of_quiet(boot):
    vm = boot("root=UUID=dead-beef rd.timeout=1 quiet")
    vm.expect(NO_ROOT + "saw no block device")


def test_the_verdict_names_the_device_that_has_no_driver_in_the_image(boot, workshop):
    image = workshop.image(load=("virtio_pci",))
    vm = boot("root=UUID=dead-beef rd.timeout=2", [workshop.root()], image)
    vm.expect(NO_ROOT + r".*no module for .*virtio:d00000002v00001AF4")
    vm.expect("rootling: recovery: ready")


def test_an_image_without_a_shell_stays_and_watches(boot):
    vm = boot("root=UUID=dead-beef rd.timeout=1")
    vm.expect(NO_ROOT)
    vm.expect("recovery: ready: no shell")
    assert vm.qmp("query-status")["status"] == "running"


def test_a_disk_plugged_in_after_the_verdict_resumes_the_boot(boot, workshop, place):
    disk = Disk(copy(workshop.root(), place / "late.img"))
    vm = boot("root=LABEL=demo rd.timeout=1", free_ports=1)
    vm.expect("no root: ")
    vm.expect("recovery: ready")
    vm.plug(disk)
    vm.wait_demo()


def test_a_wrong_disk_plugged_in_does_not_resume_the_boot(boot, workshop, place):
    wrong = Disk(relabel(copy(workshop.root(), place / "wrong.img"), "wrong"))
    right = Disk(copy(workshop.root(), place / "right.img"))
    vm = boot("root=LABEL=demo rd.timeout=1", free_ports=2)
    vm.expect("recovery: ready")
    vm.plug(wrong)
    vm.expect(r"\[vda\] ")
    vm.plug(right)
    vm.wait_demo()
    assert "/dev/vdb / ext4" in vm.run("cat /proc/mounts")


def test_leaving_the_shell_tries_again(boot, workshop):
    vm = boot("root=UUID=dead-beef rd.timeout=1", initrd=workshop.image(shell=True))
    vm.expect(NO_ROOT)
    vm.wait_initramfs_shell()
    vm.send("exit\n")
    vm.expect(NO_ROOT)
    vm.wait_initramfs_shell()


@pytest.mark.parametrize("stage", ["modules", "root", "rootfs", "switch_root"])
def test_rd_break_opens_a_shell_before_the_stage_and_goes_on(boot, workshop, stage):
    vm = boot(f"root=/dev/vda rd.break={stage}", [workshop.root()], workshop.image(shell=True))
    vm.expect(rf"rd\.break={stage}: leave the shell")
    vm.wait_initramfs_shell()
    assert vm.run("cat /proc/1/comm") == "init"
    vm.send("exit\n")
    vm.wait_demo()


def test_rd_break_of_an_unknown_stage_is_a_warning(boot, workshop):
    vm = boot("root=/dev/vda rd.break=pre-mount", [workshop.root()])
    vm.expect(r"rootling: rd\.break=pre-mount: no such stage")
    vm.wait_demo()


@pytest.mark.parametrize("policy", ["rd.emergency=reboot", "rd.emergency=poweroff", "panic=1", "panic=-1"])
def test_the_machine_ends_by_itself_where_policy_says_so(boot, policy):
    vm = boot(f"root=UUID=dead-beef rd.timeout=1 {policy}")
    vm.expect(NO_ROOT)
    assert vm.wait_off() == 0
    assert "Kernel panic" not in vm.text


@pytest.mark.parametrize("command", ["reboot", "poweroff"])
def test_the_machine_ends_when_the_shell_asks_for_it(boot, workshop, command):
    vm = boot("root=UUID=dead-beef rd.timeout=1", initrd=workshop.image(shell=True))
    vm.wait_initramfs_shell()
    vm.send(f"{command}\n")
    assert vm.wait_off() == 0
    assert "Kernel panic" not in vm.text


def test_a_configuration_without_coldplug_waits_without_spinning(boot, workshop):
    vm = boot("root=UUID=dead-beef rd.timeout=5", initrd=workshop.image(defconfig="tiny"))
    vm.expect(r"rootling: modules: ")
    before_s = vm.cpu_s()
    vm.expect(NO_ROOT)
    assert vm.cpu_s() - before_s < 3, "five seconds of waiting are not five seconds of work"


def test_a_sealed_image_gives_no_shell_whatever_the_command_line_says(boot, workshop):
    image = workshop.image("--sealed", "rd.shell=0 rd.emergency=poweroff", shell=True)
    vm = boot("root=UUID=dead-beef rd.timeout=1 rd.shell=1 rd.emergency=shell rd.break=root", initrd=image)
    vm.expect(NO_ROOT)
    assert vm.wait_off() == 0
    assert "rootling# " not in vm.text


def test_a_root_without_an_init_is_refused_and_nothing_is_lost(boot, workshop, place):
    empty = blank(place / "empty.img")
    tool("mke2fs", "-q", "-t", "ext4", "-L", "empty", empty)
    vm = boot("root=LABEL=empty", [empty], workshop.image(shell=True))
    vm.expect(r"rootling: .*init")
    vm.wait_initramfs_shell()
    assert "busybox" in vm.run("ls /bin")


def test_an_init_for_another_machine_is_refused(boot, workshop):
    vm = boot("root=/dev/vda", [workshop.root(arch="arm64")], workshop.image(shell=True))
    vm.wait_initramfs_shell()
    assert "Kernel panic" not in vm.text


def test_a_damaged_file_system_is_reported_not_mounted(boot, workshop, place):
    disk = copy(workshop.root(), place / "damaged.img")
    with open(disk, "r+b") as f:
        f.seek(1024 + 0x200)  # inside the superblock: its checksum does not fit any more
        f.write(b"\xff" * 16)
    vm = boot("root=/dev/vda", [disk], workshop.image(shell=True))
    vm.wait_initramfs_shell()
    assert '"state": "failed"' in vm.run("cat /run/rootling/status.json")


def test_no_root_at_all_is_said(boot, workshop):
    vm = boot("", [workshop.root()])
    vm.expect("rootling: nothing to boot: no root= on the command line")
    vm.expect("recovery: ready")


def test_a_root_spec_of_no_known_form_is_said(boot, workshop):
    vm = boot("root=FOO=bar", [workshop.root()])
    vm.expect(r"rootling: root=FOO=bar: not a device")


BUTTON = (*VIRTIO, "button", "evdev")


@pytest.mark.parametrize("when", ["while the boot waits", "in recovery"])
def test_the_power_button_works_however_locked_the_machine_is(boot, workshop, when):
    image = workshop.image("--sealed", "rd.shell=0", defconfig="recovery", load=BUTTON)
    wait = 3600 if when == "while the boot waits" else 1
    vm = boot(f"root=UUID=dead-beef rd.timeout={wait} debug", initrd=image)
    while vm.text.count("power button: /dev/input/event") < 2:  # the keyboard has such a key too
        vm.expect(r"\n")
    if when == "in recovery" and "recovery: ready: no shell" not in vm.text:
        vm.expect(r"recovery: ready: no shell")
    vm.qmp("system_powerdown")
    vm.expect(r"rootling: power button$")
    assert vm.wait_off() == 0


@pytest.mark.parametrize("defconfig", ["vm", "recovery"])
def test_ctrl_alt_del_ends_a_boot_that_waits(boot, workshop, defconfig):
    vm = boot("root=UUID=dead-beef rd.timeout=3600", initrd=workshop.image(defconfig=defconfig))
    vm.expect(r"rootling: modules: ")
    vm.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in ("ctrl", "alt", "delete")])
    vm.expect(r"rootling: ending the machine")
    assert vm.wait_off() == 0


def test_root_asks_process_1_over_the_control_socket(boot, workshop, place):
    disk = copy(workshop.root(), place / "disk.img")
    vm = boot(
        "root=UUID=dead-beef rd.timeout=1 rd.break=root",
        [Disk(disk, snapshot=False)],
        workshop.image(defconfig="recovery", shell=True),
    )
    vm.wait_initramfs_shell()
    assert vm.run("busybox stat -c %a:%u /run/rootling/control") == "600:0"
    assert "state=booting" in vm.run("initctl status")
    assert "does not wait for that" in vm.run("initctl retry", check=False)
    vm.send("initctl continue\n")
    vm.expect(NO_ROOT)
    vm.wait_initramfs_shell()
    assert "state=failed\nstage=root\nverdict=no root: waited" in vm.run("initctl status")
    assert "not one of" in vm.run("initctl nonsense", check=False)
    vm.run("initctl retry")
    vm.expect(NO_ROOT)
    vm.run("busybox mkdir /m; mount -t ext4 -o rw /dev/vda /m; echo kept >/m/kept")
    assert "needs_recovery" in tool("dumpe2fs", "-h", disk)
    vm.send("reboot\n")
    assert vm.wait_off() == 0
    assert "needs_recovery" not in tool("dumpe2fs", "-h", disk), "unmounted before the end"
    assert "kept" in tool("debugfs", "-R", "cat /kept", disk)


def type_keys(vm: VM, keys: str) -> None:
    """On the keyboard, which belongs to the virtual terminal in front."""
    for key in keys:
        vm.qmp("send-key", keys=[{"type": "qcode", "data": {"\n": "ret", " ": "spc"}.get(key, key)}])


def test_each_console_has_a_shell_of_klibc_with_job_control(boot, workshop):
    image = workshop.image("--add-klibc", defconfig="recovery")
    vm = boot("console=ttyS7 console=tty0 console=ttyS0 root=UUID=dead-beef rd.timeout=1", initrd=image)
    vm.wait_initramfs_shell()
    sessions = vm.run("for p in /proc/[0-9]*; do read a b c d e f g h <$p/stat && echo $b $f $g; done")
    terminals = {row.split()[2] for row in sessions.splitlines() if row.startswith("(sh)")} - {"0"}
    assert terminals == {str(4 << 8 | 1), str(4 << 8 | 64)}, "tty1 and ttyS0, each the terminal of a session"
    assert vm.run("echo $TERM") == "vt220"
    # Ctrl-C ends what runs in front, not the shell
    vm.send("sh -c 'echo up; sleep 1000; echo down'\n")
    vm.expect(r"^up$")
    vm.send("\x03")
    vm.expect(r"rootling# ")
    assert "\ndown\n" not in vm.text
    # the other one is alive too; leaving it tries again, and this one stays as it is
    vm.run("while ! case $(cat /dev/vcs1) in *rootling#*) ;; *) false; esac; do :; done")
    type_keys(vm, "uname\n")
    vm.run("while ! case $(cat /dev/vcs1) in *Linux*) ;; *) false; esac; do :; done")
    type_keys(vm, "exit\n")
    vm.expect(NO_ROOT)
    vm.run("echo still here")


def test_a_shell_that_can_stops_and_continues_jobs(boot, workshop):
    vm = boot("root=UUID=dead-beef rd.timeout=1", initrd=workshop.image(shell=True))
    vm.wait_initramfs_shell()
    vm.send("sh -c 'echo up; sleep 2; echo down'\n")
    vm.expect(r"^up$")
    vm.send("\x1a")
    vm.expect(r"Stopped")
    assert "Stopped" in vm.run("jobs")
    vm.send("fg\n")
    vm.expect(r"^down$")


def test_a_shell_that_ends_at_once_does_not_keep_the_machine_busy(boot, workshop, place):
    script = place / "sh"
    script.write_text("#!/bin/busybox false\n")
    script.chmod(0o755)
    image = workshop.image("--add", f"{script}:/bin/sh", "--add", f"{workshop.busybox()}:/bin/busybox")
    vm = boot("root=FOO=bar", initrd=image)
    for _ in range(6):
        vm.expect(r"root=FOO=bar: not a device")
    vm.expect(r"recovery: ready")
    before_s = vm.cpu_s()
    vm.expect(r"root=FOO=bar: not a device")
    vm.expect(r"root=FOO=bar: not a device")
    assert vm.cpu_s() - before_s < 2, "seconds of waiting are not seconds of work"
