"""Image tools side by side: what they take to build an image for one kernel, and how large it is.

All run in one Debian tree with the kernel installed, one after the other, in the same minutes.
The tree's root is a mount of its own, so that what asks for the disk of the root finds this
machine's. Called by bench.py, it starts itself again in a mount namespace.
"""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
REPEATS = 5  # of what takes less than QUICK_S, and the least of them counts
QUICK_S = 3.0
IMAGE = "/image"


@dataclasses.dataclass
class Tool:
    name: str
    argv: list[str]
    budget_s: float = 0  # 0: it is a peer
    conf: str = ""  # what initramfs-tools reads beforehand
    seconds: float = 0
    size: int = 0


def purposes(version: str) -> dict[str, list[Tool]]:
    """For each purpose ours first."""
    ours = ["/rootling", "build", "--config", "/dev/null", "--init", "/rootling-init",
            "-k", version, "-o", IMAGE]
    tools = ["mkinitramfs", "-c", "gzip", "-o", IMAGE, version]
    dracut = ["dracut", "--force", "--gzip", "--no-early-microcode", "--kver", version, IMAGE]
    return {
        "for this machine": [
            Tool("rootling, host-only", [*ours, "--hostonly"], budget_s=0.050),
            Tool("tiny-initramfs", ["mktirfs", "-o", IMAGE, version]),
            Tool("initramfs-tools, dep", tools, conf="MODULES=dep\n"),
            Tool("dracut, host-only", [*dracut, "--hostonly"]),
        ],
        "for most machines": [
            Tool("rootling, universal", [*ours, "--universal"], budget_s=1.0),
            Tool("initramfs-tools, most", tools, conf="MODULES=most\n"),
            Tool("dracut, generic", [*dracut, "--no-hostonly"]),
        ],
    }


# ---- in the mount namespace


def run(*words: object) -> None:
    subprocess.run([str(w) for w in words], check=True)


def enter(tree: pathlib.Path) -> None:
    run("mount", "--bind", tree, tree)
    run("mount", "-t", "proc", "proc", tree / "proc")
    run("mount", "-t", "tmpfs", "tmpfs", tree / "run")
    for name in ("sys", "dev"):
        run("mount", "--rbind", f"/{name}", tree / name)


def time_one(tree: pathlib.Path, tool: Tool) -> float:
    if tool.conf:
        (tree / "etc/initramfs-tools/conf.d").mkdir(exist_ok=True)
        (tree / "etc/initramfs-tools/conf.d/bench").write_text(tool.conf)
    start = time.perf_counter()
    done = subprocess.run(["chroot", str(tree), *tool.argv], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{tool.name}: {done.stdout}{done.stderr}")
    return seconds


def measure(tree: pathlib.Path, tool: Tool) -> None:
    tool.seconds = time_one(tree, tool)
    for _ in range(REPEATS - 1 if tool.seconds < QUICK_S else 0):
        tool.seconds = min(tool.seconds, time_one(tree, tool))
    tool.size = (tree / IMAGE.lstrip("/")).stat().st_size


def in_namespace(tree: pathlib.Path, version: str) -> None:
    enter(tree)
    measured = purposes(version)
    for tools in measured.values():
        for tool in tools:
            measure(tree, tool)
    print(json.dumps({p: [dataclasses.asdict(t) for t in tools] for p, tools in measured.items()}))


# ---- outside


def table(measured: dict[str, list[Tool]], version: str) -> tuple[str, bool]:
    """The text, and whether ours is within its budget, quicker and smaller than every other."""
    lines, good = [f"Images for Linux {version}, gzip"], True
    for purpose, tools in measured.items():
        ours = tools[0]
        lines += ["", f"{purpose:<30}{'build s':>10}{'KiB':>9}{'times ours':>12}  budget"]
        for tool in tools:
            notes = f"  {tool.budget_s:.3f} s" if tool.budget_s else ""
            over = tool.budget_s and tool.seconds > tool.budget_s
            beaten = tool is not ours and (tool.seconds <= ours.seconds or tool.size <= ours.size)
            good = good and not over and not beaten
            notes += ": OVER" if over else "  AHEAD" if beaten else ""
            lines.append(f"{tool.name:<30}{tool.seconds:>10.3f}{tool.size / 1024:>9.0f}"
                         f"{tool.seconds / ours.seconds:>12.1f}{notes}")
    return "\n".join(lines), good


def compare(work: pathlib.Path, output: pathlib.Path, kernel_dir: pathlib.Path) -> tuple[str, bool]:
    (modules,) = (kernel_dir / "lib/modules").iterdir()
    tree = work / f"tree-{modules.name}"
    if not tree.exists():
        run(HERE / "tree", tree, kernel_dir)
    shutil.copy(output / "rootling", tree / "rootling")
    shutil.copy(output / "init", tree / "rootling-init")
    done = subprocess.run(["unshare", "--mount", sys.executable, __file__, str(tree), modules.name],
                          check=True, stdout=subprocess.PIPE, text=True)
    measured = {p: [Tool(**t) for t in tools] for p, tools in json.loads(done.stdout).items()}
    return table(measured, modules.name)


if __name__ == "__main__":
    in_namespace(pathlib.Path(sys.argv[1]), sys.argv[2])
