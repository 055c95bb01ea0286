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
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterable

from builds import compare
from images import ROOT_UUID, Maker, make_root
from machine import DISKS, BenchError, Disk, Machine, spans_us

REPEATS = 3  # of what has a budget, and of the bounds; the others are far enough off for one
FLOOR_MIB = range(48, 97, 4)


@dataclasses.dataclass
class Row:
    name: str
    disk: Disk
    image: pathlib.Path
    budget: float = 0  # times the lower bound on the same disk; 0: none
    is_bound: bool = False
    cmdline: str = ""
    unpack_us: list[int] = dataclasses.field(default_factory=list)
    user_us: list[int] = dataclasses.field(default_factory=list)

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

    def is_within(self, bound: "Row") -> bool:
        return not self.budget or self.sum_ms <= bound.sum_ms * self.budget


@dataclasses.dataclass
class Fact:
    """A number that has a budget but no lower bound."""

    name: str
    value: int
    budget: int
    unit: str


def make_rows(maker: Maker) -> list[Row]:
    """For each disk the lower bound first."""
    blk = DISKS["virtio-blk"]
    rows = []
    for disk in DISKS.values():
        rows.append(Row("lower bound", disk, maker.lower_bound(disk), is_bound=True))
        ours = Row("rootling", disk, maker.rootling_for(disk), budget=1.15)
        rows.append(ours)
        if disk == blk:
            ours.budget = 1.10
            rows.append(Row("rootling, zstd", disk, maker.rootling_for(disk, "--compress", "zstd"),
                            budget=1.10))
            rows.append(Row("rootling, not compressed", disk,
                            maker.rootling_for(disk, "--compress", "none")))
            rows.append(Row("rootling, by coldplug", disk, maker.rootling_coldplug(disk), budget=1.15))
            # mktirfs adds virtio_mmio wherever there is virtio_blk
            rows.append(Row("tiny-initramfs", disk, maker.tiny_initramfs(disk, "virtio_mmio")))
            rows.append(Row("tiny-initramfs, our modules", disk, maker.tiny_initramfs(disk)))
        else:
            rows.append(Row("tiny-initramfs", disk, maker.tiny_initramfs(disk)))
        # the disk is read-only, which their checkers take for a defect
        rows.append(Row("initramfs-tools, list", disk, maker.peer("initramfs-tools", disk),
                        cmdline="fsck.mode=skip"))
        rows.append(Row("dracut, minimal", disk, maker.peer("dracut", disk), cmdline="rd.skipfsck"))
    return rows


def in_parallel(jobs: Iterable[Callable[[], None]]) -> None:
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for job in [pool.submit(job) for job in jobs]:
            job.result()


def measure(machine: Machine, rows: list[Row], work: pathlib.Path) -> None:
    def boot(row: Row, number: int) -> None:
        log = work / f"{row.image.stem}.{number}.log"
        try:
            unpack, user = spans_us(machine.boot(row.image, row.disk, log, cmdline=row.cmdline))
        except BenchError as error:
            raise BenchError(f"{row.name} on {row.disk.name}: {error}") from None
        row.unpack_us.append(unpack)
        row.user_us.append(user)

    in_parallel(
        lambda row=row, number=number: boot(row, number)
        for row in rows
        for number in range(REPEATS if row.budget or row.is_bound else 1)
    )


# ---- what is not time


def resident_kib(machine: Machine, maker: Maker) -> int:
    """PID 1 after it has waited in vain for a root, tried coldplug and written its report."""
    wait = Machine(machine.kernel, machine.root, "00000000-0000-4000-8000-000000000000")
    status = wait.boot(maker.rootling_reporting(), DISKS["nvme"], maker.work / "status.log",
                       count=False, cmdline="rd.timeout=1 panic=0")
    match = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
    if not match:
        raise BenchError("no VmHWM in /proc/1/status")
    return int(match[1])


