"""A machine without a disk: dnsmasq, iPXE and nginx, then /init and its root over HTTPS. The files
of docs/netboot are what runs here."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from disks import squashfs_of, tool, tree_of
from workshop import REPO

FILES = REPO / "docs/netboot"
SITE = "boot.example"
MAC = "52-54-00-00-00-01"


class Fleet:
    """The servers of docs/netboot.md, and what an operator does with them."""

    def __init__(self, workshop, lan, place: Path) -> None:
        self.lan = lan
        self.workshop = workshop
        self.place = place
        self.site = place / "www"
        self.key = place / "image.key"
        tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key)
        tool("openssl", "ec", "-in", self.key, "-pubout", "-out", place / "image.pem")
        self.ca, cert, key = lan.certificate(host=SITE)
        self.site.mkdir()
        self._copy("/srv/tftp", {"boot.ipxe": FILES / "boot.ipxe"})
        self._copy("/etc/nginx", {f"{SITE}.pem": cert, f"{SITE}.key": key})
        lan.run("sh", "-c", f"ln -sfn {lan.share(self.site)} /srv/www; mkdir -p /var/log/nginx; ln -s /dev/stdout /var/log/nginx/boot.log")
        self.dhcp = self._dnsmasq()
        self.web = self.start_nginx()

    def _copy(self, folder: str, files: dict[str, Path]) -> None:
        self.lan.run("busybox", "mkdir", "-p", folder)
        for name, path in files.items():
            if not path.is_relative_to(self.lan.folder):
                path = Path(shutil.copy(path, self.lan.folder))
            self.lan.run("busybox", "cp", f"/lan/{path.name}", f"{folder}/{name}")

    def _dnsmasq(self):
        conf = self.lan.write("dnsmasq.conf", (FILES / "dnsmasq.conf").read_text())
        # what a machine of its own does not need: to share it, and to start without asking who is there
        here = ["--interface=br0", "--bind-interfaces", "--no-ping", "--user=root", "--log-facility=-"]
        server = self.lan.start("dnsmasq", "-k", f"--conf-file={conf}", *here, "--dhcp-leasefile=/run/leases")
        server.wait_log("started, version")
        return server

    def start_nginx(self):
        conf = self.lan.write("nginx.conf", (FILES / "nginx.conf").read_text())
        server = self.lan.start("nginx", "-e", "stderr", "-c", conf, "-g", "daemon off; user root; error_log stderr;")
        self.lan.wait_port(443)
        return server

    def initrd(self) -> Path:
        flags = ["--ca", str(self.ca), "--fetch-key", str(self.place / "image.pem")]
        sets = [flag for name in ("virtual", "network", "netroot") for flag in ("--subsystem", name)]
        return self.workshop.image("--universal", "--no-subsystem", "all", *sets, *flags, defconfig="netboot", load=())

    def publish(self, root: Path, options: str = "") -> str:
        kernel = self.workshop.kernel() / "vmlinuz"
        quick = f"console=ttyS0 cryptomgr.notests no_timer_check {options}"
        return tool(FILES / "publish", self.site, self.key, kernel, self.initrd(), root, quick).strip()

    def cmdline(self, release: str) -> str:
        """What iPXE says for the kernel, without iPXE."""
        script = (self.site / "releases" / release / "boot.ipxe").read_text()
        words = re.search(r"^kernel \S+ initrd=initrd (.*)$", script, re.MULTILINE)[1]
        return words.replace("${site}", SITE).replace("${mac:hexhyp}", MAC)

    def ring(self, ring: str, release: str) -> None:
        tool(FILES / "ring", self.site, ring, release)

    def requests(self) -> list[tuple[str, int, int]]:
        """What was asked of nginx: path, status, bytes."""
        lines = re.findall(r'^192\S+ "GET (\S+) HTTP/\S+" (\d+) (\d+) ', self.web.log, re.MULTILINE)
        return [(path, int(status), int(size)) for path, status, size in lines]


@pytest.fixture
def fleet(workshop, lan, place) -> Fleet:
    return Fleet(workshop, lan, place)


@pytest.fixture
def root(workshop, place) -> Path:
    return squashfs_of(tree_of(workshop.root(), place / "tree"), place / "root.squashfs")


def test_a_machine_without_a_disk_boots_what_its_ring_says(boot, fleet, root):
    release = fleet.publish(root)
    fleet.ring("stable", release)
    vm = boot(bare=True, cards=[fleet.lan.card(boots=True)])
    vm.wait_demo()
    assert "overlay / overlay rw" in vm.run("cat /proc/mounts")
    assert f"root=https://{SITE}/releases/{release}/root.img" in vm.run("cat /proc/cmdline")
    asked = fleet.requests()
    assert [(path, status) for path, status, _ in asked] == [
        (f"/hosts/{MAC}/boot.ipxe", 404),
        ("/rings/stable/boot.ipxe", 200),
        (f"/releases/{release}/vmlinuz", 200),
        (f"/releases/{release}/initrd.img", 200),
        (f"/releases/{release}/root.img.sig", 200),
        (f"/releases/{release}/root.img", 200),
    ]
    files = sum(file.stat().st_size for file in (fleet.site / "releases" / release).iterdir())
    assert files <= sum(size for _, _, size in asked) <= files + 512


def test_a_changed_image_is_refused(boot, fleet, root):
    release = fleet.publish(root)
    image = fleet.site / "releases" / release / "root.img"
    data = bytearray(image.read_bytes())
    data[len(data) // 2] ^= 1
    image.write_bytes(data)
    vm = boot(fleet.cmdline(release) + " rd.shell=0 rd.emergency=poweroff", initrd=fleet.initrd(), cards=[fleet.lan.card()])
    vm.expect(r"rootling: .*root\.img: .*signature")
    vm.wait_off()
    assert "switch_root" not in vm.text
    assert fleet.requests()[-1] == (f"/releases/{release}/root.img", 200, len(data))


def test_a_release_goes_to_one_machine_then_to_a_ring_and_back(fleet, root):
    def says(ring: str) -> str:
        return fleet.lan.run("busybox", "wget", "-qO-", f"http://192.0.2.1/{ring}/boot.ipxe")

    old, new = fleet.publish(root), fleet.publish(root, "quiet")
    assert old != new
    fleet.ring("stable", old)
    fleet.ring("canary", new)
    (fleet.site / "hosts" / MAC).symlink_to("../rings/canary")
    assert new in says(f"hosts/{MAC}") and old in says("rings/stable")
    fleet.ring("stable", new)
    assert new in says("rings/stable")
    fleet.ring("stable", old)
    assert old in says("rings/stable")
    with pytest.raises(AssertionError, match="no such release"):
        fleet.ring("stable", "0123")
