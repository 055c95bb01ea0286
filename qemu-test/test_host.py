"""Which modules an image gets for a machine, and for every machine, from Debian's kernels."""

from __future__ import annotations

from pathlib import Path

from test_tool import run

PIIX = "pci:v00008086d00007010sv00001AF4sd00001100bc01sc01i80"
VIRTIO_BLK = "virtio:d00000002v00001AF4"
VIRTIO_PCI = "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc80i00"


def packed(workshop, place: Path, *flags, **kernel) -> tuple[list[str], list[str]]:
    """The modules of an image and, in their order, those that are loaded at once."""
    image = place / "image"
    argv = [workshop.tool(), "build", "--modules-dir", workshop.modules(**kernel), "-o", image]
    run([*argv, "--init", __file__, "--compress", "none", *flags])
    names = run([workshop.tool(), "ls", image]).stdout.split()
    load = run(["cpio", "-i", "--quiet", "--to-stdout", "-F", image, "etc/modules-load.d/*"]).stdout
    return [Path(name).name.split(".")[0].replace("-", "_") for name in names if ".ko" in name], load.split()


def test_a_kernel_with_modules_gets_what_another_had_built_in(workshop, place):
    machine = place / "machine"
    machine.write_text(f"modalias {VIRTIO_PCI}\nmodalias {VIRTIO_BLK}\nfs ext4\n")
    modules, load = packed(workshop, place, "--modules-from-host", machine, flavour="generic")
    assert load == ["virtio_pci", "virtio_blk", "ext4"]
    assert {"virtio_ring", "jbd2", "crc32c_generic"} < set(modules) and len(modules) < 15
    modules, load = packed(workshop, place, "--modules-from-host", machine)
    assert load == ["virtio_pci", "virtio_blk"], "ext4 is built into the cloud kernel"
    assert "ext4" not in modules


def test_of_several_drivers_for_a_device_the_bound_one_is_loaded(workshop, place):
    machine = place / "machine"
    machine.write_text(f"module ata_piix\nmodalias {PIIX}\nmodule sd_mod\nmodalias scsi:t-0x00\n")
    modules, load = packed(workshop, place, "--modules-from-host", machine, flavour="generic")
    assert load == ["ata_piix", "sd_mod"] and "ata_generic" in modules
    machine.write_text(f"modalias {PIIX}\n")
    assert set(packed(workshop, place, "--modules-from-host", machine, flavour="generic")[1]) >= {"ata_piix", "ata_generic"}


def test_subsystems_of_the_universal_set_are_chosen_by_name(workshop, place):
    every, load = packed(workshop, place, "--universal", flavour="generic")
    assert load == [] and 500 < len(every) < 800
    assert {"nvme", "ahci", "xhci_pci", "usb_storage", "uas", "sdhci_pci", "virtio_blk", "usbhid", "ext4", "btrfs"} < set(every)
    assert {"dm_crypt", "raid1", "e1000e", "r8169", "virtio_gpu", "squashfs", "hv_storvsc", "megaraid_sas"} < set(every)
    assert not {"iwlwifi", "amdgpu", "i915", "lpfc", "nfsd", "mlx5_core"} & set(every)
    nvme, _ = packed(workshop, place, "--universal", "--no-subsystem", "all", "--subsystem", "nvme", flavour="generic")
    assert "nvme" in nvme and "vmd" in nvme and len(nvme) < 15
    rest, _ = packed(workshop, place, "--universal", "--no-subsystem", "nvme", flavour="generic")
    assert "nvme" not in rest and "ahci" in rest
    more, _ = packed(workshop, place, "--universal", "--subsystem", "fibre-channel", flavour="generic")
    assert set(every) < set(more) and "lpfc" in more


def test_a_file_may_say_what_universal_is(workshop, place):
    subsystems = place / "set"
    subsystems.write_text("[mine]\ndrivers/net/virtio_net\n[other optional]\nfs/*\n")
    modules, _ = packed(workshop, place, "--universal", "--universal-set", subsystems)
    assert set(modules) == {"virtio_net", "virtio", "virtio_ring", "net_failover", "failover"}
    argv = [workshop.tool(), "build", "--universal", "--universal-set", subsystems, "-o", place / "image"]
    argv += ["--modules-dir", workshop.modules(), "--init", workshop.tool()]
    failed = run([*argv, "--subsystem", "yours"], check=False)
    assert failed.returncode == 1 and "mine other" in failed.stderr
    subsystems.write_text("[mine\n")
    assert f"{subsystems}:1: " in run(argv, check=False).stderr


def test_the_universal_set_is_for_arm_machines_too(workshop, place):
    modules, _ = packed(workshop, place, "--universal", arch="arm64")
    assert {"virtio_blk", "virtio_scsi", "sd_mod", "dm_crypt", "xfs"} < set(modules)


def test_a_machine_that_cannot_be_seen_is_named(workshop, place):
    (place / "proc/self").mkdir(parents=True)
    (place / "sys/devices").mkdir(parents=True)
    (place / "proc/self/mountinfo").write_text("1 1 0:30 / / rw - overlay overlay rw,lowerdir=/a:/b\n")
    failed = run([workshop.tool(), "host", "--recorded", place], check=False)
    assert failed.returncode == 1 and failed.stdout == ""
    assert "/ is overlay (overlay)" in failed.stderr
    failed = run([workshop.tool(), "host", "--sysroot", place], check=False)
    assert f"nothing is mounted on {place}" in failed.stderr


def test_an_image_that_could_not_set_its_root_up_is_not_made(workshop, place):
    machine = place / "machine"
    machine.write_text(f"modalias {VIRTIO_BLK}\nmodule dm_mod\nstacked device-mapper\nfs ext4\n")
    argv = [workshop.tool(), "build", "--modules-dir", workshop.modules(), "--init", __file__, "-o", place / "image"]
    failed = run([*argv, "--modules-from-host", machine], check=False)
    assert failed.returncode == 1 and "device-mapper" in failed.stderr and "--universal" in failed.stderr
    assert not (place / "image").exists()
