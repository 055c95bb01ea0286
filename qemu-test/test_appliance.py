"""An image that has no root to go to: PID 1 stays and runs services."""

from __future__ import annotations

import json
from pathlib import Path

from test_network import Guest
from workshop import Workshop


def image_with(workshop: Workshop, place: Path, services: dict[str, str]) -> Path:
    folder = place / "services"
    folder.mkdir()
    for name, text in services.items():
        (folder / f"{name}.service").write_text(text)
    modules = ("--module", "virtio_net", "--module", "af_packet")
    add = ("--add", f"{folder}:/etc/rootling/services")
    return workshop.image(*modules, *add, defconfig="appliance", shell=True)


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


def test_a_request_to_stop_ends_services_and_machine(boot, workshop, place):
    stubborn = "[Service]\nExecStart=/bin/sh -c 'trap \"\" TERM; echo deaf; while :; do sleep 1; done'\n"
    stopper = (
        "[Service]\nExecStart=/bin/sh -c 'trap \"echo I was told; exit 0\" TERM; sleep 2; kill -TERM 1; "
        "while :; do sleep 1; done'\n"
    )
    vm = boot("", [], image_with(workshop, place, {"stubborn": stubborn, "stopper": stopper}))
    vm.expect(r"^deaf$")
    vm.expect(r"^I was told$")
    vm.expect(r"service stubborn: ended by signal 9")
    assert vm.wait_off() == 0
    assert "Kernel panic" not in vm.text


def test_an_appliance_is_seen_over_http(boot, workshop, place):
    sleeper = "[Service]\nExecStart=/bin/sleep 100000\nRestart=always\n"
    guest = Guest(boot, "ip=dhcp rd.http=80", [], image_with(workshop, place, {"sleeper": sleeper}))
    guest.vm.expect(r"service sleeper: started")
    assert guest.get("/healthz") == (200, "ok\n")
    status = json.loads(guest.get("/api/v1/status")[1])
    assert (status["state"], status["stage"]) == ("running", "appliance")
