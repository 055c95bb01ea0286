"""The images that are compared."""

import gzip
import os
import pathlib
import subprocess
import uuid

from machine import DISKS, Disk

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent
ROOT_UUID = uuid.UUID("62656e63-6800-4000-8000-000000000001")
ROOT_SIZE = 16 << 20


def run(*words: object) -> None:
    env = os.environ | {"PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}
    subprocess.run([str(w) for w in words], check=True, cwd=TOP, env=env)


# ---- what they are made of


def newc(entries: list[tuple[str, int, bytes]]) -> bytes:
    """An archive as the kernel reads it (buffer-format.rst); an entry is name, mode, content."""
    out = bytearray()
    for ino, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        fields = [ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4)
        out += data
        out += bytes(-len(out) % 4)
    return bytes(out)


def folder(name: str) -> tuple[str, int, bytes]:
    return (name, 0o040755, b"")


def program(name: str, path: pathlib.Path) -> tuple[str, int, bytes]:
    return (name, 0o100755, path.read_bytes())


def file(name: str, data: bytes) -> tuple[str, int, bytes]:
    return (name, 0o100644, data)


def compile_static(source: str, out: pathlib.Path, *defines: str) -> None:
    flags = ("-O2 -Wall -Wextra -Werror -static -nostdlib -ffreestanding -fno-pie -no-pie -s -I. "
             "-fno-stack-protector -fno-asynchronous-unwind-tables "
             "-Wl,--build-id=none,-z,noseparate-code,-z,norelro,-z,noexecstack")
    run(os.environ.get("HOSTCC", "gcc"), *flags.split(), *defines, HERE / source, "-o", out)


def make_root(work: pathlib.Path) -> pathlib.Path:
    tree, image = work / "root", work / "root.img"
    for name in ("dev", "proc", "sys", "run", "sbin"):
        (tree / name).mkdir(parents=True, exist_ok=True)
    compile_static("arrival.c", tree / "sbin/init")
    image.write_bytes(b"")
    os.truncate(image, ROOT_SIZE)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-U", ROOT_UUID, "-d", tree, image)
    return image


# ---- the images


class Maker:
    """Makes images in @work; every method returns the path of one."""

    def __init__(self, work: pathlib.Path, output: pathlib.Path, kernel_dir: pathlib.Path,
                 modules_dir: pathlib.Path) -> None:
        self.work = work
        self.output = output
        self.kernel_dir = kernel_dir
        self.modules_dir = modules_dir

    def module_files(self, names: tuple[str, ...]) -> list[pathlib.Path]:
        """The files of @names and of what they depend on, in the order of loading."""
        needs: dict[str, list[str]] = {}
        for line in (self.modules_dir / "modules.dep").read_text().splitlines():
            path, _, rest = line.partition(":")
            name = pathlib.Path(path).stem.replace("-", "_")
            needs[name] = [*reversed(rest.split()), path]
        ordered = dict.fromkeys(path for name in names for path in needs[name])
        return [self.modules_dir / path for path in ordered]

    def rootling(self, name: str, *options: object) -> pathlib.Path:
        path = self.work / f"{name}.img"
        run(self.output / "rootling", "build", "--config", "/dev/null", "--listed",
            "--modules-dir", self.modules_dir, "--init", self.output / "init", *options, "-o", path)
        return path

    def rootling_for(self, disk: Disk, *options: object) -> pathlib.Path:
        load = [word for module in disk.modules for word in ("--load", module)]
        name = "-".join(["rootling", disk.name, *map(str, options)])
        return self.rootling(name, *load, *options)

    def rootling_coldplug(self, disk: Disk) -> pathlib.Path:
        """Nothing says what this machine needs."""
        packed = [word for module in disk.modules for word in ("--module", module)]
        return self.rootling(f"rootling-{disk.name}-coldplug", *packed)

    def rootling_reporting(self) -> pathlib.Path:
        """Its recovery shell tells what PID 1 uses."""
        program = self.work / "status"
        compile_static("status.c", program)
        return self.rootling("rootling-status", "--add", f"{program}:/bin/sh")

    def lower_bound(self, disk: Disk) -> pathlib.Path:
        path = self.work / f"lower-bound-{disk.name}.img"
        init = path.with_suffix("")
        files = self.module_files(disk.modules)
        compile_static(
            "lower_bound.c", init,
            "-DMODULES=" + "".join(f'"/{f.name}",' for f in files),
            f'-DDEVICE="{disk.device}"',
            "-DROOT_UUID={" + ",".join(map(str, ROOT_UUID.bytes)) + "}",
        )
        path.write_bytes(newc([program("init", init), *(file(f.name, f.read_bytes()) for f in files)]))
        return path

    def tiny_initramfs(self, disk: Disk, *more: str) -> pathlib.Path:
        """The layout that Debian's mktirfs gives an image, and its gzip -9."""
        path = self.work / "-".join(["tiny", disk.name, *more, "initramfs.img"])
        files = self.module_files((*disk.modules, *more))
        listed = "".join(f"/{f.name}\n" for f in files).encode()
        entries = [folder("dev"), program("init", self._tiny_init()), file("modules", listed),
                   folder("proc"), folder("target"), *(file(f.name, f.read_bytes()) for f in files)]
        path.write_bytes(gzip.compress(newc(sorted(entries)), 9, mtime=0))
        return path

    def _tiny_init(self) -> pathlib.Path:
        dest = self.work / "tiny-initramfs"
        if not dest.exists():
            fresh = self.work / "tiny-initramfs.new"
            run(TOP / "scripts/fetch", fresh, "x86_64", "tiny-initramfs-core")
            fresh.rename(dest)
        return next(dest.glob("usr/lib/*/tiny-initramfs/init-static"))

    def peer(self, tool: str, disk: Disk) -> pathlib.Path:
        """An image of initramfs-tools or dracut; all of them are made at once and kept."""
        done = self.work / f"peers-{self.modules_dir.name}"
        if not done.exists():
            fresh = self.work / "peers.new"
            fresh.mkdir(exist_ok=True)
            sets = [f"{d.name}={','.join(d.modules)}" for d in DISKS.values()]
            run(HERE / "peers", fresh, self.kernel_dir, *sets)
            fresh.rename(done)
        return done / f"{tool}-{disk.name}.img"
