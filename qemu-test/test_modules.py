"""Which modules are loaded, with which parameters and in which order; what is said of the others."""

from __future__ import annotations

import pytest
from disks import tool
from workshop import VIRTIO
from vm import Disk

PROCESSORS = 2

# What a general image for real machines loads, and what it drags in.
MANY = (
    "ahci nvme xhci_pci ehci_pci uhci_hcd usb_storage uas sd_mod sr_mod virtio_pci virtio_blk virtio_scsi virtio_net "
    "ext4 xfs btrfs vfat squashfs overlay loop dm_mod dm_crypt raid1 sdhci_pci mmc_block usbhid hid_generic e1000e"
).split()

MODPROBE_D = r"""
# both dash and underscore, and a line that goes on
options scsi-debug max_luns=2 \
	inq_vendor="A B" inq_rev=1
options scsi_debug dev_size_mb=9
softdep scsi_debug pre: ifb post: veth
install dummy /bin/false
install brd /bin/true
install loop /usr/sbin/modprobe --ignore-install loop
install zsmalloc /bin/true
blacklist null-blk
alias my-disk null_blk
alias my-net-[0-9] nlmon
alias
"""


def folder(place, name, **files):
    """A folder of files for --add."""
    target = place / name
    target.mkdir()
    for file, text in files.items():
        (target / f"{file}.conf").write_text(text)
    return target


def loaded(vm):
    return {line.split()[0] for line in vm.run("cat /proc/modules").splitlines()}


def parameters(vm, module, *names):
    return [vm.run(f"cat /sys/module/{module}/parameters/{name}") for name in names]


def test_modprobe_d_and_parameters_are_obeyed(boot, workshop, place):
    etc = folder(place, "etc", a=MODPROBE_D)
    lib = folder(place, "lib", a="options scsi_debug max_luns=7 every_nth=7\n")
    flags = ["--add", f"{etc}:/etc/modprobe.d", "--add", f"{lib}:/usr/lib/modprobe.d"]
    flags += ["--cmdline", "scsi_debug.dev_size_mb=10 scsi-debug.inq_rev=2", "--sealed", "scsi_debug.dev_size_mb=11"]
    flags += [w for m in ("null_blk", "nlmon", "ifb", "veth", "bonding", "tun") for w in ("--module", m)]
    load = ("virtio_pci", "virtio_blk", "scsi_debug", "dummy", "brd", "loop", "zram")
    image = workshop.image(*flags, defconfig="full", load=load, shell=True)
    line = 'root=LABEL=demo rd.break=rootfs scsi_debug.inq_rev=3 scsi_debug.inq_product="C  D" scsi_debug.dev_size_mb=12'
    vm = boot(f"{line} rd.driver.post=bonding rd.driver.pre=tun", [workshop.root()], image)
    vm.wait_initramfs_shell()
    vm.run("until grep -q ^bonding /proc/modules; do :; done")  # rd.driver.post=: all others are in

    # the last of modprobe.d, image, kernel command line and sealed options counts
    assert parameters(vm, "scsi_debug", "max_luns", "every_nth") == ["2", "0"]
    assert parameters(vm, "scsi_debug", "inq_vendor", "inq_product") == ["A B", "C  D"]
    assert parameters(vm, "scsi_debug", "inq_rev", "dev_size_mb") == ["3", "11"]

    assert {"scsi_debug", "ifb", "veth", "loop", "tun"} <= loaded(vm)
    assert not {"dummy", "brd", "zram", "null_blk", "nlmon"} & loaded(vm)
    order = [line.split()[0] for line in vm.run("cat /proc/modules").splitlines()][::-1]
    assert order[0] == "tun" and order[-1] == "bonding"
    assert order.index("ifb") < order.index("scsi_debug") < order.index("veth")

    vm.run("! /sbin/modprobe -q -- my-disk && /sbin/modprobe -q -- my-net-7 && /sbin/modprobe null_blk")
    assert {"nlmon", "null_blk"} <= loaded(vm)
    vm.run("! mount -t cramfs /dev/vda /run && ! /sbin/modprobe -q -- ../../null_blk")
    said = vm.run("dmesg")
    assert "module dummy: not loaded: install /bin/false in /etc/modprobe.d/a.conf:7" in said
    assert "module zram: unknown symbol: see the kernel log" in said
    assert "/etc/modprobe.d/a.conf:9: loop: commands are not run: ignored" in said
    assert "/etc/modprobe.d/a.conf:14: alias: something is missing: ignored" in said
    assert said.count("something is missing") == 1
    assert "no module of this image is fs-cramfs, which the kernel asked for" in said
    vm.send("exit\n")
    vm.wait_demo()


