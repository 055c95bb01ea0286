"""A Debian tree as an installer has it: /proc, /sys and /dev inside, and dpkg to install with. The
mounts are those of a namespace and go with the command."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

from disks import tree_of
from workshop import Workshop

LIBRARIES = ("libdeflate0", "libelf1", "liblz4-1", "liblzma5", "liblzo2-2", "linux-base")
CLOUD = "linux-image-*-cloud-amd64"
GENERIC = "linux-image-*[0-9]-amd64"

ENTER = """
mount -t proc proc "$0/proc"
mount -t sysfs sysfs "$0/sys"
mount --rbind /dev "$0/dev"
exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C sh -c "$1"
"""


@dataclasses.dataclass
class System:
    tree: Path

    def run(self, command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        argv = ["unshare", "--mount", "--pid", "--fork", "sh", "-ec", ENTER, str(self.tree), command]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def install(self, *debs: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        folder = self.tree / "debs"
        folder.mkdir()
        for deb in debs:
            shutil.copy(deb, folder)
        done = self.run("dpkg --force-unsafe-io -i /debs/*.deb", check)
        shutil.rmtree(folder)
        return done

    def images(self) -> dict[str, tuple[int, int]]:
        """The images in /boot by version: of each what says whether it was made again."""
        found = {}
        for image in (self.tree / "boot").glob("initrd.img-*"):
            st = image.stat()
            assert st.st_mode & 0o777 == 0o600
            found[image.name.removeprefix("initrd.img-")] = (st.st_ino, st.st_mtime_ns)
        return found


def debian_with_rootling(workshop: Workshop, tree: Path) -> System:
    """Debian without a kernel, with the package of this tree installed."""
    system = System(tree_of(workshop.root("debian"), tree))
    system.install(*workshop.debs(*LIBRARIES), workshop.package())
    return system


def version_of(kernel: Path) -> str:
    """What a kernel's package calls its kernel."""
    return kernel.name.split("_")[0].removeprefix("linux-image-")
