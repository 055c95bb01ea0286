"""From power on to the real root's own init."""

from __future__ import annotations

import pytest
from disks import uuid_of

PROCESSORS = 2

# All that `recovery` is compiled of is in `full` too, which stands for it with the other libraries.
MATRIX = [
    (defconfig, libc, arch)
    for defconfig in ("tiny", "vm", "recovery", "full")
    for libc in ("klibc", "musl", "glibc")
    for arch in ("x86_64", "arm64")
    if defconfig != "recovery" or libc == "klibc"
]


@pytest.mark.parametrize(("defconfig", "libc", "arch"), MATRIX)
def test_the_demo_boots_with_every_configuration_libc_and_architecture(boot, workshop, defconfig, libc, arch):
    root = workshop.root(arch=arch)
    image = workshop.image(defconfig=defconfig, libc=libc, arch=arch)
    vm = boot(f"root=UUID={uuid_of(root)} rw", [root], image, arch=arch)
    vm.wait_demo()
    assert "/dev/vda / ext4 rw" in vm.run("cat /proc/mounts")


def test_quiet_shows_nothing_of_ours_when_the_boot_succeeds(boot, workshop):
    vm = boot("root=/dev/vda quiet", [workshop.root()])
    vm.wait_demo()
    assert "rootling:" not in vm.text


def test_each_stage_says_one_line(boot, workshop):
    vm = boot("root=/dev/vda", [workshop.root()])
    for stage in ("apifs", "console", "config", "modules", "root", "rootfs", "switch_root"):
        vm.expect(rf"\] rootling: {stage}: ")
    vm.wait_demo()
    assert vm.text.count("] rootling: ") == 7


def test_init_and_the_words_behind_two_dashes_reach_the_real_root(boot, workshop):
    vm = boot('root=/dev/vda init=/bin/sh -- -i -s one "two three"', [workshop.root()])
    vm.take_shell(r"^/ # ")
    assert vm.run("tr '\\0' '|' </proc/1/cmdline") == "/bin/sh|-i|-s|one|two three|"


def test_the_old_root_is_emptied_and_its_memory_given_back(boot, workshop):
    padding = workshop.out / "matrix" / "padding"
    padding.write_bytes(bytes(64 * 1024 * 1024))
    lean = boot("root=/dev/vda", [workshop.root()])
    lean.wait_demo()
    fat = boot("root=/dev/vda", [workshop.root()], workshop.image("--add", f"{padding}:/padding"))
    fat.wait_demo()
    free = "awk '/MemFree/ { print $2 }' /proc/meminfo"
    enough = int(lean.run(free)) - 16 * 1024
    fat.run(f"until [ $({free}) -gt {enough} ]; do :; done")


def test_what_the_initramfs_mounted_is_there_in_the_real_root(boot, workshop):
    vm = boot("root=/dev/vda", [workshop.root()])
    vm.wait_demo()
    mounts = vm.run("cat /proc/mounts")
    for place in ("/proc proc", "/sys sysfs", "/dev devtmpfs", "/run tmpfs"):
        assert f" {place} " in mounts


def test_an_image_that_knows_no_module_to_load_finds_the_driver_by_itself(boot, workshop):
    image = workshop.image("--module", "virtio_pci", "--module", "virtio_blk", load=())
    vm = boot("root=LABEL=demo", [workshop.root()], image)
    vm.wait_demo()
    assert "virtio_blk" in vm.run("cat /proc/modules")


def test_the_kernel_gets_the_modules_it_asks_modprobe_for(boot, workshop):
    kernel = workshop.kernel(flavour="generic") / "vmlinuz"
    image = workshop.image("--module", "ext4", flavour="generic")
    vm = boot("root=LABEL=demo", [workshop.root()], image, kernel)
    vm.wait_demo()
    assert "ext4" in vm.run("cat /proc/modules")




def test_a_blacklisted_module_is_not_loaded_for_the_kernel_either(boot, workshop):
    kernel = workshop.kernel(flavour="generic") / "vmlinuz"
    image = workshop.image("--module", "ext4", flavour="generic")
    vm = boot("root=LABEL=demo modprobe.blacklist=foo,ext4", [workshop.root()], image, kernel)
    vm.expect(r"rootling: root: mount /dev/vda as ext4: No such device: add its driver to the image")
