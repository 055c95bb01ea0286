"""Programs in an image: what `rootling build` finds that they need, and that they run there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MULTIARCH = "usr/lib/x86_64-linux-gnu"
NAMED = "int named(void) { return 0; }"
HELLO = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }'
CALLS = '#include <stdio.h>\nint named(void);\nint main(void) { return named() + (puts("it runs") < 0); }'
NOTE = """
static const struct { unsigned n, d, t; char owner[4], json[%d]; } note
__attribute__((used, section(".note.dlopen"), aligned(4))) = { 4, sizeof(note.json), 0x407c0c0a, "FDO", "%s" };
"""


def run(*argv: object, check: bool = True, **more: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **more)
    assert not check or done.returncode == 0, done.stderr
    return done


def compiled(target: Path, source: str, *flags: object, cc: str = "gcc") -> Path:
    """A program, or with -shared a library."""
    target.parent.mkdir(parents=True, exist_ok=True)
    run(cc, "-o", target, "-x", "c", "-", "-x", "none", *flags, input=source)
    return target


def library(target: Path, *flags: object, source: str = NAMED, cc: str = "gcc") -> Path:
    return compiled(target, source, "-shared", "-fPIC", f"-Wl,-soname,{target.name}", *flags, cc=cc)


def unpacked(image: Path, folder: Path) -> Path:
    """As the kernel would, by somebody else's program."""
    folder.mkdir(parents=True)
    run("cpio", "-idm", "--quiet", cwd=folder, stdin=image.open())
    return folder


class Builder:
    """`rootling build --listed --compress none`, and what is in the image then."""

    def __init__(self, workshop, place: Path) -> None:
        self.tool, self.init, self.image = workshop.tool(), workshop.init(), place / "image"

    def try_to(self, *flags: object) -> str:
        """The names in the image, or what was said instead."""
        argv = (self.tool, "build", "--listed", "--init", self.init, "--compress", "none", "-o", self.image)
        done = run(*argv, *flags, check=False)
        self.said = done.stderr
        return run(self.tool, "ls", self.image).stdout if done.returncode == 0 else ""

    def names(self, *flags: object) -> list[str]:
        names = self.try_to(*flags).split("\n")
        assert names != [""], self.said
        return names

    def error(self, *flags: object) -> str:
        assert not self.try_to(*flags)
        return self.said


@pytest.fixture
def builder(workshop, place) -> Builder:
    return Builder(workshop, place)


@pytest.fixture
def system(builder, place) -> Path:
    """A small root as a distribution makes it: merged /usr, C library, lsblk, mkfs.xfs."""
    builder.names("--add-cmd", "lsblk", "--add-cmd", "mkfs.xfs")
    return unpacked(builder.image, place / "system")


def test_programs_and_all_they_need_run_in_an_image(boot, workshop, place, system):
    compiled(system / "usr/bin/by-conf", CALLS, library(system / "opt/conf/libnamed.so.1"))
    (system / "etc/ld.so.conf.d").mkdir()
    (system / "etc/ld.so.conf").write_text("include /etc/ld.so.conf.d/*.conf\n")
    (system / "etc/ld.so.conf.d/opt.conf").write_text("/opt/conf\n")
    near = library(system / "opt/near/lib/libnear.so.1")
    compiled(system / "opt/near/bin/by-origin", CALLS, near, "-Wl,-rpath,$ORIGIN/../lib")
    script = system / "usr/bin/by-env"
    script.write_text("#!/usr/bin/env by-conf\n")
    script.chmod(0o755)
    shutil.copy("/usr/bin/env", system / "usr/bin")
    shutil.copytree(workshop.shell().removesuffix(":/"), system / "shell", symlinks=True)
    words = ["--sysroot", system, "--add", "/shell:/", "--add", "/opt/near/bin/by-origin:/bin/by-origin"]
    words += [word for name in ("lsblk", "mkfs.xfs", "by-env") for word in ("--add-cmd", name)]
    vm = boot("root=LABEL=none rd.break=root", initrd=workshop.image(*map(str, words)))
    vm.wait_initramfs_shell()
    assert vm.run("lsblk --version").startswith("lsblk from util-linux")
    assert vm.run("mkfs.xfs -V").startswith("mkfs.xfs version")
    assert vm.run("by-conf") == vm.run("by-origin") == vm.run("by-env") == "it runs"


