"""The Debian package: what is in it, its hooks, and a Debian that it is installed into."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from disks import tool
from installed import CLOUD, System, debian_with_rootling, version_of
from workshop import REPO, Workshop

HOOKS = REPO / "packaging/kernel"

installs = pytest.mark.skipif(os.geteuid() != 0, reason="dpkg installs as root only")


def run(*argv: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(a) for a in argv], capture_output=True, text=True, check=False, env={**os.environ, **env}
    )


# ---- the package


def test_the_package_is_the_same_bytes_every_time(workshop: Workshop, place):
    package = workshop.package()
    shutil.copy(package, place / "first.deb")
    for step in (["rm", "-r", workshop.out / "deb/root"], ["touch", workshop.out / "deb/rootling"]):
        assert run(*step).returncode == 0
    again = run("sh", "-c", f"umask 077; make O='{workshop.out}' CACHE='{workshop.cache}' deb", TZ="Asia/Tokyo")
    assert again.returncode == 0, again.stderr
    assert package.read_bytes() == (place / "first.deb").read_bytes()


def test_the_package_has_what_a_distribution_expects(workshop: Workshop):
    lines = run("dpkg-deb", "-c", workshop.package()).stdout.splitlines()
    owners = {line.split()[1] for line in lines}
    names = {line.split()[5].removeprefix(".") for line in lines}
    assert owners == {"root/root"}
    assert {
        "/usr/bin/rootling",
        "/usr/lib/rootling/init",
        "/usr/lib/kernel/install.d/50-rootling.install",
        "/usr/sbin/update-initramfs",
        "/usr/share/bash-completion/completions/rootling",
        "/usr/share/man/man1/rootling.1.gz",
        "/usr/share/man/man5/rootling.conf.5.gz",
        "/etc/kernel/postinst.d/rootling",
        "/etc/kernel/postrm.d/rootling",
        "/etc/rootling.conf",
    } <= names
    control = run("dpkg-deb", "-f", workshop.package()).stdout
    assert "Provides: linux-initramfs-tool" in control and re.search(r"^Depends: .*libelf1", control, re.M)


def test_lintian_has_nothing_to_say(workshop: Workshop):
    said = run("lintian", "--allow-root", "--fail-on", "warning", workshop.package())
    assert (said.returncode, said.stdout) == (0, ""), said.stderr


def test_what_the_configuration_suggests_is_understood(workshop: Workshop, place):
    suggested = re.sub(r"^#(\S+ = )", r"\1", (REPO / "packaging/rootling.conf").read_text(), flags=re.M)
    (place / "rootling.conf").write_text(suggested)
    done = run(workshop.tool(), "build", "-c", place / "rootling.conf", "--print-config")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"# {place}/rootling.conf:") == suggested.count(" = ")


# ---- the hooks, with a rootling that only writes down how it was called


@pytest.fixture
def recorded(place: Path):
    """recorded(hook, *arguments, **environment): the hook's exit status, and its calls."""
    fake = place / "bin/rootling"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho "$@" >>{place}/calls\nexit "${{FAKE_STATUS:-0}}"\n')
    fake.chmod(0o755)

    def call(hook: str, *argv: str, **env: str) -> tuple[int, str]:
        (place / "calls").write_text("")
        done = run(HOOKS / hook, *argv, PATH=f"{fake.parent}:/usr/bin:/bin", **env)
        assert done.stdout == "", "standard output may be debconf's"
        return done.returncode, (place / "calls").read_text().strip()

    return call


@pytest.mark.parametrize(
    ("hook", "argv", "env", "expected"),
    [
        ("postinst", ["6.1"], {}, (0, "update -c -k 6.1 -b /boot")),
        ("postinst", ["6.1", "/efi/vmlinuz-6.1"], {}, (0, "update -c -k 6.1 -b /efi")),
        ("postinst", ["6.1"], {"DEB_MAINT_PARAMS": "configure 6.0"}, (0, "update -c -k 6.1 -b /boot")),
        ("postinst", ["6.1"], {"DEB_MAINT_PARAMS": "'configure' ''"}, (0, "update -c -k 6.1 -b /boot")),
        ("postinst", ["6.1"], {"DEB_MAINT_PARAMS": "abort-upgrade 6.0"}, (0, "")),
        ("postinst", ["6.1"], {"INITRD": "No"}, (0, "")),
        ("postinst", ["6.1"], {"FAKE_STATUS": "1"}, (1, "update -c -k 6.1 -b /boot")),
        ("postinst", [], {}, (2, "")),
        ("postrm", ["6.1", "/boot/vmlinuz-6.1"], {}, (0, "update -d -k 6.1 -b /boot")),
        ("postrm", ["6.1"], {"DEB_MAINT_PARAMS": "remove"}, (0, "update -d -k 6.1 -b /boot")),
        ("postrm", ["6.1"], {"DEB_MAINT_PARAMS": "purge"}, (0, "")),
        ("postrm", ["6.1"], {"DEB_MAINT_PARAMS": "upgrade 6.2"}, (0, "")),
        ("postrm", ["6.1"], {"INITRD": "No"}, (0, "")),
        ("postrm", [], {}, (0, "")),
    ],
)
def test_a_kernel_hook_asks_for_the_right_thing(recorded, hook, argv, env, expected):
    assert recorded(hook, *argv, **env) == expected


