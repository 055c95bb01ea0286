"""Kernel modules and firmware in an image, against what kmod says of them; one boot at the end."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

# All kinds: many dependencies, soft ones, aliases with ranges, firmware, nothing at all.
FLAVOURS = {
    "cloud": "virtio_pci virtio_blk virtio_net btrfs xfs overlay dm_crypt erofs nfsd",
    "generic": "ext4 btrfs nvme sd_mod ahci xhci_pci usb_storage usbhid virtio_net e1000e bnx2 xfs dm_crypt i915",
}

# Modules as far as depmod and rootling look, with debug data and with relocations.
BUS = """
__asm__(".globl __crc_bus_say; .set __crc_bus_say, 0x4711"); /* what depmod takes for an export */
int said = 6;
int bus_say(void) { return said; }
static const char info[] __attribute__((section(".modinfo"), used)) = "name=bus";
"""
DISK = """
extern int bus_say(void);
int disk_say(void) { return 7 * bus_say(); }
static const char info[] __attribute__((section(".modinfo"), used)) =
	"name=disk\\0depends=bus\\0alias=pci:v00001AF4d*\\0firmware=disk.fw\\0firmware=net/net-*.bin\\0firmware=gone";
"""
SIGNATURE = b"s" * 9 + bytes([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 9]) + b"~Module signature appended~\n"
VERSION = "6.9-x"


def run(*argv, check=True, cwd=None):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, cwd=cwd)
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture
def system(place):
    """A root with modules of one kernel in its /usr/lib, to which /lib is a link."""
    root = place / "system"
    folder = root / "usr/lib/modules" / VERSION / "kernel"
    folder.mkdir(parents=True)
    (root / "lib").symlink_to("usr/lib")
    for name, text in (("bus", BUS), ("disk", DISK)):
        (place / f"{name}.c").write_text(text)
        run("gcc", "-g", "-Os", "-c", place / f"{name}.c", "-o", folder / f"{name}.ko")
    return root


@pytest.fixture
def build(workshop, place):
    """Builds with flags, unpacks, and says what was said; the image's files are in `image`."""

    def build(*flags, check=True):
        fixed = [workshop.tool(), "build", "--init", workshop.init(), "--compress", "none", "-o", place / "out"]
        done = run(*fixed, *flags, check=check)
        shutil.rmtree(place / "image", ignore_errors=True)
        if done.returncode == 0:
            (place / "image").mkdir()
            run("cpio", "-idm", "--quiet", "-F", place / "out", cwd=place / "image")
        return done

    return build


def depmod(root, version=VERSION):
    run("depmod", "-b", root, version)


def packed_folder(place, version=VERSION):
    return place / "image/lib/modules" / version


def named(flag, names):
    return [word for name in names.split() for word in (flag, name)]


def known(root, version):
    """All that modprobe reads from the index files but symbols, and soft dependencies, which are resolved here."""
    lines = run("modprobe", "-C", "/dev/null", "-c", "-d", root, "-S", version).stdout.splitlines()
    return sorted(line for line in lines if line.startswith("alias ") and not line.startswith("alias symbol:"))


def shown(root, version, names):
    argv = ("modprobe", "-C", "/dev/null", "-d", root, "-S", version, "--show-depends", "-a")
    return run(*argv, *names).stdout


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_index_files_are_what_depmod_makes_of_the_same_modules(workshop, place, build, flavour):
    folder = workshop.modules(flavour=flavour)
    build("--modules-dir", folder, *named("--module", FLAVOURS[flavour]))
    files = packed_folder(place, folder.name)
    names = [p.stem for p in files.glob("*.ko")]
    mine = known(place / "image", folder.name), shown(place / "image", folder.name, names)
    for index in files.glob("modules.*"):
        index.unlink()
    depmod(place / "image", folder.name)
    assert mine[0] == known(place / "image", folder.name)
    assert sorted(mine[1].splitlines()) == sorted(shown(place / "image", folder.name, names).splitlines())
    for name in names:
        (source,) = folder.glob(f"kernel/**/{name}.ko")
        assert (files / f"{name}.ko").read_bytes() == source.read_bytes()


