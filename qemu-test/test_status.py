"""What the boot leaves in /run/rootling for the real root."""

from __future__ import annotations

import json

from disks import copy, relabel

STAGES = ["apifs", "console", "config", "modules", "root", "rootfs", "overlay", "fstab", "switch_root"]
SILENT_WHEN_IDLE = ["overlay", "fstab"]


def test_the_timeline_is_valid_and_has_every_stage_in_order(boot, workshop):
    vm = boot("root=LABEL=demo", [workshop.root()])
    vm.wait_demo()
    spans = json.loads(vm.run("cat /run/rootling/timeline.json"))["traceEvents"]
    assert [s["name"] for s in spans] == STAGES
    assert all(s["ph"] == "X" and s["dur"] >= 0 and s["args"]["result"] == 0 for s in spans)
    starts = [s["ts"] for s in spans]
    assert starts == sorted(starts)
    uptime_us = float(vm.run("cut -d' ' -f1 /proc/uptime")) * 1e6
    assert spans[-1]["ts"] + spans[-1]["dur"] < uptime_us


def test_the_status_is_valid_and_names_the_root(boot, workshop):
    vm = boot("root=LABEL=demo", [workshop.root()])
    vm.wait_demo()
    status = json.loads(vm.run("cat /run/rootling/status.json"))
    assert status["stage"] == "switch_root"
    assert status["verdict"] is None
    assert status["root"] == "LABEL=demo"
    assert status["root_device"] == "vda"
    assert status["kernel"] == vm.run("uname -r")
    assert [(d["name"], d["type"], d["label"]) for d in status["devices"]] == [("vda", "ext4", "demo")]


def test_the_log_survives_and_says_what_the_console_said(boot, workshop):
    vm = boot("root=LABEL=demo", [workshop.root()])
    vm.wait_demo()
    log = vm.run("cat /run/rootling/boot.log")
    for stage in (s for s in STAGES if s not in SILENT_WHEN_IDLE):
        assert f"{stage}: " in log


def test_a_label_from_a_stranger_cannot_break_the_status(boot, workshop, place):
    disk = relabel(copy(workshop.root(), place / "label.img"), '"},\\x\x1b[2J')
    vm = boot("root=/dev/vda", [workshop.root(), disk])
    vm.wait_demo()
    json.loads(vm.run("cat /run/rootling/status.json"))
    assert "\x1b[2J" not in (vm.keep / "serial.log").read_text(errors="replace").partition("Run /init")[2]