def test_the_paths_of_the_system_work_in_the_image(builder, place):
    names = builder.names("--add-cmd", "lsblk")
    tree = unpacked(builder.image, place / "tree")
    for link in ("bin", "sbin", "lib", "lib64"):
        if Path("/", link).is_symlink() and link in names:
            assert os.readlink(tree / link) == os.readlink(f"/{link}")
    assert f"{MULTIARCH}/libblkid.so.1" in names and f"{MULTIARCH}/libc.so.6" in names
    assert (tree / f"{MULTIARCH}/libblkid.so.1").is_symlink()


def test_an_init_of_any_make_gets_its_libraries(builder, place):
    builder.init = compiled(place / "init", HELLO)
    assert f"{MULTIARCH}/libc.so.6" in builder.names()


def test_an_unknown_command_is_answered_with_near_ones(builder):
    assert "--add-cmd lsblkk: no such program in this system: did you mean lsblk" in builder.error(
        "--add-cmd", "lsblkk"
    )


def test_a_foreign_machine_is_looked_into_but_nothing_is_run(builder, place):
    cc, system = "aarch64-linux-gnu-gcc", place / "arm64"
    (system / "lib").mkdir(parents=True)
    for name in ("libc.so.6", "ld-linux-aarch64.so.1"):
        shutil.copy(f"/usr/aarch64-linux-gnu/lib/{name}", system / "lib")
    library(system / "lib/aarch64-linux-gnu/libnamed.so.1")  # ours, and first in the search
    named = library(system / "usr/lib64/libnamed.so.1", cc=cc)
    compiled(system / "sbin/foreign", CALLS, named, cc=cc)
    names = builder.names("--sysroot", system, "--add-cmd", "foreign")
    for name in ("sbin/foreign", "usr/lib64/libnamed.so.1", "lib/libc.so.6", "lib/ld-linux-aarch64.so.1"):
        assert name in names
    assert "lib/aarch64-linux-gnu/libnamed.so.1" not in names
    # the loader is not known to look into /usr/lib64, but it does where the C library is
    assert os.readlink(unpacked(builder.image, place / "tree") / "lib/libnamed.so.1") == "/usr/lib64/libnamed.so.1"


def test_a_library_that_is_nowhere_is_named_with_who_needs_it(builder, place, system):
    named = library(place / "libnamed.so.1")
    middle = library(system / MULTIARCH / "libmiddle.so", "-Wl,--no-as-needed", named, source="int x;")
    compiled(system / "usr/bin/prog", HELLO, "-Wl,--no-as-needed", middle, f"-Wl,-rpath-link,{place}")
    said = builder.error("--sysroot", system, "--add-cmd", "prog")
    assert f"/usr/bin/prog: libmiddle.so needs libnamed.so.1: no such library for it in /{MULTIARCH}, " in said
    (system / "lib64/ld-linux-x86-64.so.2").unlink()
    said = builder.error("--sysroot", system, "--add-cmd", "lsblk")
    assert f"/usr/bin/lsblk: its loader /lib64/ld-linux-x86-64.so.2 is not in {system}" in said


@pytest.mark.parametrize(
    ("program", "middle", "packed"),
    (("disable", None, True), ("enable", None, False), ("disable", "/nowhere", False), ("enable", "/opt/lib", True)),
)
def test_rpath_is_inherited_unless_runpath_stops_it(builder, system, program, middle, packed):
    deep = library(system / "opt/lib/libdeep.so")
    own = (f"-Wl,-rpath,{middle}", "-Wl,--enable-new-dtags") if middle else ()
    direct = library(system / "opt/lib/libmiddle.so", "-Wl,--no-as-needed", deep, *own, source="int x;")
    flags = ("-Wl,--no-as-needed", direct, "-Wl,-rpath,/opt/lib", f"-Wl,--{program}-new-dtags")
    compiled(system / "usr/bin/prog", HELLO, *flags, f"-Wl,-rpath-link,{deep.parent}")
    if packed:
        assert "opt/lib/libdeep.so" in builder.names("--sysroot", system, "--add-cmd", "prog")
    else:
        assert "libmiddle.so needs libdeep.so" in builder.error("--sysroot", system, "--add-cmd", "prog")


