"""File servers side by side: requests per second, the slowest of them, memory and size.

Each has one core to itself and wrk the other; all serve the same files over loopback. Rounds go
from server to server, so that what else this machine does meets all of them, and of the rounds
the best counts. A busy host still moves the figures; processor time per request moves less, and *per
core* is how many requests a second of it is enough for.

Takes $O (rootling and target/http-serve are built there) and $CACHE; what is made here goes to
$O/bench/serve, the table to $O/serve.txt. Status 1: ours is slower than lighttpd with a small
file or takes more than its memory, or no result.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = "nginx-light,lighttpd,wrk,golang-go,busybox-static"
SERVER_CORE, LOAD_CORE = 0, 1
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "1"))
RESIDENT_MAX_KIB = 1024
START_LIMIT_S = 20
NOISE = 1.1  # what two runs of the same server differ by

NGINX = """
worker_processes 1;
daemon off;
pid {work}/nginx.pid;
error_log /dev/null;
events {{ worker_connections 1024; }}
http {{
	include {tree}/etc/nginx/mime.types;
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 100000000;
	client_body_temp_path {work}/nginx-body;
	proxy_temp_path {work}/nginx-proxy;
	fastcgi_temp_path {work}/nginx-fastcgi;
	uwsgi_temp_path {work}/nginx-uwsgi;
	scgi_temp_path {work}/nginx-scgi;
	server {{ listen 127.0.0.1:{port}; root {files}; }}
}}
"""

LIGHTTPD = """
server.document-root = "{files}"
server.bind = "127.0.0.1"
server.port = {port}
server.modules = ()
server.max-keep-alive-requests = 100000000
mimetype.assign = ( ".bin" => "application/octet-stream" )
"""


class BenchError(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Load:
    name: str
    file: str
    connections: int
    keep_alive: bool


LOADS = [Load(f"{size} KB, {count} conn., {'keep-alive' if keep else 'one request each'}",
              f"{size}.bin", count, keep)
         for size in (1, 10240) for count in (1, 64) for keep in (True, False)]


@dataclasses.dataclass
class Result:
    per_second: float = 0
    p99_us: float = float("inf")
    cpu_us: float = float("inf")

    def best(self, other: "Result") -> "Result":
        return Result(max(self.per_second, other.per_second), min(self.p99_us, other.p99_us),
                      min(self.cpu_us, other.cpu_us))


@dataclasses.dataclass
class Server:
    name: str
    argv: list[object]
    binary: pathlib.Path
    port: int
    forks: bool = False  # so that its time cannot be told
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    idle_kib: int = 0
    peak_kib: int = 0
    results: dict[Load, Result] = dataclasses.field(default_factory=dict)

    def stripped_kib(self, work: pathlib.Path) -> float:
        stripped = work / "stripped"
        subprocess.run(["strip", "-o", stripped, self.binary], check=True)
        return stripped.stat().st_size / 1024

    def pids(self) -> list[int]:
        """It and its children: nginx has a master and a worker."""
        assert self.process
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]

    def kib(self, field: str) -> int:
        total = 0
        for pid in self.pids():
            match = re.search(rf"^{field}:\s*(\d+) kB", proc(pathlib.Path(f"/proc/{pid}/status")), re.MULTILINE)
            total += int(match[1]) if match else 0
        return total

    def cpu_us(self) -> float:
        """Of all its threads. Time of processes that have ended is nowhere."""
        if self.forks:
            return 0
        tasks = [task for pid in self.pids() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        return sum(int(proc(task / "schedstat").split()[0]) for task in tasks) / 1e3

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *map(str, self.argv)],
            env={**os.environ, **self.env}, stdout=subprocess.DEVNULL)
        end = time.monotonic() + START_LIMIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise BenchError(f"{self.name} does not listen") from None
                time.sleep(0.05)
        self.idle_kib = self.kib("VmRSS")

    def stop(self) -> None:
        if self.process:
            self.peak_kib = self.kib("VmHWM")
            self.process.terminate()
            self.process.wait(START_LIMIT_S)


# ---- what is compared


def make_tree(cache: pathlib.Path) -> pathlib.Path:
    """Debian's servers, unpacked and not installed."""
    tree = cache / "root/bench-serve"
    if not tree.exists():
        mirror = subprocess.run([HERE.parent / "scripts/mirror", "x86_64"], check=True, text=True,
                                capture_output=True).stdout.strip()
        new = tree.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        print(f"  TREE    {tree}\n          {PACKAGES} by mmdebstrap, about a minute, once", flush=True)
        subprocess.run(["mmdebstrap", "--quiet", "--variant=extract", f"--include={PACKAGES}", "bookworm",
                        new, mirror], check=True,
                       env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"})
        new.rename(tree)
    return tree


class Tree:
    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.libraries = root / "usr/lib/x86_64-linux-gnu"

    def run(self, path: str, *words: object) -> list[object]:
        """The command line that runs @path of the tree with the tree's libraries."""
        loader = self.root / "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
        return [loader, "--library-path", self.libraries, self.root / path, *words]


def make_go(tree: Tree, work: pathlib.Path) -> pathlib.Path:
    binary = work / "go-serve"
    go_root = tree.root / "usr/lib/go-1.19"
    subprocess.run(
        [go_root / "bin/go", "build", "-ldflags=-s -w", "-o", binary, HERE / "serve.go"], check=True,
        env={**os.environ, "GOROOT": str(go_root), "CGO_ENABLED": "0", "GOFLAGS": "-p=1",
             "GOCACHE": str(work / "go-cache"), "GO111MODULE": "off"})
    return binary


def make_servers(output: pathlib.Path, tree: Tree, work: pathlib.Path) -> list[Server]:
    files = work / "files"
    files.mkdir(exist_ok=True)
    for kib in (1, 10240):
        (files / f"{kib}.bin").write_bytes(os.urandom(1024) * kib)
    ports = iter(range(18080, 18100))
    ours, alone, nginx, lighttpd, busybox, go = (next(ports) for _ in range(6))
    places = {"files": files, "work": work, "tree": tree.root}
    (work / "nginx.conf").write_text(NGINX.format(port=nginx, **places))
    (work / "lighttpd.conf").write_text(LIGHTTPD.format(port=lighttpd, **places))
    tool, worker, go_serve = output / "rootling", output / "target/http-serve", make_go(tree, work)
    return [
        Server("rootling serve", [tool, "serve", files, "--listen", f"127.0.0.1:{ours}"], tool, ours),
        Server("the same as in an image", [worker, files, f"127.0.0.1:{alone}"], worker, alone),
        Server("lighttpd", tree.run("usr/sbin/lighttpd", "-D", "-f", work / "lighttpd.conf",
                                    "-m", tree.root / "usr/lib/lighttpd"),
               tree.root / "usr/sbin/lighttpd", lighttpd),
        Server("nginx, one worker", tree.run("usr/sbin/nginx", "-p", work, "-c", work / "nginx.conf"),
               tree.root / "usr/sbin/nginx", nginx),
        Server("busybox httpd", [tree.root / "bin/busybox", "httpd", "-f", "-p", f"127.0.0.1:{busybox}",
                                 "-h", files], tree.root / "bin/busybox", busybox, forks=True),
        Server("Go net/http", [go_serve, f"127.0.0.1:{go}", files], go_serve, go,
               env={"GOMAXPROCS": "1"}),
    ]


# ---- measuring


def proc(path: pathlib.Path) -> str:
    """0 when the process has ended: busybox has one for each connection."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "0"


def microseconds(text: str) -> float:
    match = re.fullmatch(r"([\d.]+)(us|ms|s)", text)
    assert match, text
    return float(match[1]) * {"us": 1, "ms": 1e3, "s": 1e6}[match[2]]


def measure(server: Server, load: Load, wrk: list[object]) -> Result:
    before = server.cpu_us()
    done = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), *map(str, wrk), "-t1", f"-c{load.connections}",
         f"-d{SECONDS}s", "--latency", *([] if load.keep_alive else ["-H", "Connection: close"]),
         f"http://127.0.0.1:{server.port}/{load.file}"],
        check=True, text=True, capture_output=True).stdout
    used = server.cpu_us() - before
    requests = re.search(r"(\d+) requests in", done)
    per_second = re.search(r"Requests/sec:\s*([\d.]+)", done)
    p99 = re.search(r"99%\s+([\d.]+\w+)", done)
    if not requests or not per_second or not p99 or "Non-2xx" in done:
        raise BenchError(f"{server.name}: {load.name}:\n{done}")
    return Result(float(per_second[1]), microseconds(p99[1]), used / max(int(requests[1]), 1))


def measure_all(servers: list[Server], wrk: list[object]) -> None:
    for load in LOADS:
        for _ in range(ROUNDS):
            for server in servers:
                best = server.results.get(load, Result())
                server.results[load] = best.best(measure(server, load, wrk))


def table(servers: list[Server], work: pathlib.Path) -> tuple[str, bool]:
    lines = []
    good = True
    by_name = {s.name: s for s in servers}
    for load in LOADS:
        lines += [f"{load.name:<38}{'requests/s':>11}{'p99 us':>9}{'CPU us each':>13}{'per core':>10}"]
        for server in servers:
            r = server.results[load]
            cpu = f"{'-':>13}{'-':>10}" if server.forks else f"{r.cpu_us:>13.1f}{1e6 / r.cpu_us:>10.0f}"
            lines.append(f"  {server.name:<36}{r.per_second:>11.0f}{r.p99_us:>9.0f}{cpu}")
        ours, peer = (by_name[n].results[load] for n in ("the same as in an image", "lighttpd"))
        if load.file == "1.bin" and ours.cpu_us > NOISE * peer.cpu_us and ours.per_second < peer.per_second:
            good = False
            lines.append("  OVER: slower than lighttpd")
        lines.append("")
    lines.append(f"{'':<38}{'idle KiB':>11}{'peak KiB':>9}{'binary KiB':>13}")
    for server in servers:
        size = server.stripped_kib(work)
        over = server.name.startswith("the same") and server.peak_kib > RESIDENT_MAX_KIB
        good = good and not over
        lines.append(f"  {server.name:<36}{server.idle_kib:>11}{server.peak_kib:>9}{size:>13.0f}"
                     f"{'  OVER' if over else ''}")
    return "\n".join(lines), good


def main() -> int:
    output, cache = (pathlib.Path(os.environ[name]) for name in ("O", "CACHE"))
    work = output / "bench/serve"
    work.mkdir(parents=True, exist_ok=True)
    tree = Tree(make_tree(cache))
    servers = make_servers(output, tree, work)
    try:
        for server in servers:
            server.start()
        measure_all(servers, tree.run("usr/bin/wrk"))
    finally:
        for server in servers:
            server.stop()
    text, good = table(servers, work)
    (output / "serve.txt").write_text(text + "\n")
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (BenchError, subprocess.CalledProcessError) as e:
        sys.exit(f"bench: {e}")
