"""A machine in recovery whose HTTP worker is flooded: what the worker has to lose, and that process 1
does not notice."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from disks import copy
from guest import Guest
from vm import PATIENCE_S, Disk

HELD = 200  # more than the worker has places, and than QEMU needs to be busy
FLOOD = 120  # connections that came: several times the places of one address
IDLE_KIB, ATTACKED_KIB = 1024, 4096
SLOW = (b"", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n", b"nonsense\r\n")
STREAM = b"GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n"
MANY = b"GET /api/v1/log HTTP/1.1\r\nHost: a\r\n\r\n" * 50  # and the answers are not read


@contextmanager
def flood(port: int) -> Iterator[None]:
    """Slow clients of every kind, the oldest replaced all the time."""
    over = threading.Event()

    def run() -> None:
        held: list[socket.socket] = []
        kinds = (*SLOW, STREAM, MANY)
        number = 0
        while not over.is_set():
            with suppress(OSError):
                s = socket.create_connection(("127.0.0.1", port), 5)
                held.append(s)
                s.sendall(kinds[number % len(kinds)])
            number += 1
            if len(held) > HELD:
                held.pop(0).close()
        for s in held:
            s.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def metric(guest: Guest, name: str) -> int:
    status, text = guest.get("/metrics")
    assert status == 200
    found = re.search(rf"^rootling_http_{name} (\d+)$", text, re.MULTILINE)
    assert found, text
    return int(found[1])


def wait_flooded(guest: Guest) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while metric(guest, "connections_accepted_total") < FLOOD:
        assert time.monotonic() < deadline, "the flood does not arrive"


def resident_kib(guest: Guest, pid: str) -> int:
    """To the page: what statm says may be dozens of pages behind."""
    found = re.search(r"^Rss:\s+(\d+) kB", guest.vm.run(f"cat /proc/{pid}/smaps_rollup"), re.MULTILINE)
    assert found
    return int(found[1])


def worker(guest: Guest, but: str = "") -> str:
    """Its process, as soon as there is one other than `but`."""
    return guest.vm.run(f"cd /proc; until p=$(grep -ls '^http$' [0-9]*/comm | grep -v '^{but}/'); do :; done; echo ${{p%%/*}}")


def test_a_flood_hurts_nobody_but_itself(boot, workshop, place):
    image = workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)
    late = Disk(copy(workshop.root(), place / "late.img"))
    guest = Guest(boot, "root=LABEL=demo rd.timeout=1 ip=dhcp rd.http=80", [], image, free_ports=1)
    guest.wait_address_and_shell()
    guest.get("/healthz")
    pid = worker(guest)
    assert resident_kib(guest, pid) <= IDLE_KIB
    files = guest.vm.run(f"ls -l /proc/{pid}/fd")
    for line in files.splitlines():
        if "->" in line:
            held = line.partition(" -> ")[2]
            assert re.fullmatch(r"socket:\[\d+\]|/dev/(null|console|kmsg)|/proc/(meminfo|\d+/statm)|/", held), files
    before = guest.vm.run("cat /proc/1/stat").rpartition(")")[2].split()

    with flood(guest.port):
        wait_flooded(guest)
        assert resident_kib(guest, pid) <= ATTACKED_KIB
        guest.vm.run(f"kill -9 {pid}")
        again = worker(guest, but=pid)
        wait_flooded(guest)
        assert resident_kib(guest, again) <= ATTACKED_KIB
        assert metric(guest, "resident_bytes") <= ATTACKED_KIB << 10
        after = guest.vm.run("cat /proc/1/stat").rpartition(")")[2].split()
        assert int(after[11]) + int(after[12]) - int(before[11]) - int(before[12]) < 100, "a second of process 1"
        guest.vm.plug(late)
        guest.vm.wait_demo()
    assert "no root: waited 1 s" in guest.vm.run("dmesg")
