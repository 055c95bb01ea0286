"""Boot images on the same machine, kernel and root side by side and count what each executes.

Under -icount shift=0 the guest's clock advances 1 ns an instruction, so a millisecond in the
table is a million instructions, whatever else this machine does. Two spans come from the stamps
of the kernel log: *unpack* is the kernel's work on the archive, *user* runs from `Run /init` to
the first thing that the init of the real root does.

Takes $O (init and rootling are built there) and $CACHE (kernel/cloud is there); everything that
is made here goes to $O/bench, the table to $O/bench.txt. Status 1: over budget, or no result.
"""

import concurrent.futures
import dataclasses
import gzip
import os
import pathlib
import re
import subprocess
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent

REPEATS = 3
BUDGET = 1.25  # unpack + user of our image over the lower bound
BOOT_LIMIT_S = 180
ARRIVED_STATUS = 3  # of QEMU, as arrival.c asks for it
ROOT_SIZE = 16 << 20

ROOT_UUID = uuid.UUID("62656e63-6800-4000-8000-000000000001")
MODULES = ["virtio_pci", "virtio_blk"]
# What a boot executes must not depend on the host or on what the kernel does on the side: a halted
# guest that waits for the disk lets the host's clock pass, one that polls executes a few
# instructions; unpacking in the background and the worker that fills tracefs (30 ms) would be
# counted in the spans, or not, by chance.
REPEATABLE = "idle=poll nokaslr initramfs_async=0 initcall_blacklist=tracer_init_tracefs"
CMDLINE = f"console=ttyS0 quiet printk.time=1 panic=-1 {REPEATABLE} root=UUID={ROOT_UUID} ro"


class BenchError(Exception):
    pass


@dataclasses.dataclass
class Image:
    name: str
    path: pathlib.Path


@dataclasses.dataclass
class Result:
    image: Image
    unpack_us: list[int]
    user_us: list[int]

    # The least of the boots: what differs between them is waiting for the disk, which only adds.
    @property
    def unpack_ms(self) -> float:
        return min(self.unpack_us) / 1000

    @property
    def user_ms(self) -> float:
        return min(self.user_us) / 1000

    @property
    def sum_ms(self) -> float:
        return self.unpack_ms + self.user_ms

    @property
    def spread_us(self) -> int:
        sums = [a + b for a, b in zip(self.unpack_us, self.user_us)]
        return max(sums) - min(sums)


