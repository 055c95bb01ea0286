"""An image that has no root to go to: PID 1 stays and runs services."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from disks import blank, tool
from test_network import Guest
from vm import Disk
from workshop import VIRTIO, Workshop


# As many as argv[1] says, as fast as the machine can: children of its own parent, process 1, that
# end at once.
ORPHANS = r"""
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static char stack[16384] __attribute__((aligned(16)));
static int end(void *unused)
{
	_exit(0);
}
int main(int argc, char **argv)
{
	int n = 0, flags = CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD;

	while (n < atoi(argv[1]) && clone(end, stack + sizeof(stack), flags, NULL) > 0)
		n++;
	printf("%d orphans\n", n);
	return 0;
}
"""


def image_with(
    workshop: Workshop,
    place: Path,
    services: dict[str, str],
    load: tuple[str, ...] = VIRTIO,
    add: tuple[str, ...] = (),
) -> Path:
    folder = place / "services"
    folder.mkdir()
    for name, text in services.items():
        (folder / f"{name}.service").write_text(text)
    modules = ("--module", "virtio_net", "--module", "af_packet")
    scripts = place / "scripts"
    scripts.mkdir()
    for name, text in SCRIPTS.items():
        (scripts / name).write_text(f"#!/bin/sh\n{text}\n")
        (scripts / name).chmod(0o755)
    add += ("--add", f"{folder}:/etc/rootling/services", "--add", f"{scripts}:/scripts")
    return workshop.image(*modules, *add, defconfig="appliance", load=load, shell=True)


def test_a_service_runs_with_its_environment_and_is_started_again(boot, workshop, place):
    hello = (
        "[Unit]\nDescription=says hello\n[Service]\nEnvironment=NAME=world\n"
        "ExecStart=/bin/sh -c 'echo hello $NAME from $$; exit 3'\nRestart=on-failure\nRestartSec=0\n"
    )
    vm = boot("", [], image_with(workshop, place, {"hello": hello}))
    first = vm.expect(r"^hello world from (\d+)$").group(1)
    vm.expect(r"service hello: ended with status 3")
    assert vm.expect(r"^hello world from (\d+)$").group(1) != first
    assert vm.is_running


def test_a_service_that_is_done_stays_done(boot, workshop, place):
    once = "[Service]\nExecStart=/bin/sh -c 'echo once'\nRestart=on-failure\n"
    beside = "[Service]\nExecStart=/bin/sh -c 'while read x </dev/console; do echo got $x; done'\n"
    vm = boot("", [], image_with(workshop, place, {"once": once, "reader": beside}))
    vm.expect(r"service once: ended with status 0")
    vm.send("line\n")
    vm.expect(r"^got line")
    assert vm.text.count("\nonce\n") == 1


def test_a_wrong_service_file_is_named_and_the_others_run(boot, workshop, place):
    good = "[Service]\nExecStart=/bin/sh -c 'echo good'\n"
    vm = boot("", [], image_with(workshop, place, {"good": good, "bad": "[Service]\nExecStart=sh\n"}))
    vm.expect(r"/etc/rootling/services/bad\.service:2: ExecStart= wants an absolute path")
    vm.expect(r"^good$")


STUBBORN = "[Service]\nTimeoutStopSec=1\nExecStart=/scripts/stubborn\n"
WRITER = "[Service]\nExecStart=/scripts/writer\n"
SCRIPTS = {
    "stubborn": "trap '' TERM\necho deaf\nwhile :; do sleep 1; done",
    # mounts a disk and leaves a process behind that is no service's any more
    "writer": "busybox mkdir /mnt\nwhile ! mount -t ext4 /dev/vda /mnt 2>/dev/null; do sleep 1; done\n"
    "busybox setsid /scripts/waiter &\nexec sleep 100000",
    "waiter": "trap 'echo told >/mnt/told; exit' TERM\necho waiting\nwhile :; do sleep 1; done",
    "asker": "while read x; do $1 $2 $3; done </dev/console",
    "askers": "busybox setsid /scripts/asker kill -TERM 1 &\nexec sleep 100000",
    "shell": "PS1='rootling# ' exec /bin/sh -i </dev/console >/dev/console 2>&1",
}


def is_clean(disk: Path) -> bool:
    features = tool("dumpe2fs", "-h", disk)
    return "needs_recovery" not in features and "told" in tool("debugfs", "-R", "cat /told", disk)


@pytest.mark.parametrize("way", ["power button", "ctrl-alt-del", "poweroff", "signal"])
def test_a_request_to_end_stops_services_then_processes_then_mounts(boot, workshop, place, way):
    disk = blank(place / "data.img", 16)
    tool("mke2fs", "-q", "-t", "ext4", disk)
    services = {"stubborn": STUBBORN, "writer": WRITER}
    if way in ("poweroff", "signal"):
        command = "/sbin/poweroff" if way == "poweroff" else "kill -USR2 1"
        services["asker"] = f"[Service]\nExecStart=/scripts/asker {command}\n"
    image = image_with(workshop, place, services, load=(*VIRTIO, "button", "evdev"))
    vm = boot("debug", [Disk(disk, snapshot=False)], image)
    vm.expect(r"^waiting$")
    if way == "power button":
        while vm.text.count("power button: /dev/input/event") < 2:  # the keyboard has such a key too
            vm.expect(r"\n")
        vm.qmp("system_powerdown")
    elif way == "ctrl-alt-del":
        vm.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in ("ctrl", "alt", "delete")])
    else:
        vm.send("\n")
    vm.expect(r"service stubborn: ended by signal 9")
    assert vm.wait_off() == 0
    assert "Kernel panic" not in vm.text
    assert is_clean(disk)


def test_a_second_request_does_not_wait(boot, workshop, place):
    deaf = STUBBORN.replace("TimeoutStopSec=1", "TimeoutStopSec=86400")
    asker = "[Service]\nExecStart=/scripts/askers\n"
    vm = boot("", [], image_with(workshop, place, {"stubborn": deaf, "asker": asker}))
    vm.expect(r"^deaf$")
    vm.send("\n")
    vm.expect(r"service asker: ended by signal 15")
    assert vm.is_running
    vm.send("\n")
    assert vm.wait_off() == 0


def test_orphans_by_the_thousand_leave_no_zombie_and_pid_1_answers(boot, workshop, place):
    source = place / "orphans.c"
    source.write_text(ORPHANS)
    tool("gcc", "-static", "-O1", "-o", place / "orphans", source)
    services = {
        "orphans": "[Service]\nExecStart=/orphans 3000\n",
        "shell": "[Service]\nExecStart=/scripts/shell\n",
    }
    image = image_with(workshop, place, services, add=("--add", f"{place}/orphans:/orphans"))
    vm = boot("", [], image)
    vm.expect(r"3000 orphans$")
    vm.send("\n")
    vm.wait_initramfs_shell()
    vm.run("busybox test -S /run/rootling/control")
    zombies = "ps | grep -c '[Z] '"
    vm.run(f"while [ $({zombies}) -gt 0 ]; do :; done")
    assert "running" in vm.run("cat /run/rootling/status.json")


def test_an_appliance_is_seen_over_http(boot, workshop, place):
    sleeper = "[Service]\nExecStart=/bin/sleep 100000\nRestart=always\n"
    www = place / "www"
    www.mkdir()
    (www / "digits.txt").write_text("0123456789")
    image = image_with(workshop, place, {"sleeper": sleeper}, add=("--add", f"{www}:/srv/www"))
    guest = Guest(boot, "ip=dhcp rd.http=80", [], image)
    guest.vm.expect(r"service sleeper: started")
    assert guest.get("/healthz") == (200, "ok\n")
    assert guest.get("/digits.txt") == (200, "0123456789")
    assert guest.get("/digits.txt/../../etc/passwd")[0] == guest.get("/%2e%2e/")[0] == 404
    status = json.loads(guest.get("/api/v1/status")[1])
    assert (status["state"], status["stage"]) == ("running", "appliance")