def test_a_sysroot_is_found_through_its_links(place, system, build):
    depmod(system)
    for target in ("usr/lib", "/usr/lib"):
        (system / "lib").unlink()
        (system / "lib").symlink_to(target)
        build("--sysroot", system, "-k", VERSION, "-l", "disk")
        assert sorted(p.name for p in packed_folder(place).glob("*.ko")) == ["bus.ko", "disk.ko"]
    disk = system / "usr/lib/modules" / VERSION / "kernel/disk.ko"
    (system / "var").mkdir()
    disk.rename(system / "var/disk.ko")
    disk.symlink_to("/var/disk.ko")
    build("--sysroot", system, "--modules-dir", disk.parent.parent, "-l", "disk")


def test_a_sysroot_is_not_left_by_links(place, system, build):
    depmod(system)
    disk = system / "usr/lib/modules" / VERSION / "kernel/disk.ko"
    disk.rename(place / "disk.ko")
    disk.symlink_to(f"{place}/disk.ko")
    failed = build("--sysroot", system, "-k", VERSION, "-l", "disk", check=False)
    assert failed.returncode == 1 and "kernel/disk.ko: No such file" in failed.stderr
    (system / "usr/lib/modules/out").symlink_to("/../../../../../../../../../../etc")
    failed = build("--sysroot", system, "-k", "out", "-l", "disk", check=False)
    assert failed.returncode == 1 and f"{system}/lib/modules/out: No such folder" in failed.stderr


@pytest.mark.parametrize("pack", [("xz", "--check=crc32"), ("zstd", "--rm", "-q")], ids=lambda argv: argv[0])
def test_packed_modules_are_unpacked(place, system, build, pack):
    folder = system / "lib/modules" / VERSION
    plain = {p.name: p.read_bytes() for p in folder.glob("kernel/*.ko")}
    run(*pack, *folder.glob("kernel/*.ko"))
    assert not list(folder.glob("kernel/*.ko"))
    depmod(system)
    build("--sysroot", system, "-k", VERSION, "--no-strip", "-l", "pci:v00001AF4d00001001")
    packed = packed_folder(place)
    assert {p.name: p.read_bytes() for p in packed.glob("*.ko")} == plain
    assert [Path(line.split()[1]).name for line in shown(place / "image", VERSION, ["disk"]).splitlines()] == [
        "bus.ko",
        "disk.ko",
    ]


def test_what_is_built_in_is_no_error(place, system, build):
    folder = system / "lib/modules" / VERSION
    (folder / "modules.builtin").write_text("kernel/fs/inside.ko\nkernel/fs/other.ko\n")
    (folder / "modules.builtin.modinfo").write_bytes(b"inside.alias=fs-inside\0inside.license=GPL\0other.alias=fs-o\0")
    depmod(system)
    build("--sysroot", system, "-k", VERSION, "-l", "fs-inside", "-m", "disk")
    assert run("modprobe", "-C", "/dev/null", "-d", place / "image", "-S", VERSION, "-R", "fs-inside").stdout == "inside\n"
    assert shown(place / "image", VERSION, ["inside"]) == "builtin inside\n"
    for name in ("other", "fs-o"):
        argv = ("modprobe", "-C", "/dev/null", "-d", place / "image", "-S", VERSION, "-R", name)
        assert run(*argv, check=False).returncode == 1


