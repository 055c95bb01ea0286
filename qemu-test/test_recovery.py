"""What a boot that cannot go on says, and how it goes on after all."""

from __future__ import annotations

import pytest
from disks import blank, copy, relabel, tool, uuid_of
from vm import Disk

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


def test_an_init_that_cannot_be_executed_leads_back_into_the_initramfs(boot, workshop, place):
    script = place / "script"
    script.write_text("#!/bin/nothing\n")
    disk = copy(workshop.root(), place / "disk.img")
    for request in (f"write {script} sbin/odd", "set_inode_field sbin/odd mode 0100755"):
        tool("debugfs", "-w", "-R", request, disk)
    vm = boot("root=LABEL=demo rw init=/sbin/odd", [Disk(disk)], workshop.image(shell=True))
    vm.expect(r"rootling: switch_root: /sbin/odd: No such file or directory")
    vm.wait_initramfs_shell()
    assert "/sysroot ext4 rw" in vm.run("cat /proc/mounts")
    vm.run("echo '#!/bin/sh' >/sysroot/sbin/odd; echo 'exec /sbin/init' >>/sysroot/sbin/odd")
    vm.send("exit\n")
    vm.wait_demo()


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
