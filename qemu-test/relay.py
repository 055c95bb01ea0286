"""A bad wire: takes frames from QEMU to a tap and back, and loses, doubles, delays or tags them."""

from __future__ import annotations

import heapq
import itertools
import os
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Callable

TAG = b"\x81\x00"  # 802.1Q


class Relay:
    """QEMU's side is a stream of frames with their length before them, as -netdev socket has it.
    The shares are exact for a seed and a sequence of frames, not for a time."""

    def __init__(
        self,
        qemu: socket.socket,
        tap: int,
        loss: float = 0.0,
        duplicate: float = 0.0,
        delay_s: float = 0.0,
        vlan: int = 0,
        drop: Callable[[bytes, bool], bool] | None = None,
        seed: int = 1,
    ) -> None:
        self.passed = self.lost = self.doubled = 0
        self._qemu, self._tap = qemu, tap
        self._loss, self._duplicate, self._delay_s = loss, duplicate, delay_s
        self._tag = TAG + struct.pack("!H", vlan) if vlan else b""
        self._drop = drop
        self._chance = random.Random(seed)
        self._later: list[tuple[float, int, bytes, bool]] = []  # a heap, by time
        self._count = itertools.count()
        self._pending = b""
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._waker.close()
        self._thread.join()
        self._wake.close()
        self._qemu.close()

    def _run(self) -> None:
        watched = [self._qemu, self._tap, self._wake]
        while True:
            wait_s = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            ready = select.select(watched, [], [], wait_s)[0]
            if self._wake in ready:
                return
            if self._qemu in ready and not self._from_machine():
                watched.remove(self._qemu)  # this machine went off
            if self._tap in ready:
                self._take(os.read(self._tap, 65536), True)
            while self._later and self._later[0][0] <= time.monotonic():
                _, _, frame, to_machine = heapq.heappop(self._later)
                self._put(frame, to_machine)

    def _from_machine(self) -> bool:
        if not (chunk := self._qemu.recv(65536)):
            return False
        self._pending += chunk
        while len(self._pending) >= 4:
            (length,) = struct.unpack("!I", self._pending[:4])
            if len(self._pending) < 4 + length:
                break
            self._take(self._pending[4 : 4 + length], False)
            self._pending = self._pending[4 + length :]
        return True

    def _take(self, frame: bytes, to_machine: bool) -> None:
        if self._drop and self._drop(frame, to_machine) or self._chance.random() < self._loss:
            self.lost += 1
            return
        copies = 1
        if self._chance.random() < self._duplicate:
            self.doubled += 1
            copies = 2
        for _ in range(copies):
            if self._delay_s:
                heapq.heappush(self._later, (time.monotonic() + self._delay_s, next(self._count), frame, to_machine))
            else:
                self._put(frame, to_machine)

    def _put(self, frame: bytes, to_machine: bool) -> None:
        if to_machine:
            frame = frame[:12] + self._tag + frame[12:]
        elif self._tag:
            if not frame[12:16] == self._tag:
                self.lost += 1  # another network's, or nobody's
                return
            frame = frame[:12] + frame[16:]
        try:
            if to_machine:
                self._qemu.sendall(struct.pack("!I", len(frame)) + frame)
            else:
                os.write(self._tap, frame)
        except OSError:
            self.lost += 1  # the machine went off, or the bridge is down
            return
        self.passed += 1