def floor_mib(machine: Machine, row: Row, work: pathlib.Path) -> int:
    """The least memory that @row boots with."""

    def boots(mib: int) -> bool:
        try:
            machine.boot(row.image, row.disk, work / f"{row.image.stem}.{mib}.log", count=False,
                         memory_mib=mib, limit_s=30)
        except BenchError:
            return False
        return True

    sizes = list(FLOOR_MIB)
    low, high = 0, len(sizes) - 1
    while low < high:
        middle = (low + high) // 2
        if boots(sizes[middle]):
            high = middle
        else:
            low = middle + 1
    return sizes[low]


def facts(machine: Machine, maker: Maker, bound: Row, ours: Row) -> list[Fact]:
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        floors = [pool.submit(floor_mib, machine, row, maker.work) for row in (bound, ours)]
        kernel_floor, our_floor = [f.result() for f in floors]
    return [
        Fact("/init, vm, stripped", (maker.output / "init").stat().st_size, 65536, "bytes"),
        Fact("image without modules, gzip", maker.rootling("rootling-empty").stat().st_size, 40960,
             "bytes"),
        Fact("PID 1 resident, at most", resident_kib(machine, maker), 300, "KB"),
        Fact("least memory to boot with", our_floor, kernel_floor, "MiB"),
    ]


# ---- the table


def table(rows: list[Row], known: list[Fact], kernel_version: str) -> tuple[str, bool]:
    """The text, and whether all is within its budget."""
    lines = [f"Linux {kernel_version}, QEMU q35, ext4 by UUID; 1 ms is 1e6 instructions"]
    good = True
    bound = rows[0]
    for row in rows:
        if row.is_bound:
            bound = row
            lines += ["", f"{row.disk.name:<30}{'unpack ms':>10}{'user ms':>9}{'sum ms':>9}{'ratio':>9}"
                      f"{'KiB':>7}  budget"]
        kib = row.image.stat().st_size / 1024
        budget = f"  {row.budget:.2f}" if row.budget else ""
        if not row.is_within(bound):
            good = False
            budget += ": OVER"
        lines.append(f"{row.name:<30}{row.unpack_ms:>10.2f}{row.user_ms:>9.2f}{row.sum_ms:>9.2f}"
                     f"{row.sum_ms / bound.sum_ms:>9.3f}{kib:>7.0f}{budget}")
    lines += [""]
    for fact in known:
        over = fact.value > fact.budget
        good = good and not over
        lines.append(f"{fact.name:<30}{fact.value:>10} of {fact.budget} {fact.unit}{': OVER' if over else ''}")
    spread = max(row.spread_us for row in rows)
    lines += ["", f"The least of {REPEATS} boots, which differ by at most {spread} us."]
    return "\n".join(lines), good


def bench() -> int:
    output, cache = pathlib.Path(os.environ["O"]), pathlib.Path(os.environ["CACHE"])
    kernel_dir = cache / "kernel/cloud"
    modules_dir = next(kernel_dir.glob("lib/modules/*"), None)
    if modules_dir is None:
        raise BenchError(f"no kernel in {kernel_dir}: `make kernel-cloud` fetches it")
    work = output / "bench"
    work.mkdir(parents=True, exist_ok=True)
    machine = Machine(kernel_dir / "vmlinuz", make_root(work), str(ROOT_UUID))
    maker = Maker(work, output, kernel_dir, modules_dir)
    rows = make_rows(maker)
    measure(machine, rows, work)
    text, good = table(rows, facts(machine, maker, rows[0], rows[1]), modules_dir.name)
    if os.geteuid() == 0:
        builds, quick_and_small = compare(work, output, cache / "kernel/generic")
    else:
        builds, quick_and_small = "Building images was not compared: that takes root.", True
    text, good = f"{text}\n\n{builds}", good and quick_and_small
    (output / "bench.txt").write_text(text + "\n")
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(bench())
    except (BenchError, subprocess.CalledProcessError) as e:
        sys.exit(f"bench: {e}")