@pytest.mark.parametrize("hook", ["postinst", "postrm"])
def test_a_hook_that_was_left_behind_is_silent(hook, place):
    tools = place / "bin"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(f"/bin/{name}")
    done = run(HOOKS / hook, "6.1", PATH=str(tools))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


STAGED = (0, "build -k 6.1 -o /staging/initrd")
BLS = {"KERNEL_INSTALL_LAYOUT": "bls", "KERNEL_INSTALL_STAGING_AREA": "/staging"}


@pytest.mark.parametrize(
    ("argv", "env", "expected"),
    [
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz"], {}, STAGED),
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz"], {"KERNEL_INSTALL_LAYOUT": "uki"}, STAGED),
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz"], {"KERNEL_INSTALL_LAYOUT": "other"}, (0, "")),
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz"], {"KERNEL_INSTALL_INITRD_GENERATOR": "rootling"}, STAGED),
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz"], {"KERNEL_INSTALL_INITRD_GENERATOR": "dracut"}, (0, "")),
        (["add", "6.1", "/efi/id/6.1", "/linux.efi"], {"KERNEL_INSTALL_IMAGE_TYPE": "uki"}, (0, "")),
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz", "/initrd"], {}, (0, "")),
        (["add", "6.1", "/efi/id/6.1", "/vmlinuz"], {"FAKE_STATUS": "1"}, (1, STAGED[1])),
        (["remove", "6.1", "/efi/id/6.1"], {}, (0, "")),
        (["inspect"], {}, (0, "")),
    ],
)
def test_the_plugin_of_kernel_install_stages_an_image(recorded, argv, env, expected):
    assert recorded("50-rootling.install", *argv, **{**BLS, **env}) == expected


# ---- rootling update


@pytest.fixture
def kernels(workshop: Workshop, place: Path):
    """A system with three kernels that have no modules, and the tool as it is installed."""
    unpacked = place / "package"
    assert run("dpkg-deb", "-x", workshop.package(), unpacked).returncode == 0
    system = System(place / "system")
    for version in ("6.1.0-9", "6.1.0-10", "6.1.0-11"):
        modules = system.tree / "lib/modules" / version
        modules.mkdir(parents=True)
        for name in ("modules.order", "modules.builtin"):
            (modules / name).touch()
        assert run("/sbin/depmod", "-b", system.tree, version).returncode == 0
    (system.tree / "boot").mkdir()
    for version in ("6.1.0-9", "6.1.0-10"):  # the third is not whole
        (system.tree / f"boot/vmlinuz-{version}").touch()

    def update(*argv: str) -> subprocess.CompletedProcess[str]:
        return run(unpacked / "usr/bin/rootling", "update", "--sysroot", system.tree, *argv)

    return system, update, unpacked / "usr/lib/rootling/init"


def renewed(before: dict, after: dict) -> set[str]:
    return {version for version in after if after[version] != before.get(version)}


def test_update_creates_renews_and_deletes_as_update_initramfs_does(kernels):
    system, update, _ = kernels
    assert update("-u").returncode == 0 and system.images() == {}
    assert update("-c", "-k", "6.1.0-9").returncode == 0
    first = system.images()
    assert set(first) == {"6.1.0-9"}

    assert update("-u").returncode == 0  # the newest kernel that has an image
    assert renewed(first, system.images()) == {"6.1.0-9"}

    assert update("-ck", "all").returncode == 0
    both = system.images()
    assert set(both) == {"6.1.0-9", "6.1.0-10"}
    assert update("-u").returncode == 0
    assert renewed(both, system.images()) == {"6.1.0-10"}
    assert update("-u", "-k", "all", "-v").returncode == 0
    assert renewed(both, system.images()) == {"6.1.0-9", "6.1.0-10"}

    for _ in range(2):  # what is not there is no error
        assert update("-d", "-k", "6.1.0-9").returncode == 0
        assert set(system.images()) == {"6.1.0-10"}
    assert update("-d", "-k", "all").returncode == 0 and system.images() == {}


def test_update_that_fails_keeps_the_old_images_and_says_so(kernels):
    system, update, init = kernels
    assert update("-c", "-k", "all").returncode == 0
    before = system.images()
    init.unlink()
    failed = update("-u", "-k", "all")
    assert failed.returncode == 1 and failed.stderr.count("No such file") == 2
    assert system.images() == before


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "one of -c, -u and -d"),
        (["-c", "-u"], "one of -c, -u and -d"),
        (["-c"], "-c needs -k"),
        (["-d"], "-d needs -k"),
        (["-c", "-k", "../6.1"], "not a version"),
        (["-u", "-b", "/nowhere"], "/nowhere: No such file"),
    ],
)
def test_update_explains_what_it_needs(kernels, argv, says):
    _, update, _ = kernels
    done = update(*argv)
    assert done.returncode == 1 and says in done.stderr


