"""Roots that are no disks of the machine: folders of the host, servers, images."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tree(workshop) -> Path:
    """The demo root as a folder."""
    folder = workshop.out / "matrix/demo-tree"
    if not (folder / "sbin/init").is_symlink():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debugfs", "-R", f"rdump / {folder}", workshop.root()], check=True, capture_output=True)
    return folder


# ---- folders of the host


@contextlib.contextmanager
def virtiofsd(folder: Path, socket: Path) -> Iterator[list[str]]:
    """QEMU's options for a virtiofs device with the tag `host`."""
    argv = ["/usr/lib/qemu/virtiofsd", f"--socket-path={socket}", "-o", f"source={folder}", "-o", "cache=auto"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        assert server.stderr
        while b"Waiting for vhost-user socket connection" not in server.stderr.readline():
            assert server.poll() is None
        yield [
            *("-chardev", f"socket,id=fs,path={socket}"),
            *("-device", "vhost-user-fs-pci,chardev=fs,tag=host"),
            *("-object", "memory-backend-memfd,id=memory,size=512M,share=on", "-numa", "node,memdev=memory"),
        ]
        server.terminate()


@pytest.mark.parametrize("words", ["root=virtiofs:host", "root=host rootfstype=virtiofs"])
def test_a_virtiofs_folder_is_the_root(boot, workshop, tree, place, words):
    image = workshop.image("--module", "virtiofs", defconfig="full")
    with virtiofsd(tree, place / "fs.sock") as extra:
        vm = boot(f"{words} ro", initrd=image, extra=extra)
        vm.wait_demo()
        assert vm.run("grep ' / ' /proc/mounts | grep -v rootfs").startswith("host / virtiofs ro,")


def test_a_9p_folder_is_the_root(boot, workshop, tree):
    image = workshop.image("--module", "9p", "--module", "9pnet_virtio", defconfig="full", flavour="generic")
    share = ["-virtfs", f"local,path={tree},mount_tag=root,security_model=none,readonly=on"]
    vm = boot("root=9p:root", initrd=image, kernel=workshop.kernel(flavour="generic") / "vmlinuz", extra=share)
    vm.wait_demo()
    assert vm.run("grep ' / ' /proc/mounts | grep -v rootfs").startswith("root / 9p ro,")


def test_a_tag_that_is_not_there_is_named(boot, workshop):
    image = workshop.image(defconfig="full", shell=True)
    vm = boot("root=virtiofs:nowhere rd.timeout=4", initrd=image)
    vm.expect(r"rootling: netroot: 3 s: virtiofs:nowhere: no driver: add virtiofs to the image")
    vm.expect(r"no root: waited 4 s for virtiofs:nowhere: no driver")
    vm.wait_initramfs_shell()
    assert '"waiting_for": "virtiofs:nowhere' in vm.run("cat /run/rootling/status.json")


# ---- servers

NETWORK = ("--module", "virtio_net", "--module", "af_packet")

@pytest.fixture
def nfs_image(workshop):
    modules = [word for m in ("nfs", "nfsv4", "nfsv3") for word in ("--module", m)]
    return workshop.image(*NETWORK, *modules, defconfig="full", shell=True)


def test_an_nfs4_folder_is_the_root(boot, lan, tree, nfs_image):
    lan.dnsmasq()
    lan.ganesha(tree)
    vm = boot("root=nfs:192.0.2.1:/export", initrd=nfs_image, cards=[lan.card()])
    vm.wait_demo()
    root = vm.run("grep ' / ' /proc/mounts | grep -v rootfs")
    assert root.startswith("192.0.2.1:/export / nfs4 ro,") and "vers=4.2" in root
    assert "inet addr:192.0.2." in vm.run("ifconfig eth0")


def test_root_dev_nfs_takes_the_rest_from_the_lease(boot, lan, tree, nfs_image):
    """NFSv3, for which /init has no daemon to lock with."""
    lan.dnsmasq("dhcp-option=17,192.0.2.1:/lan/export,vers=3")
    lan.ganesha(tree, access="RW")
    vm = boot("root=/dev/nfs rw", initrd=nfs_image, cards=[lan.card()])
    vm.wait_demo()
    root = vm.run("grep ' / ' /proc/mounts | grep -v rootfs")
    assert root.startswith("192.0.2.1:/lan/export / nfs rw,") and "vers=3" in root and "nolock" in root


def test_a_path_that_is_not_exported_ends_in_recovery(boot, lan, tree, nfs_image):
    lan.dnsmasq()
    lan.ganesha(tree)
    vm = boot("root=nfs4:192.0.2.1:/srv/wrong rd.timeout=12", initrd=nfs_image, cards=[lan.card()])
    vm.expect(r"netroot: \d+ s: NFS 192\.0\.2\.1:/srv/wrong: the server has no such path")
    vm.expect(r"no root: waited 12 s for NFS 192\.0\.2\.1:/srv/wrong: the server has no such path")
    vm.wait_initramfs_shell()


@pytest.fixture
def nbd_image(workshop):
    return workshop.image(*NETWORK, "--module", "nbd", defconfig="full", shell=True)


@pytest.mark.parametrize("words", ["root=nbd:192.0.2.1:demo", "root=LABEL=demo netroot=nbd://192.0.2.1/demo"])
def test_an_nbd_export_is_the_root(boot, lan, workshop, nbd_image, words):
    lan.dnsmasq()
    lan.nbd(workshop.root(), "readonly = true", export="demo")
    vm = boot(words, initrd=nbd_image, cards=[lan.card()])
    vm.wait_demo()
    assert vm.run("grep ' / ' /proc/mounts | grep -v rootfs").startswith("/dev/nbd0 / ext4 ro,")
    assert int(vm.run("cat /sys/block/nbd0/size")) * 512 == workshop.root().stat().st_size


def test_a_network_that_does_not_come_up_is_the_verdict(boot, lan, workshop):
    image = workshop.image("--module", "nfs", "--module", "nfsv4", defconfig="full", shell=True)
    vm = boot("root=nfs:192.0.2.1:/export rd.timeout=4", initrd=image, cards=[lan.card()])
    vm.expect(r"no root: waited 4 s for an address: no network card has come up; no module for virtio:d00000001.* \(network card\)")
    vm.wait_initramfs_shell()


def test_a_boot_that_needs_the_network_waits_for_it(boot, lan, workshop):
    image = workshop.image(*NETWORK, defconfig="full")
    lan.dnsmasq()
    vm = boot("root=LABEL=demo rd.neednet=1", [workshop.root()], initrd=image, cards=[lan.card()])
    vm.expect(r"rootling: network: eth0: 192\.0\.2\.[\s\S]*rootling: root: /dev/vda")
    vm.wait_demo()


# ---- images


@pytest.fixture(scope="session")
def squashfs(workshop, tree) -> Path:
    image = workshop.out / "matrix/demo.squashfs"
    if not image.exists():
        subprocess.run(["mksquashfs", tree, image, "-noappend", "-quiet", "-comp", "gzip"], check=True)
    return image


@pytest.fixture
def web(lan, squashfs) -> Path:
    """A folder for nginx with the demo root in it."""
    folder = lan.place / "web"
    folder.mkdir()
    shutil.copy(squashfs, folder / "demo.squashfs")
    return folder


def root_words(web: Path, form: str = "{}") -> str:
    digest = hashlib.sha256((web / "demo.squashfs").read_bytes()).hexdigest()
    return f"root={form.format('http://192.0.2.1/demo.squashfs')} rd.fetch.sha256={digest}"


@pytest.fixture
def image_image(workshop):
    modules = [word for m in ("loop", "squashfs", "overlay") for word in ("--module", m)]
    return workshop.image(*NETWORK, *modules, defconfig="full", shell=True)


@pytest.fixture
def live_web(workshop, web) -> Path:
    """The same, but as live systems have it: the ext4 image of the root in a SquashFS."""
    folder = web / "live/LiveOS"
    folder.mkdir(parents=True)
    shutil.copy(workshop.root(), folder / "rootfs.img")
    subprocess.run(["mksquashfs", folder.parent, web / "demo.squashfs", "-noappend", "-quiet", "-comp", "gzip"], check=True)
    return web


def test_an_image_in_the_image_of_a_live_system_is_the_root(boot, lan, live_web, image_image):
    lan.dnsmasq()
    lan.nginx(live_web)
    vm = boot(root_words(live_web, "live:{}"), initrd=image_image, cards=[lan.card()])
    vm.wait_demo()
    assert "/dev/loop1 /run/rootling/lower ext4 ro," in vm.run("cat /proc/mounts")


def test_an_image_from_a_web_server_is_the_root(boot, lan, web, image_image):
    lan.dnsmasq()
    lan.nginx(web)
    vm = boot(root_words(web), initrd=image_image, cards=[lan.card()])
    vm.wait_demo()
    assert "overlay / overlay rw," in vm.run("cat /proc/mounts")
    vm.run("echo written >/root/x && grep written /root/x")


def test_an_image_with_another_digest_is_no_root(boot, lan, web, image_image):
    lan.dnsmasq()
    lan.nginx(web)
    vm = boot(f"root=http://192.0.2.1/demo.squashfs rd.fetch.sha256={'0' * 64}", initrd=image_image, cards=[lan.card()])
    vm.expect(r"rootling: no root: http://192\.0\.2\.1/demo\.squashfs: .*")
    vm.wait_initramfs_shell()
    assert "loop" not in vm.run("cat /proc/mounts")


def test_a_worker_that_is_killed_starts_the_image_anew(boot, lan, web, image_image):
    lan.dnsmasq()
    nginx = lan.nginx(web, "limit_rate 40k;")
    vm = boot(f"{root_words(web)} rd.break=netroot", initrd=image_image, cards=[lan.card()])
    vm.wait_initramfs_shell()
    find = "until p=$(grep -ls '^netroot$' [0-9]*/comm); do :; done"
    vm.send(f"cd /proc; (trap '' HUP TERM; {find}; sleep 1; kill -9 ${{p%%/*}}) & sleep 0; exit\n")
    vm.wait_demo()
    nginx.wait_log(r'"GET /demo.squashfs HTTP/1.1" 200')
    assert "worker ended with status 0x9: starting again" in vm.run("dmesg")


def test_a_web_server_that_dies_in_the_middle_is_waited_for(boot, lan, web, image_image):
    lan.dnsmasq()
    nginx = lan.nginx(web, "limit_rate 40k;")
    vm = boot(f"{root_words(web)} debug", initrd=image_image, cards=[lan.card()])
    vm.expect(r"netroot: \d+ s: http://192\.0\.2\.1/demo\.squashfs: \d+ of \d+ KiB, \d+ %")
    nginx.stop()
    vm.expect(r"netroot: http://192\.0\.2\.1/demo\.squashfs: .*")
    lan.nginx(web, name="again").wait_log(r'range="bytes=\d+-"')
    vm.wait_demo()


# ---- servers that come late

LATE_S = 120


def test_every_server_may_be_two_minutes_late(boot, lan, web, tree, workshop):
    """One machine for each kind, all at the same time."""
    modules = ("nfs", "nfsv4", "nfsv3", "nbd", "loop", "squashfs", "overlay")
    image = workshop.image(*NETWORK, *[word for m in modules for word in ("--module", m)], defconfig="full", shell=True)
    roots = {
        "root=nfs:192.0.2.1:/export": r"NFS 192\.0\.2\.1:/export",
        "root=nbd:192.0.2.1:demo": r"192\.0\.2\.1",
        root_words(web): r"http://192\.0\.2\.1/demo\.squashfs",
    }
    lan.dnsmasq()
    started = time.monotonic()
    machines = [boot(words, initrd=image, cards=[lan.card()], memory_mib=256) for words in roots]
    for vm, said in zip(machines, roots.values(), strict=True):
        for after_s in (10, 20, 40):  # at 3 s a module may still be loading
            vm.expect(rf"rootling: netroot: {after_s} s: .*{said}")
        vm.expect(rf"rootling: netroot: 80 s: .*{said}: \w")  # and why
    time.sleep(max(0.0, started + LATE_S - time.monotonic()))  # being late is what is tried here
    lan.ganesha(tree)
    lan.nbd(workshop.root(), export="demo")
    lan.nginx(web)
    for vm in machines:
        vm.wait_demo(within_s=60)