def run(*words: object) -> None:
    env = os.environ | {"PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}
    subprocess.run([str(w) for w in words], check=True, cwd=TOP, env=env)


# ---- what the images are made of


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


def module_files(modules_dir: pathlib.Path, names: list[str]) -> list[pathlib.Path]:
    """The files of @names and of what they depend on, in the order of loading."""
    needs: dict[str, list[str]] = {}
    for line in (modules_dir / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[pathlib.Path(path).stem.replace("-", "_")] = [*reversed(rest.split()), path]
    ordered = dict.fromkeys(path for name in names for path in needs[name])
    return [modules_dir / path for path in ordered]


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


def rootling(name: str, path: pathlib.Path, output: pathlib.Path, modules_dir: pathlib.Path,
             *options: str) -> Image:
    load = [word for module in MODULES for word in ("--load", module)]
    run(output / "rootling", "build", "--modules-dir", modules_dir, "--init", output / "init",
        *load, *options, "-o", path)
    return Image(name, path)


def lower_bound(name: str, path: pathlib.Path, files: list[pathlib.Path]) -> Image:
    init = path.with_suffix("")
    compile_static(
        "lower_bound.c", init,
        "-DMODULES=" + ",".join(f'"/{f.name}"' for f in files),
        "-DROOT_UUID={" + ",".join(map(str, ROOT_UUID.bytes)) + "}",
    )
    modules = [file(f.name, f.read_bytes()) for f in files]
    path.write_bytes(newc([program("init", init), *modules]))
    return Image(name, path)


def tiny_initramfs(name: str, path: pathlib.Path, init: pathlib.Path,
                   files: list[pathlib.Path]) -> Image:
    """The layout that Debian's mktirfs gives an image, and its gzip -9."""
    listed = "".join(f"/{f.name}\n" for f in files).encode()
    entries = [folder("dev"), program("init", init), file("modules", listed), folder("proc"),
               folder("target"), *(file(f.name, f.read_bytes()) for f in files)]
    path.write_bytes(gzip.compress(newc(sorted(entries)), 9, mtime=0))
    return Image(name, path)


def fetch_tiny_initramfs(work: pathlib.Path) -> pathlib.Path:
    dest = work / "tiny-initramfs"
    if not dest.exists():
        fresh = work / "tiny-initramfs.new"
        run(TOP / "scripts/fetch", fresh, "x86_64", "tiny-initramfs-core")
        fresh.rename(dest)
    return next(dest.glob("usr/lib/*/tiny-initramfs/init-static"))


# ---- booting


def stamp_us(log: str, text: str) -> int:
    match = re.search(r"^<\d+>\[ *(\d+)\.(\d{6})\] " + re.escape(text), log, re.MULTILINE)
    if not match:
        raise BenchError(f"no line '{text}' in the kernel's log")
    return int(match[1]) * 1_000_000 + int(match[2])


def boot(image: Image, kernel: pathlib.Path, root: pathlib.Path, number: int) -> tuple[int, int]:
    """One boot: unpack and user in microseconds."""
    log_path = image.path.with_suffix(f".{number}.log")
    serial = log_path.with_suffix(".serial")
    command = [
        "qemu-system-x86_64", "-M", "q35", "-m", "512", "-smp", "1", "-accel", "tcg",
        "-icount", "shift=0", "-display", "none", "-nic", "none", "-no-reboot", "-monitor", "none",
        "-kernel", kernel, "-initrd", image.path, "-append", CMDLINE,
        "-drive", f"file={root},format=raw,if=none,id=root,readonly=on",
        "-device", "virtio-blk-pci,drive=root",
        "-serial", f"file:{serial}", "-debugcon", f"file:{log_path}",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
    ]
    try:
        done = subprocess.run(list(map(str, command)), timeout=BOOT_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"no arrival within {BOOT_LIMIT_S} s, see {serial}") from None
    if done.returncode != ARRIVED_STATUS:
        raise BenchError(f"QEMU ended with status {done.returncode}, see {serial}")
    log = log_path.read_text(errors="replace")
    unpack = stamp_us(log, "Freeing initrd memory") - stamp_us(log, "Trying to unpack rootfs image")
    user = stamp_us(log, "bench: arrived") - stamp_us(log, "Run /init as init process")
    return unpack, user


def measure(images: list[Image], kernel: pathlib.Path, root: pathlib.Path) -> list[Result]:
    def one(job: tuple[Image, int]) -> tuple[int, int]:
        image, number = job
        try:
            return boot(image, kernel, root, number)
        except BenchError as error:
            raise BenchError(f"{image.name}: {error}") from None

    jobs = [(image, number) for image in images for number in range(REPEATS)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        spans = list(pool.map(one, jobs))
    results = []
    for i, image in enumerate(images):
        unpack, user = zip(*spans[i * REPEATS:(i + 1) * REPEATS])
        results.append(Result(image, list(unpack), list(user)))
    return results


# ---- the table


def table(results: list[Result], bound: Result, kernel_version: str) -> str:
    lines = [
        f"Linux {kernel_version}, QEMU q35, ext4 by UUID on virtio-blk; 1 ms is 1e6 instructions",
        "",
        f"{'image':<32}{'unpack ms':>10}{'user ms':>9}{'sum ms':>9}{'ratio':>7}{'KiB':>7}",
    ]
    for r in results:
        kib = r.image.path.stat().st_size / 1024
        lines.append(f"{r.image.name:<32}{r.unpack_ms:>10.2f}{r.user_ms:>9.2f}{r.sum_ms:>9.2f}"
                     f"{r.sum_ms / bound.sum_ms:>7.3f}{kib:>7.0f}")
    spread = max(r.spread_us for r in results)
    lines += ["", f"The least of {REPEATS} boots, which differ by at most {spread} us."]
    return "\n".join(lines)


def make_images(work: pathlib.Path, output: pathlib.Path, modules_dir: pathlib.Path) -> list[Image]:
    """The lower bound, then ours that has the budget, then the others."""
    files = module_files(modules_dir, MODULES)
    # mktirfs adds virtio_mmio wherever there is virtio_blk
    tiny_files = module_files(modules_dir, [*MODULES, "virtio_mmio"])
    tiny = fetch_tiny_initramfs(work)
    return [
        lower_bound("lower bound", work / "lower-bound.img", files),
        rootling("rootling, vm", work / "rootling.img", output, modules_dir),
        rootling("rootling, vm, not compressed", work / "rootling-none.img", output, modules_dir,
                 "--compress", "none"),
        tiny_initramfs("tiny-initramfs", work / "tiny.img", tiny, tiny_files),
        tiny_initramfs("tiny-initramfs, our modules", work / "tiny-ours.img", tiny, files),
    ]


def bench() -> int:
    output, cache = pathlib.Path(os.environ["O"]), pathlib.Path(os.environ["CACHE"])
    kernel_dir = cache / "kernel/cloud"
    modules_dir = next(kernel_dir.glob("lib/modules/*"), None)
    if modules_dir is None:
        raise BenchError(f"no kernel in {kernel_dir}: `make kernel-cloud` fetches it")
    work = output / "bench"
    work.mkdir(parents=True, exist_ok=True)
    root = make_root(work)
    images = make_images(work, output, modules_dir)

    results = measure(images, kernel_dir / "vmlinuz", root)
    bound, ours = results[0], results[1]
    text = table(results, bound, modules_dir.name)
    (output / "bench.txt").write_text(text + "\n")
    print(text)
    ratio = ours.sum_ms / bound.sum_ms
    if ratio > BUDGET:
        print(f"bench: {ours.image.name}: {ratio:.3f} x the lower bound, budget is {BUDGET}",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(bench())
    except (BenchError, subprocess.CalledProcessError) as e:
        sys.exit(f"bench: {e}")
