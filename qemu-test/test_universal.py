"""One image for every machine, and the image that fits one machine alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from disks import MIB, blank, copy, tool
from vm import Disk


@dataclasses.dataclass
class Case:
    device: str
    found: str  # what the root is called
    controllers: tuple[str, ...] = ()


XHCI = "qemu-xhci,id=x"
CASES = {
    "virtio-blk": Case("virtio-blk-pci", "vda"),
    "virtio-scsi": Case("scsi-hd,bus=vs.0", "sda", ("virtio-scsi-pci,id=vs",)),
    "nvme": Case("nvme,serial=N1", "nvme0n1"),
    "ahci": Case("ide-hd,bus=ide.1", "sda"),
    "usb-storage": Case("usb-storage,bus=x.0", "sda", (XHCI,)),
    "sd": Case("sd-card", "mmcblk0", ("sdhci-pci",)),
}


def disk(workshop, place: Path, case: Case) -> Disk:
    image = workshop.root()
    if case.device == "sd-card":
        image = copy(image, place / "card.img")
        with open(image, "ab") as f:
            f.truncate(256 * MIB)  # a card has a power of two
    return Disk(image, device=case.device)


@pytest.mark.parametrize("name", CASES)
def test_a_universal_image_finds_the_root_on(boot, workshop, place, name):
    case = CASES[name]
    image = workshop.image("--universal", "--compress", "none", flavour="generic", load=())
    kernel = workshop.kernel(flavour="generic") / "vmlinuz"
    vm = boot("root=LABEL=demo", [disk(workshop, place, case)], image, kernel, controllers=list(case.controllers))
    vm.wait_demo()
    assert f"/dev/{case.found} / ext4 ro" in vm.run("cat /proc/mounts")


def libraries(program: Path) -> list[str]:
    """The flags that add what a program of this computer needs."""
    words = tool("ldd", program).split()
    return [flag for word in sorted(set(words)) if word[0] == "/" for flag in ("--add", f"{Path(word).resolve()}:{word}")]


@pytest.mark.parametrize("name", ["nvme", "usb-storage", "sd"])
def test_an_image_for_one_machine_boots_it_with_another_disk_before_its_own(boot, workshop, place, name):
    case = CASES[name]
    kernel = workshop.kernel(flavour="generic") / "vmlinuz"
    controllers = [*case.controllers, *([] if XHCI in case.controllers else [XHCI]), "usb-kbd,bus=x.0"]
    flags = ["--universal", "--no-subsystem", "network", "--compress", "none", "--add", f"{workshop.tool()}:/bin/rootling"]
    image = workshop.image(*flags, *libraries(workshop.tool()), flavour="generic", load=(), shell=True)
    cmdline = "root=LABEL=demo rd.break=switch_root"
    vm = boot(cmdline, [disk(workshop, place, case)], image, kernel, controllers=controllers)
    vm.wait_initramfs_shell()
    description = place / "machine"
    description.write_text(vm.run("rootling host --sysroot /sysroot") + "\n")
    vm.close()

    flags = ["--modules-from-host", str(description), "--compress", "none"]
    own = workshop.image(*flags, flavour="generic", load=())
    names = tool(workshop.tool(), "ls", own)
    assert "ext4.ko" in names and "drm.ko" not in names
    assert own.stat().st_size * 6 < image.stat().st_size
    other = "usb-storage,bus=x.0" if name == "sd" else case.device.replace("N1", "N2")
    disks = [Disk(blank(place / "blank.img"), device=other), disk(workshop, place, case)]
    vm = boot("root=LABEL=demo", disks, own, kernel, controllers=controllers)
    vm.wait_demo()
    assert " / ext4 ro" in vm.run("cat /proc/mounts")
