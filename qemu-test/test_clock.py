"""The clock of a machine without a battery, as /init leaves it to whoever looks at certificates."""

from __future__ import annotations

import subprocess

import pytest
from workshop import REPO


def committed_s() -> int:
    argv = ["git", "-c", "safe.directory=*", "log", "-1", "--format=%ct"]
    return int(subprocess.run(argv, cwd=REPO, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("start", ["1970-01-01T00:00:00", "2035-06-01T12:00:00"])
def test_a_clock_before_the_build_is_set_to_it_and_no_other(boot, workshop, start):
    image = workshop.image(defconfig="netboot", shell=True)
    vm = boot("root=UUID=dead-beef rd.timeout=1", initrd=image, extra=["-rtc", f"base={start}"])
    vm.wait_initramfs_shell()
    vm.run("echo >/run/now")
    is_set = "clock: it was before the build" in vm.run("dmesg")
    year = vm.run("ls -l --full-time /run/now").split()[5][:4]
    if start.startswith("1970"):
        assert is_set and int(year) >= 1970 + committed_s() // 31557600
    else:
        assert not is_set and year == "2035"
