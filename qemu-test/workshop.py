"""What scenarios boot: kernels, roots, /init in every flavour, images. All of it is made by the
Makefile's own targets, once a session."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent

VIRTIO = ("virtio_pci", "virtio_blk")
SHELL_APPLETS = ("sh", "cat", "cut", "dmesg", "echo", "grep", "ls", "mount", "ps", "poweroff", "reboot", "sleep")


class Workshop:
    def __init__(self) -> None:
        self.out = Path(os.environ.get("O", REPO / "build")).resolve()
        self.cache = Path(os.environ.get("CACHE", REPO / "build")).resolve()
        self._made: set[tuple[str, ...]] = set()
        self._images: set[Path] = set()

    def place(self, path: Path) -> str:
        """As make is told it by hand: another spelling would be another command line to it."""
        return str(path.relative_to(REPO) if path.is_relative_to(REPO) else path)

    def make(self, *targets: str) -> None:
        if targets in self._made:
            return
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "K")}
        argv = ["make", f"-j{os.cpu_count()}", f"CACHE={self.place(self.cache)}", *targets]
        done = subprocess.run(argv, cwd=REPO, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(argv)}:\n{done.stdout}{done.stderr}"
        self._made.add(targets)

    def kernel(self, arch: str = "x86_64", flavour: str = "cloud") -> Path:
        """The folder of a kernel: vmlinuz, config, lib/modules/VERSION."""
        self.make(f"kernel-{flavour}", f"ARCH={arch}")
        return self.cache / "kernel" / (flavour + ("" if arch == "x86_64" else f"-{arch}"))

    def modules(self, arch: str = "x86_64", flavour: str = "cloud") -> Path:
        (version,) = (self.kernel(arch, flavour) / "lib/modules").iterdir()
        return version

    def root(self, name: str = "demo", arch: str = "x86_64") -> Path:
        """The image of a root; boot it with snapshot=True, or a copy."""
        self.make(f"root-{name}", f"ARCH={arch}")
        return self.cache / "root" / (name + ("" if arch == "x86_64" else f"-{arch}") + ".img")

    def tool(self) -> Path:
        self.make(f"O={self.place(self.out)}", self.place(self.out / "rootling"))
        return self.out / "rootling"

    def init(self, defconfig: str = "vm", libc: str = "klibc", arch: str = "x86_64") -> Path:
        out = self.out / "matrix" / f"{defconfig}-{libc}-{arch}"
        flavour = (f"O={self.place(out)}", f"LIBC={libc}", f"ARCH={arch}")
        self.make(*flavour, f"{defconfig}_defconfig")
        self.make(*flavour, self.place(out / "init"))
        return out / "init"

    def busybox(self, arch: str = "x86_64") -> Path:
        if arch == "x86_64":
            return Path("/bin/busybox").resolve()
        self.make(f"sysroot-{arch}")
        return self.cache / "sysroot" / arch / "bin/busybox"

    def shell(self, arch: str = "x86_64") -> str:
        """What makes --add put a shell into an image."""
        folder = self.out / "matrix" / f"shell-{arch}"
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy(self.busybox(arch), folder / "bin/busybox")
        for applet in SHELL_APPLETS:
            link = folder / "bin" / applet
            if not link.is_symlink():
                link.symlink_to("busybox")
        return f"{folder}:/"

    def image(
        self,
        *flags: str,
        defconfig: str = "vm",
        libc: str = "klibc",
        arch: str = "x86_64",
        flavour: str = "cloud",
        load: tuple[str, ...] = VIRTIO,
        shell: bool = False,
    ) -> Path:
        """An image by `rootling build`; further flags as they are."""
        argv = [str(self.tool()), "build", "--modules-dir", str(self.modules(arch, flavour))]
        argv += ["--init", str(self.init(defconfig, libc, arch)), *flags]
        argv += ["--add", self.shell(arch)] if shell else []
        argv += [word for module in load for word in ("--load", module)]
        key = hashlib.sha256(repr(argv).encode()).hexdigest()[:12]
        target = self.out / "matrix" / f"image-{key}.img"
        if target not in self._images:
            done = subprocess.run([*argv, "-o", str(target)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
            self._images.add(target)
        return target
