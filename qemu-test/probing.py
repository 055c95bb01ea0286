"""Images of disks for the tests of `rootling probe`, and the comparison with blkid."""

import os
import subprocess
from pathlib import Path

MIB = 1 << 20
ENV = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
ROOTLING = Path(os.environ.get("O", "build")) / "rootling"
TAGS = ("TYPE", "UUID", "LABEL", "USAGE")

AMBIVALENT = "ambivalent"
STATUS = {None: 2, AMBIVALENT: 8}

LABELS = [
    "root",
    "with two spaces",
    "trailing \t ",
    " leading",
    "tab\there",
    'double"quote',
    "it's $HOME",
    "`x` <y> \\z",
    "Grüße",
    "0123456789abcdef",
    b"\xfflatin\xe9",
    b"\x01\x7f",
]


TEXTS = [label for label in LABELS if isinstance(label, str)]


def run(*command: str | bytes | Path, **kwargs) -> None:
    subprocess.run(command, check=True, capture_output=True, env=ENV, **kwargs)


def blank(path: Path, size: int) -> Path:
    with path.open("wb") as image:
        image.truncate(size)
    return path


def patch(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as image:
        image.seek(offset)
        image.write(data)


def field(label: str | bytes, size: int) -> bytes:
    raw = label if isinstance(label, bytes) else label.encode()
    return raw[:size].ljust(size, b"\0")


def answer(*command: str | Path) -> tuple[int, list[bytes]]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENV)
    return done.returncode, sorted(done.stdout.splitlines())


def compare(image: Path, kind: str | None) -> None:
    """Both say the same of the image: @kind, None for nothing or AMBIVALENT."""
    tags = [word for tag in TAGS for word in ("-s", tag)]
    theirs = answer("blkid", "--probe", "-o", "export", *tags, image)
    if theirs == (0, []):
        theirs = (2, [])  # a partition table, which rootling looks for elsewhere
    ours = answer(ROOTLING, "probe", image)
    assert ours == theirs
    assert ours[0] == STATUS.get(kind, 0)
    assert ours[0] or f"TYPE={kind}".encode() in ours[1]


def id_of(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else repr(value)