# ---- Debian


@pytest.fixture(scope="session")
def installed(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return debian_with_rootling(workshop, tmp_path_factory.mktemp("installed") / "debian").tree


@pytest.fixture
def debian(installed: Path, place: Path) -> System:
    tool("cp", "-a", installed, place / "debian")
    return System(place / "debian")


@installs
def test_a_kernel_comes_and_goes_with_its_image(debian: System, workshop: Workshop):
    assert debian.images() == {}
    (kernel,) = workshop.debs(CLOUD)
    version = version_of(kernel)
    debian.install(kernel)
    made = debian.images()
    assert set(made) == {version}
    assert (debian.tree / "initrd.img").readlink() == Path(f"boot/initrd.img-{version}")

    # An upgrade of the package, and another's postinst, both through the trigger.
    debian.install(workshop.package())
    upgraded = debian.images()
    assert renewed(made, upgraded) == {version}
    debian.install(with_postinst(debian.tree.parent, "update-initramfs -u"))
    assert renewed(upgraded, debian.images()) == {version}

    # A /boot that somebody mounted read-only is left alone.
    before = debian.images()
    said = debian.run("mount --bind /boot /boot && mount -o remount,bind,ro /boot && update-initramfs -u")
    assert "is read-only" in said.stderr and debian.images() == before

    debian.run(f"dpkg --purge linux-image-{version}")
    assert debian.images() == {}


@installs
def test_boot_loaders_hear_of_a_new_image(debian: System, workshop: Workshop):
    loader = debian.tree / "etc/initramfs/post-update.d/loader"
    loader.parent.mkdir(parents=True)
    loader.write_text('#!/bin/sh\necho "$@" >>/heard\n')
    loader.chmod(0o755)
    (kernel,) = workshop.debs(CLOUD)
    debian.install(kernel)
    debian.run("update-initramfs -u")
    call = f"{version_of(kernel)} /boot/initrd.img-{version_of(kernel)}"
    assert (debian.tree / "heard").read_text().splitlines() == [call, call]
    loader.write_text("#!/bin/sh\nexit 3\n")
    assert debian.run("update-initramfs -u", check=False).returncode == 1


def with_postinst(folder: Path, command: str) -> Path:
    """A package that does nothing but run this when it is installed."""
    control = folder / "caller/DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(
        "Package: caller\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n"
    )
    (control / "postinst").write_text(f"#!/bin/sh\n{command} | grep -q 'put off'\n")
    (control / "postinst").chmod(0o755)
    assert run("dpkg-deb", "-b", control.parent, folder / "caller.deb").returncode == 0
    return folder / "caller.deb"


@installs
def test_a_build_that_fails_stops_the_kernel_with_a_reason(debian: System, workshop: Workshop):
    init = debian.tree / "usr/lib/rootling/init"
    init.rename(init.with_suffix(".away"))
    failed = debian.install(*workshop.debs(CLOUD), check=False)
    assert failed.returncode == 1 and "init: No such file" in failed.stderr
    assert debian.images() == {}
    init.with_suffix(".away").rename(init)
    debian.run("dpkg --configure -a")
    assert len(debian.images()) == 1


@installs
def test_the_package_goes_without_a_trace_but_the_images(debian: System, workshop: Workshop):
    debian.install(*workshop.debs(CLOUD))
    before = debian.images()
    debian.run("dpkg --force-depends -r rootling")
    left = debian.run("find / -xdev -path /proc -prune -o -name '*rootling*' -print").stdout.split()
    assert {p for p in left if p.startswith(("/etc", "/usr"))} == {
        "/etc/kernel/postinst.d/rootling",
        "/etc/kernel/postrm.d/rootling",
        "/etc/rootling.conf",
    }
    debian.run("dpkg --force-depends -P rootling")
    assert debian.run("find /etc /usr /var/lib /var/cache -name '*rootling*'").stdout == ""
    assert debian.images() == before


@installs
def test_kernel_install_gives_the_loader_an_entry_with_the_image(debian: System, workshop: Workshop):
    kernel = debian.tree / "lib/modules/6.1"
    (kernel / "kernel").mkdir(parents=True)  # then kernel-install runs depmod
    for name in ("modules.order", "modules.builtin"):
        (kernel / name).touch()
    (debian.tree / "vmlinuz").touch()
    (debian.tree / "etc/kernel/cmdline").write_text("root=LABEL=debian\n")
    (debian.tree / "etc/kernel/entry-token").write_text("debian\n")
    (debian.tree / "boot/debian").mkdir()
    debian.run("kernel-install add 6.1 /vmlinuz")
    (entry,) = (debian.tree / "boot/loader/entries").iterdir()
    assert re.search(r"^initrd .*/debian/6.1/initrd$", entry.read_text(), re.M)
    assert (debian.tree / "boot/debian/6.1/initrd").stat().st_size > 10000
    debian.run("kernel-install remove 6.1")
    assert not (debian.tree / "boot/debian/6.1").exists()
