"""The fixtures of the rig. A scenario that failed leaves its machine's serial log, command line,
status files and again.sh in $O/qemu-test/NAME; one that passed leaves nothing."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lan import Lan
from vm import VM, Disk, Machine
from workshop import Workshop

FAILED = pytest.StashKey[bool]()


def pytest_configure() -> None:
    """Started by nohup or behind an &, we ignore signals, and so would every program that is
    tested."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="session", autouse=True)
def tool(workshop: Workshop) -> Path:
    """`rootling` as it is now, also for scenarios that need no machine."""
    return workshop.tool()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.stash[FAILED] = True
        if place := getattr(item, "funcargs", {}).get("place"):
            report.sections.append(("kept; again.sh boots a machine again by hand", str(place)))


@pytest.fixture
def place(request: pytest.FixtureRequest, workshop: Workshop) -> Iterator[Path]:
    """A folder for this scenario's files, kept when it fails."""
    folder = workshop.out / "qemu-test" / re.sub(r"[^A-Za-z0-9._=-]+", "_", request.node.name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    if not request.node.stash.get(FAILED, False):
        shutil.rmtree(folder)


@pytest.fixture
def lan(workshop: Workshop, place: Path) -> Iterator[Lan]:
    """A network of its own for this scenario, with Debian's servers to start on it."""
    if os.geteuid() != 0:
        pytest.skip("a network namespace with a bridge needs root")
    network = Lan(workshop.servers(), place)
    yield network
    network.close()


@pytest.fixture
def boot(request: pytest.FixtureRequest, workshop: Workshop, place: Path) -> Iterator[Callable[..., VM]]:
    """boot(cmdline=..., disks=[...]): a machine that starts now and ends with the scenario. An
    image of the `vm` configuration and the cloud kernel unless it is told otherwise. In a file
    that says `PROCESSORS = 2` it has as many."""
    machines: list[VM] = []

    def start(
        cmdline: str = "",
        disks: list[Path | Disk] | None = None,
        initrd: Path | None = None,
        kernel: Path | None = None,
        arch: str = "x86_64",
        alone: bool = False,  # the kernel without an initramfs
        bare: bool = False,  # neither: it boots as its firmware does
        **more: object,
    ) -> VM:
        more.setdefault("processors", getattr(request.module, "PROCESSORS", 1))
        machine = Machine(
            kernel=None if bare else kernel or workshop.kernel(arch) / "vmlinuz",
            initrd=None if alone or bare else initrd or workshop.image(arch=arch),
            cmdline=cmdline,
            disks=[d if isinstance(d, Disk) else Disk(d) for d in disks or []],
            arch=arch,
            **more,
        )
        vm = VM(machine, place if not machines else place / str(len(machines) + 1))
        machines.append(vm)
        return vm

    yield start
    for vm in machines:
        if request.node.stash.get(FAILED, False):
            vm.collect()
        vm.close()
