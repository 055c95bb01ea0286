"""Certificates by openssl, and the programs of tests/tls that speak TLS as /init does."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

from workshop import Workshop

KEYS = {
    "ec": "-newkey ec -pkeyopt ec_paramgen_curve:P-256",
    "ec384": "-newkey ec -pkeyopt ec_paramgen_curve:P-384",
    "rsa": "-newkey rsa:2048",
}


def openssl(folder: Path, *args: str) -> bytes:
    return subprocess.run(["openssl", *args], cwd=folder, capture_output=True, check=True).stdout


def issue(folder: Path, name: str, kind: str, by: str, extensions: str) -> None:
    """NAME.key and NAME.crt, valid from now for a year."""
    openssl(folder, "req", *KEYS[kind].split(), "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
            "-out", f"{name}.csr")
    (folder / "ext").write_text(extensions)
    signer = ["-signkey", f"{name}.key"] if by == name else ["-CA", f"{by}.crt", "-CAkey", f"{by}.key", "-CAcreateserial"]
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, "-sha256", "-days", "365", "-extfile", "ext",
            "-out", f"{name}.crt")


def pin(pki: Path, name: str) -> str:
    key = openssl(pki, "x509", "-in", f"{name}.crt", "-pubkey", "-noout")
    (pki / "pub").write_bytes(key)
    der = openssl(pki, "pkey", "-pubin", "-in", "pub", "-outform", "DER")
    return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def program(workshop: Workshop, name: str, defconfig: str) -> Path:
    """Of tests/tls, with the C library of /init."""
    out = workshop.out / "matrix" / f"{defconfig}-klibc-x86_64"
    flavour = (f"O={workshop.place(out)}", "LIBC=klibc", "ARCH=x86_64")
    workshop.make(*flavour, f"{defconfig}_defconfig")
    workshop.make(*flavour, workshop.place(out / "target" / name))
    return out / "target" / name


def sanitized(workshop: Workshop, name: str) -> Path:
    """The same with sanitizers."""
    workshop.make(f"O={workshop.place(workshop.out)}", workshop.place(workshop.out / "unit" / name))
    return workshop.out / "unit" / name