@pytest.mark.parametrize(("priority", "packed"), (("required", True), ("recommended", True), ("suggested", False)))
def test_libraries_of_dlopen_notes(builder, system, priority, packed):
    json = f'[{{"soname":["libnone.so","libnamed.so"],"priority":"{priority}"}}]'
    note = NOTE % (len(json) + 1, json.replace('"', '\\"'))
    compiled(system / "usr/bin/prog", HELLO + note)
    flags = ("--sysroot", system, "--add-cmd", "prog")
    if priority == "required":
        assert "needs libnone.so" in builder.error(*flags)
    else:
        builder.names(*flags)
    library(system / MULTIARCH / "libnamed.so")
    assert (f"{MULTIARCH}/libnamed.so" in builder.names(*flags)) == packed


def test_programs_of_musl_find_their_libraries(builder, place):
    system = place / "musl"
    (system / "lib").mkdir(parents=True)
    shutil.copy("/usr/lib/x86_64-linux-musl/libc.so", system / "lib/ld-musl-x86_64.so.1")
    named = library(system / "opt/libnamed.so", cc="musl-gcc")
    compiled(system / "bin/prog", CALLS, named, cc="musl-gcc")
    assert "needs libnamed.so: no such library for it in /lib" in builder.error("--sysroot", system, "--add-cmd", "prog")
    (system / "etc").mkdir()
    (system / "etc/ld-musl-x86_64.path").write_text("/lib\n/opt\n")
    names = builder.names("--sysroot", system, "--add-cmd", "prog")
    assert {"opt/libnamed.so", "etc/ld-musl-x86_64.path", "lib/ld-musl-x86_64.so.1"} <= set(names)


def test_links_bring_what_they_point_to(builder, place):
    system = place / "system"
    (system / "real").mkdir(parents=True)
    (system / "real/file").write_text("x")
    (system / "real/other").symlink_to("/real/file")
    (system / "real/away").symlink_to("/proc/version")
    (system / "name").symlink_to("second")
    (system / "second").symlink_to("/real/../real/other")
    names = builder.names("--sysroot", system, "--add", "/name")
    assert {"name", "second", "real/other", "real/file"} <= set(names)
    names = builder.names("--sysroot", system, "--add", "/name:/place/name")
    assert {"place/name", "place/second"} <= set(names)
    assert "proc/version" not in builder.names("--sysroot", system, "--add", "/real")
    (system / "folder").symlink_to("real")
    assert {"folder", "real/file"} <= set(builder.names("--sysroot", system, "--add", "/folder"))


def test_a_link_cannot_lead_out_of_the_system(builder, place):
    system = place / "system"
    system.mkdir()
    (place / "secret").write_text("not for the image")
    (system / "link").symlink_to("../../secret")
    (system / "folder").symlink_to("..")
    builder.names("--sysroot", system, "--add", "/link", "--add", "/folder:/f")
    assert b"not for the image" not in builder.image.read_bytes()
    assert "No such file" in builder.error("--sysroot", system, "--add", "/folder/secret:/s")


def test_the_same_file_twice_is_packed_once_and_another_is_refused(builder, place):
    for name in ("a", "b"):
        (place / name).write_text(name)
    assert builder.names("--add", f"{place}/a:/x", "--add", f"{place}/a:/x").count("x") == 1
    said = builder.error("--add", f"{place}/a:/x", "--add", f"{place}/b:/x")
    assert f"/x: given twice, and not the same: {place}/a and {place}/b" in said


@pytest.mark.parametrize("strip", ["--strip", "--no-strip"])
def test_debug_data_of_programs_is_cut_if_wanted(builder, place, system, strip):
    compiled(system / "usr/bin/prog", HELLO, "-g")
    builder.names("--sysroot", system, "--add-cmd", "prog", strip)
    packed = unpacked(builder.image, place / "tree") / "usr/bin/prog"
    assert (b"GNU C" in packed.read_bytes()) == (strip == "--no-strip")
    if os.geteuid() == 0:
        assert run("chroot", place / "tree", "/usr/bin/prog").stdout == "hello\n"


def test_a_script_without_interpreter_is_only_a_warning(builder, place):
    script = place / "script"
    script.write_text("#!/nowhere/sh\n")
    script.chmod(0o755)
    builder.names("--add", f"{script}:/script")
    assert "/script: its interpreter /nowhere/sh is neither in the image nor in this system" in builder.said