def test_debug_data_goes_and_the_rest_still_links(place, system, build):
    depmod(system)
    build("--sysroot", system, "-k", VERSION, "-l", "disk")
    objects = [packed_folder(place) / name for name in ("bus.ko", "disk.ko")]
    for stripped in objects:
        assert stripped.stat().st_size < (system / "lib/modules" / VERSION / "kernel" / stripped.name).stat().st_size
        assert not run("readelf", "-WSrs", stripped).stderr
        assert "DW_TAG" not in run("readelf", "--debug-dump=info", stripped).stdout
    (place / "main.c").write_text("extern int disk_say(void); int main(void) { return disk_say(); }")
    run("gcc", place / "main.c", *objects, "-x", "none", "-o", place / "program")
    assert run(place / "program", check=False).returncode == 42


def test_signed_modules_stay_byte_for_byte(place, system, build):
    disk = system / "lib/modules" / VERSION / "kernel/disk.ko"
    disk.write_bytes(disk.read_bytes() + SIGNATURE)
    depmod(system)
    build("--sysroot", system, "-k", VERSION, "-l", "disk")
    assert (packed_folder(place) / "disk.ko").read_bytes() == disk.read_bytes()


def test_signatures_are_cut_where_the_kernel_allows_it(place, system, build):
    disk = system / "lib/modules" / VERSION / "kernel/disk.ko"
    plain = disk.read_bytes()
    disk.write_bytes(plain + SIGNATURE)
    depmod(system)
    flags = ["--sysroot", system, "-k", VERSION, "-l", "disk", "--unsigned-modules", "--no-strip"]
    unknown = build(*flags, check=False)
    assert unknown.returncode == 1 and "--kernel-config" in unknown.stderr
    (system / "boot").mkdir()
    config = system / "boot" / f"config-{VERSION}"
    config.write_text("CONFIG_RD_GZIP=y\nCONFIG_MODULE_SIG_FORCE=y\n")
    forced = build(*flags, check=False)
    assert forced.returncode == 1 and "MODULE_SIG_FORCE" in forced.stderr
    config.write_text("CONFIG_RD_GZIP=y\n# CONFIG_MODULE_SIG_FORCE is not set\n")
    assert "taint" in build(*flags).stderr
    assert (packed_folder(place) / "disk.ko").read_bytes() == plain


def test_firmware_comes_with_the_modules_that_name_it(place, system, build):
    firmware = system / "usr/lib/firmware"
    (firmware / "net").mkdir(parents=True)
    (firmware / "disk-2.fw").write_text("disk")
    (firmware / "disk.fw.xz").symlink_to("disk-2.fw.xz")
    run("xz", "--check=crc32", firmware / "disk-2.fw")
    (firmware / "net/net-a.bin").write_text("a")
    (firmware / "net/net-b.bin").write_text("b")
    run("zstd", "-q", "--rm", firmware / "net/net-b.bin")
    (firmware / "extra").write_text("extra")
    depmod(system)
    flags = ["--sysroot", system, "-k", VERSION, "-l", "disk"]
    assert "1 firmware files missing for 1 modules" in build(*flags, "--add-firmware", "extra").stderr
    packed = place / "image/lib/firmware"
    texts = {str(p.relative_to(packed)): p.read_text() for p in packed.rglob("*") if p.is_file() and not p.is_symlink()}
    assert texts == {"disk-2.fw": "disk", "net/net-a.bin": "a", "net/net-b.bin": "b", "extra": "extra"}
    assert (packed / "disk.fw").read_text() == "disk"
    assert "module disk: firmware gone: not there" in build(*flags, "--verbose").stderr
    assert build(*flags, "--no-firmware").stderr == "" and not packed.exists()
    failed = build(*flags, "--add-firmware", "absent", check=False)
    assert failed.returncode == 1 and "absent" in failed.stderr


def test_a_machine_boots_with_unsigned_modules(boot, workshop):
    config = workshop.kernel() / "config"
    image = workshop.image("--unsigned-modules", "--kernel-config", str(config), shell=True)
    vm = boot("root=LABEL=demo rd.break=rootfs", [workshop.root()], image)
    vm.wait_initramfs_shell()
    assert "module verification failed" in vm.run("dmesg")
    assert "virtio_blk" in vm.run("cat /proc/modules")
