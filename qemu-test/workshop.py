"""What scenarios boot: kernels, roots, /init in every flavour, images. All of it is made by the
Makefile's own targets, once a session."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
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
        with self._alone():
            self._make(targets)
        self._made.add(targets)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Other processes of pytest build in the same folders."""
        self.out.mkdir(parents=True, exist_ok=True)
        with (self.out / "qemu-test.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self, targets: tuple[str, ...]) -> None:
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "K")}
        argv = ["make", f"-j{os.cpu_count()}", f"CACHE={self.place(self.cache)}", *targets]
        done = subprocess.run(argv, cwd=REPO, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(argv)}:\n{done.stdout}{done.stderr}"

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

    def servers(self) -> Path:
        """The tree of Debian's network servers, for lan.py."""
        self.make("servers")
        return self.cache / "root/servers"

    def xterm(self) -> Path | None:
        """The npm package of xterm.js; None without npm, which Debian's own package of it would bring,
        but not beside another Node.js."""
        if not (self.cache / "xterm").exists() and not shutil.which("npm"):
            return None
        self.make("xterm")
        return self.cache / "xterm"

    def tool(self) -> Path:
        self.make(f"O={self.place(self.out)}", self.place(self.out / "rootling"))
        return self.out / "rootling"

    def package(self) -> Path:
        """The Debian package of this tree."""
        self.make(f"O={self.place(self.out)}", "deb")
        (deb,) = self.out.glob("rootling_*.deb")
        return deb

    def debs(self, *names: str) -> list[Path]:
        """Debian's packages of these names, as files."""
        self.make("debs")
        return [next((self.cache / "debs").glob(f"{name}_*.deb")) for name in names]

    def init(self, defconfig: str = "vm", libc: str = "klibc", arch: str = "x86_64") -> Path:
        out = self.out / "matrix" / f"{defconfig}-{libc}-{arch}"
        flavour = (f"O={self.place(out)}", f"LIBC={libc}", f"ARCH={arch}")
        self.make(*flavour, f"{defconfig}_defconfig")
        self.make(*flavour, self.place(out / "init"))
        return out / "init"

    def server(self, tls: bool = False) -> Path:
        """The HTTP server as the worker has it, with the files of a folder."""
        init = self.init("full" if tls else "vm")
        program = init.parent / "target" / ("https-serve" if tls else "http-serve")
        self.make(f"O={self.place(init.parent)}", self.place(program))
        return program

    def busybox(self, arch: str = "x86_64") -> Path:
        if arch == "x86_64":
            return Path("/bin/busybox").resolve()
        self.make(f"sysroot-{arch}")
        return self.cache / "sysroot" / arch / "bin/busybox"

    def shell(self, arch: str = "x86_64") -> str:
        """What makes --add put a shell into an image."""
        folder = self.out / "matrix" / f"shell-{arch}"
        busybox = self.busybox(arch)
        with self._alone():
            (folder / "bin").mkdir(parents=True, exist_ok=True)
            if not (folder / "bin/busybox").exists():
                shutil.copy(busybox, folder / "bin/busybox")
            for applet in SHELL_APPLETS:
                if not (folder / "bin" / applet).is_symlink():
                    (folder / "bin" / applet).symlink_to("busybox")
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
        argv = [str(self.tool()), "build", "--config", str(REPO / "tests/data/listed.conf"), "--modules-dir", str(self.modules(arch, flavour))]
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
