"""Every kind of disk, each asked for in another way. The image was built for a virtio disk: what
another machine needs is in it, but is not loaded before the machine asks for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from disks import MIB, Partition, copy, gpt
from vm import Disk

PROCESSORS = 2

DRIVERS = ("virtio_scsi", "sd_mod", "sr_mod", "ata_piix")
GENERIC_DRIVERS = (*DRIVERS, "ext4", "nvme", "ahci", "xhci_pci", "usb_storage", "uas", "sdhci_pci", "mmc_block")

LINUX = "0fc63daf-8483-4772-8e79-3d69d8477de4"
PART_ID = "c2d3e4f5-0617-4829-8a3b-4c5d6e7f8091"


@dataclasses.dataclass
class Case:
    device: str
    root: str  # root=
    found: str  # what it is called in this boot
    controllers: tuple[str, ...] = ()
    flavour: str = "cloud"
    type: str = ""
    sector: int = 512
    gpt: bool = False

    def disk(self, workshop, place: Path) -> Disk:
        image = workshop.root()
        if self.gpt:
            parts = [Partition(type=LINUX), Partition(image, name="a, b", uuid=PART_ID, type=LINUX)]
            image = gpt(place / "gpt.img", parts, self.sector, entries=200)
        if self.device == "sd-card":
            image = copy(image, place / "card.img")
            with open(image, "ab") as f:
                f.truncate(256 * MIB)  # a card has a power of two
        return Disk(image, device=self.device)


BY_ID, BY_PATH = "/dev/disk/by-id", "/dev/disk/by-path"
CASES = {
    "virtio-blk": Case("virtio-blk-pci,serial=ROOT 1", f"{BY_ID}/virtio-ROOT_1-part2", "vda2", gpt=True),
    "virtio-blk-4096": Case(
        "virtio-blk-pci,logical_block_size=4096,physical_block_size=4096",
        f"PARTUUID={PART_ID}/PARTNROFF=0",
        "vda2",
        sector=4096,
        gpt=True,
    ),
    "virtio-scsi": Case(
        "scsi-hd,bus=vs.0,scsi-id=3,lun=2",
        f"{BY_PATH}/pci-0000:00:02.0-scsi-0:0:3:2",
        "sda",
        ("virtio-scsi-pci,id=vs",),
    ),
    "nvme-4096": Case(
        "nvme,serial=NV 7,logical_block_size=4096,physical_block_size=4096",
        '"/dev/disk/by-partlabel/a\\x2c\\x20b"',
        "nvme0n1p2",
        sector=4096,
        gpt=True,
    ),
    "nvme": Case("nvme,serial=NV 7", f"{BY_ID}/nvme-QEMU_NVMe_Ctrl_NV_7", "nvme0n1"),
    "ide": Case("ide-hd,bus=ide.0", f"{BY_PATH}/pci-0000:00:01.1-ata-1", "sda", type="pc"),
    "ahci": Case(
        "ide-hd,bus=ide.1,serial=S1,model=Great Disk 5000 of many letters",
        f"{BY_ID}/ata-Great_Disk_5000_of_many_letters_S1",
        "sda",
        flavour="generic",
    ),
    "usb-storage": Case(
        "usb-storage,bus=x.0,serial=U1",
        f"{BY_ID}/usb-QEMU_QEMU_HARDDISK_U1-0:0-part2",
        "sda2",
        ("qemu-xhci,id=x",),
        "generic",
        gpt=True,
    ),
    "uas": Case(
        "scsi-hd,bus=u.0,wwn=0x5000c50012345678",
        f"{BY_ID}/wwn-0x5000c50012345678",
        "sda",
        ("qemu-xhci,id=x", "usb-uas,bus=x.0,id=u"),
        "generic",
    ),
    "sd": Case("sd-card", f"{BY_ID}/mmc-QEMU__0xdeadbeef", "mmcblk0", ("sdhci-pci",), "generic"),
}


def universal(workshop, flavour: str = "cloud", arch: str = "x86_64") -> Path:
    drivers = GENERIC_DRIVERS if flavour == "generic" else DRIVERS
    flags = [word for name in drivers for word in ("--module", name)]
    return workshop.image(*flags, defconfig="full", flavour=flavour, arch=arch)


@pytest.mark.parametrize("name", CASES)
def test_the_root_is_found_on_every_kind_of_disk(boot, workshop, place, name):
    case = CASES[name]
    kernel = workshop.kernel(flavour=case.flavour) / "vmlinuz"
    image = universal(workshop, case.flavour)
    vm = boot(
        f"root={case.root}",
        [case.disk(workshop, place)],
        image,
        kernel,
        controllers=list(case.controllers),
        type=case.type,
    )
    vm.wait_demo()
    assert f"/dev/{case.found} / ext4 ro" in vm.run("cat /proc/mounts")
    queue = f"/sys/class/block/{case.found}/{'../' if case.gpt else ''}queue/logical_block_size"
    assert vm.run(f"cat {queue}") == str(case.sector)


def test_a_machine_with_a_device_tree_boots(boot, workshop):
    image = workshop.image("--module", "virtio_mmio", defconfig="full", arch="arm64", load=("virtio_blk",))
    disk = Disk(workshop.root(arch="arm64"), device="virtio-blk-device")
    vm = boot(f"root={BY_PATH}/platform-a003e00.virtio_mmio", [disk], image, arch="arm64")
    vm.wait_demo()
    assert "/dev/vda / ext4 ro" in vm.run("cat /proc/mounts")
    assert "device-tree" in vm.run("ls /proc")


def test_an_arm_machine_with_acpi_boots(boot, workshop):
    image = workshop.image(defconfig="full", arch="arm64", load=("virtio_pci", "virtio_blk"))
    vm = boot(
        f"root={BY_PATH}/pci-0000:00:01.0 acpi=force",
        [workshop.root(arch="arm64")],
        image,
        arch="arm64",
        extra=["-bios", "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"],
    )
    vm.wait_demo()
    assert "/dev/vda / ext4 ro" in vm.run("cat /proc/mounts")
    assert "acpi" in vm.run("ls /sys/firmware")
