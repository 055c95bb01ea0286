#!/usr/bin/python3
"""pack.py IMAGE OUT [OFFSET:LENGTH...]: packs an image, or those places of it, as tests/sparse.h reads it.

A negative offset counts from the end. Zeros at the ends of pieces, and longer runs of them within, are
left out.
"""

import re
import struct
import sys
from pathlib import Path

HOLE = re.compile(rb"\0{24,}")


def pieces(data: bytes, offset: int):
    start = 0
    for hole in [*HOLE.finditer(data), None]:
        end = hole.start() if hole else len(data)
        if start < end:
            yield offset + start, data[start:end]
        start = hole.end() if hole else 0


def pack(size: int, places: list[tuple[int, bytes]]) -> bytes:
    packed = struct.pack("<Q", size)
    for offset, data in places:
        for at, piece in pieces(data, offset):
            packed += struct.pack("<QI", at, len(piece)) + piece
    return packed


def main(image: str, out: str, *ranges: str) -> None:
    whole = Path(image).read_bytes()
    places = []
    for text in ranges or ("0:" + str(len(whole)),):
        offset, length = (int(word, 0) for word in text.split(":"))
        offset = offset if offset >= 0 else len(whole) + offset
        places.append((offset, whole[offset:offset + length]))
    Path(out).write_bytes(pack(len(whole), places))


if __name__ == "__main__":
    main(*sys.argv[1:])