def boot_many(boot, workshop, more=""):
    image = workshop.image(
        "--module", "test_firmware", defconfig="full", flavour="generic", load=tuple(MANY), shell=True
    )
    kernel = workshop.kernel(flavour="generic") / "vmlinuz"
    vm = boot(f"root=LABEL=demo rd.break=rootfs rd.driver.post=dummy debug {more}", [workshop.root()], image, kernel)
    vm.wait_initramfs_shell()
    # what coldplug adds depends on when it starts, so the fast path is waited for
    vm.run("until [ -e /sys/module/e1000e/initstate ] && [ -e /sys/module/btrfs/initstate ]; do :; done")
    return vm


def test_two_processors_load_the_same_modules_as_one(boot, workshop):
    vm = boot_many(boot, workshop)
    many = loaded(vm)
    alone = boot_many(boot, workshop, "maxcpus=1")
    assert alone.run("cat /sys/devices/system/cpu/online") == "0"
    assert many == loaded(alone) and set(MANY) <= many
    for machine in (vm, alone):
        said = machine.run("dmesg")
        assert "Unknown symbol" not in said and "not loaded" not in said
        machine.run("until grep -q ^test_firmware /proc/modules; do /sbin/modprobe test_firmware; done")

    # a driver that wants a file which is not there gets its answer at once
    vm.run("echo 1 >/proc/sys/kernel/firmware_config/force_sysfs_fallback")
    before = float(vm.run("cut -d ' ' -f 1 /proc/uptime"))
    vm.run("! echo -n nowhere.bin >/sys/devices/virtual/misc/test_firmware/trigger_request")
    assert float(vm.run("cut -d ' ' -f 1 /proc/uptime")) - before < 30
    assert "firmware nowhere.bin: not in this image, and a driver wants it" in vm.run("dmesg")
    vm.send("exit\n")
    vm.wait_demo()


@pytest.fixture
def nvme(workshop):
    """A root that the cloud kernel finds without any module."""
    return [Disk(workshop.root(), device="nvme,serial=1")]


def test_modules_of_another_kernel_are_named_and_the_boot_goes_on(boot, workshop, nvme):
    other = workshop.modules(flavour="generic").name
    running = workshop.modules().name
    image = workshop.image(flavour="generic")
    vm = boot("root=LABEL=demo", nvme, image)
    vm.expect(rf"no modules for kernel {running} in this image, only for {other}$")
    vm.expect(r"module virtio_pci: not in this image")
    vm.wait_demo()


def test_damaged_indexes_are_said_and_the_boot_goes_on(boot, workshop, place, nvme):
    version = workshop.modules().name
    index = place / "modules.dep.bin"
    index.write_bytes((workshop.modules() / "modules.dep.bin").read_bytes()[:12])
    (place / "modules.alias.bin").write_text("this is no index")
    wanted = place / "load.conf"
    wanted.write_text("virtio_pci\nloop\n")
    target = f"/lib/modules/{version}"
    flags = ["--add", f"{index}:{target}/modules.dep.bin", "--add", f"{wanted}:/etc/modules-load.d/load.conf"]
    flags += ["--add", f"{place}/modules.alias.bin:{target}/modules.alias.bin"]
    vm = boot("root=LABEL=none rd.timeout=3", nvme, workshop.image(*flags, load=(), shell=True))
    vm.expect(rf"modules: {target}: the index files of the modules are damaged$")
    vm.expect(r"module loop: not in this image")
    vm.expect(rf"{target}/modules.alias.bin: damaged: it is not an index of kmod")
    vm.expect(r"no root: waited 3 s for LABEL=none: saw nvme0n1 \(ext4 .*LABEL=demo\)")
    vm.wait_initramfs_shell()


def test_a_module_that_the_kernel_cannot_unpack_is_named(boot, workshop, place, nvme):
    source = workshop.modules()
    modules = place / "lib/modules" / source.name
    (modules / "kernel").mkdir(parents=True)
    (dummy,) = source.rglob("dummy.ko")
    tool("cp", dummy, modules / "kernel")
    tool("xz", "--check=crc32", modules / "kernel/dummy.ko")
    tool("depmod", "-b", place, source.name)
    (place / "dummy.conf").write_text("dummy\n")
    # `rootling build --load` would unpack it
    adds = [f"{place}/lib:/lib", f"{place}/dummy.conf:/etc/modules-load.d/dummy.conf"]
    vm = boot("root=LABEL=demo", nvme, workshop.image(*(w for a in adds for w in ("--add", a)), load=()))
    vm.expect(
        r"module dummy: compressed with xz, which this kernel cannot unpack: "
        r"put it into the image after xz -d and depmod$"
    )
    vm.wait_demo()


def test_a_soft_dependency_that_fails_keeps_no_file_system_away(boot, workshop):
    """crc32c_intel is one of ext4, and not for this processor."""
    kernel = workshop.kernel(flavour="generic")
    image = workshop.image(flavour="generic", load=(*VIRTIO, "ext4"))
    vm = boot("root=LABEL=demo", [workshop.root()], image, kernel / "vmlinuz", extra=["-cpu", "qemu64"])
    vm.expect(r"module crc32c_intel: (no such hardware|failed in another process)")
    vm.wait_demo()
