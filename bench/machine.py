"""The machine of the bench: one processor of QEMU, whose clock counts instructions if asked to."""

import dataclasses
import pathlib
import re
import subprocess

BOOT_LIMIT_S = 240
LEFT_STATUS = 3  # of QEMU, as leave_with() in sys.h asks for it

# What a boot executes must not depend on the host or on what the kernel does on the side: a halted
# guest that waits for the disk lets the host's clock pass, one that polls executes a few
# instructions; unpacking in the background and the worker that fills tracefs (30 ms) would be
# counted in the spans, or not, by chance.
REPEATABLE = "idle=poll nokaslr initramfs_async=0 initcall_blacklist=tracer_init_tracefs"


class BenchError(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Disk:
    """How the machine has its disk, and what it takes to find it there."""

    name: str
    qemu: tuple[str, ...]
    device: str
    modules: tuple[str, ...]


DISKS = {
    disk.name: disk
    for disk in [
        Disk("virtio-blk", ("virtio-blk-pci,drive=root",), "/dev/vda", ("virtio_pci", "virtio_blk")),
        Disk("virtio-scsi", ("virtio-scsi-pci", "scsi-hd,drive=root"), "/dev/sda",
             ("virtio_pci", "virtio_scsi", "sd_mod")),
        Disk("nvme", ("nvme,drive=root,serial=bench",), "/dev/nvme0n1", ()),
    ]
}


@dataclasses.dataclass(frozen=True)
class Machine:
    kernel: pathlib.Path
    root: pathlib.Path
    root_uuid: str

    def boot(self, image: pathlib.Path, disk: Disk, log: pathlib.Path, *, count: bool = True,
             memory_mib: int = 512, cmdline: str = "", limit_s: int = BOOT_LIMIT_S) -> str:
        """Boots until a program of ours ends QEMU, and returns what it handed out."""
        serial = log.with_suffix(".serial")
        words = f"console=ttyS0 quiet printk.time=1 panic=-1 {REPEATABLE if count else ''} " \
                f"root=UUID={self.root_uuid} ro {cmdline}"
        command = [
            "qemu-system-x86_64", "-M", "q35", "-m", memory_mib, "-smp", "1", "-accel", "tcg",
            *(["-icount", "shift=0"] if count else []),
            "-display", "none", "-nic", "none", "-no-reboot", "-monitor", "none",
            "-kernel", self.kernel, "-initrd", image, "-append", words,
            "-drive", f"file={self.root},format=raw,if=none,id=root,readonly=on",
            *[word for device in disk.qemu for word in ("-device", device)],
            "-serial", f"file:{serial}", "-debugcon", f"file:{log}",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
        ]
        try:
            done = subprocess.run(list(map(str, command)), timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            raise BenchError(f"no arrival within {limit_s} s, see {serial}") from None
        if done.returncode != LEFT_STATUS:
            raise BenchError(f"QEMU ended with status {done.returncode}, see {serial}")
        return log.read_text(errors="replace")


def stamp_us(log: str, text: str) -> int:
    match = re.search(r"^<\d+>\[ *(\d+)\.(\d{6})\] " + re.escape(text), log, re.MULTILINE)
    if not match:
        raise BenchError(f"no line '{text}' in the kernel's log")
    return int(match[1]) * 1_000_000 + int(match[2])


def spans_us(log: str) -> tuple[int, int]:
    """Unpacking and user space. NB: a kernel without CONFIG_PRINTK_TIME has no stamps."""
    unpack = stamp_us(log, "Freeing initrd memory") - stamp_us(log, "Trying to unpack rootfs image")
    user = stamp_us(log, "bench: arrived") - stamp_us(log, "Run /init as init process")
    return unpack, user
