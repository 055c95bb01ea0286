"""What images may be packed with and what they may be put together of: read by the tools that made
the formats, by both cpios and by the kernel."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

# What packs, and what its own tool says to unpack it.
UNPACK = {
    "gzip": ["gzip", "-dc"],
    "zstd": ["zstd", "-dqc"],
    "lz4": ["lz4", "-dqc"],
    "xz": ["xz", "-dc"],
    "none": ["cat"],
}
PACK = {
    "bzip2": ["bzip2", "-c"],
    "lzma": ["xz", "-c", "--format=lzma"],
    "lzo": ["lzop", "-c"],
    "xz": ["xz", "-c", "--check=crc32"],
    "lz4": ["lz4", "-lc"],
    "zstd": ["zstd", "-c"],
    "gzip": ["gzip", "-nc"],
}


def pipe(argv: list[str], data: bytes) -> bytes:
    return subprocess.run(argv, input=data, capture_output=True, check=True).stdout


def names(argv: list[str], data: bytes) -> list[str]:
    return pipe(argv, data).decode().splitlines()


@pytest.fixture(scope="module")
def payload(workshop, tmp_path_factory) -> Path:
    """As long as needs more than one chunk of every format, and not all the same."""
    modules = sorted(workshop.modules().rglob("*.ko"), key=lambda p: (p.stat().st_size, p))[-12:]
    folder = tmp_path_factory.mktemp("payload")
    (folder / "payload").write_bytes(b"".join(p.read_bytes() for p in modules)[: (9 << 20) + 321])
    return folder / "payload"


def build(workshop, out: Path, *flags: object) -> subprocess.CompletedProcess[str]:
    argv = [workshop.tool(), "build", "--listed", "--init", workshop.init(), "-o", out, *flags]
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)


def built(workshop, out: Path, *flags: object) -> bytes:
    done = build(workshop, out, *flags)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def refusal(workshop, out: Path, *flags: object) -> str:
    done = build(workshop, out, *flags)
    assert done.returncode == 1 and not out.exists()
    return done.stderr


@pytest.mark.parametrize("packing", UNPACK)
def test_the_tool_of_a_format_both_cpios_and_busybox_unpack_it(workshop, place, payload, packing):
    image = built(workshop, place / "image", "--compress", packing, "--add", f"{payload}:/payload")
    archive = pipe(UNPACK[packing], image)
    ours = subprocess.run([workshop.tool(), "ls", place / "image"], capture_output=True, text=True, check=True)
    assert names(["cpio", "-t", "--quiet"], archive) == ours.stdout.splitlines()
    assert names(["bsdcpio", "-t", "--quiet"], archive) == ours.stdout.splitlines()
    assert pipe(["cpio", "-i", "--quiet", "--to-stdout", "payload"], archive) == payload.read_bytes()
    if packing in ("gzip", "xz"):
        assert pipe(["busybox", packing, "-dc"], image) == archive


@pytest.mark.parametrize("packing", PACK)
def test_what_the_tool_of_a_format_packs_is_read(workshop, place, packing):
    archive = built(workshop, place / "plain", "--compress", "none")
    (place / "image").write_bytes(pipe(PACK[packing], archive))
    listed = [
        subprocess.run([workshop.tool(), "ls", place / name], capture_output=True, text=True, check=True).stdout
        for name in ("plain", "image")
    ]
    assert "init\n" in listed[0] and listed[0] == listed[1]


def test_gzip_is_as_small_as_gzip_9(workshop, place, payload):
    for flags in ([], ["--add", f"{payload}:/payload"]):
        archive = built(workshop, place / "plain", "--compress", "none", *flags)
        assert len(built(workshop, place / "image", *flags)) <= len(gzip.compress(archive, 9))


@pytest.mark.parametrize("packing", ("gzip", "zstd", "lz4", "xz:1"))
def test_the_bytes_do_not_depend_on_the_number_of_processors(workshop, place, payload, packing):
    flags = ["--compress", packing, "--add", f"{payload}:/payload"]
    image = built(workshop, place / "image", *flags)
    argv = ["taskset", "-c", "0", workshop.tool(), "build", "--listed", "--init", workshop.init(), "-o", place / "one", *flags]
    subprocess.run([str(a) for a in argv], check=True)
    assert (place / "one").read_bytes() == image


@pytest.mark.parametrize("packing", UNPACK)
def test_the_kernel_unpacks_it(boot, workshop, payload, packing):
    image = workshop.image("--compress", packing, "--add", f"{payload}:/payload", load=(), shell=True)
    vm = boot("root=LABEL=none rd.break=root", initrd=image)
    vm.wait_initramfs_shell()
    assert hashlib.md5(payload.read_bytes()).hexdigest() in vm.run("busybox md5sum /payload")


def test_a_compression_the_kernel_lacks_is_refused_or_passed_over(workshop, place):
    config = place / "config"
    config.write_text("CONFIG_RD_GZIP=y\n# CONFIG_RD_ZSTD is not set\nCONFIG_RD_LZ4=y\n")
    said = refusal(workshop, place / "image", "--kernel-config", config, "--compress", "zstd")
    assert f"{config} lacks CONFIG_RD_ZSTD" in said and "gzip, lz4, none" in said
    done = build(workshop, place / "image", "--kernel-config", config, "--compress", "zstd,lz4")
    assert done.returncode == 0 and "zstd left out" in done.stderr
    assert (place / "image").read_bytes().startswith(b"\x02\x21\x4c\x18")


# ---- several archives


def ssdt() -> bytes:
    """The least that is an ACPI table."""
    table = bytearray(struct.pack("<4sIBB6s8sI4sI", b"SSDT", 36, 2, 0, b"ROOTLG", b"SCENARIO", 1, b"TEST", 1))
    table[9] = -sum(table) & 0xFF
    return bytes(table)


def intel_update(signature: int) -> bytes:
    return struct.pack("<9I12x", 1, 1, 0x01012024, signature, 0, 1, 1, 2000, 2048) + bytes(2000)


def amd_container() -> bytes:
    return struct.pack("<III16xII64x", 0x414D44, 0, 16, 1, 64)


def archive(place: Path, **files: str) -> bytes:
    folder = place / "archive"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    done = subprocess.run(
        ["cpio", "-o", "-H", "newc", "--quiet"], cwd=folder, input="\n".join(files).encode(), capture_output=True, check=True
    )
    shutil.rmtree(folder)
    return done.stdout


def test_the_kernel_finds_every_part_of_an_image(boot, workshop, place):
    (place / "ssdt.aml").write_bytes(ssdt())
    (place / "bootconfig").write_text('kernel.words = "a b"\n')
    (place / "before").write_bytes(pipe(["lz4", "-lc"], archive(place, one="before", two="before")))
    (place / "behind").write_bytes(pipe(["xz", "-c", "--check=crc32"], archive(place, two="behind")))
    (place / "last").write_bytes(archive(place, three="last"))
    image = workshop.image(
        *("--acpi-table", str(place / "ssdt.aml"), "--bootconfig", str(place / "bootconfig")),
        *("--prepend-archive", str(place / "before")),
        *("--append-archive", str(place / "behind"), "--append-archive", str(place / "last")),
        load=(),
        shell=True,
    )
    assert image.stat().st_size % 4 == 0 and image.read_bytes().endswith(b"#BOOTCONFIG\n")
    vm = boot("root=LABEL=none rd.break=root", initrd=image)
    vm.wait_initramfs_shell()
    assert vm.run("cat /one /two /three").split() == ["before" + "behind" + "last"]
    log = vm.run("dmesg")
    assert "SSDT" in log and "ROOTLG SCENARIO" in log
    assert "unpacking failed" not in log
    assert "kernel" not in vm.run("ls /").split(), "the first archive is only looked into"


def early_data(image: bytes, name: str) -> tuple[int, bytes]:
    """As the kernel's find_cpio_data() does: by the headers, from the very start."""
    at = 0
    while image[at : at + 6] == b"070701":
        size, name_size = (int(image[at + f : at + f + 8], 16) for f in (54, 94))
        data = (at + 110 + name_size + 3) & ~3
        if image[at + 110 : at + 110 + name_size].rstrip(b"\0") == name.encode():
            return data, image[data : data + size]
        at = (data + size + 3) & ~3
    raise AssertionError(f"{name} is not there")


def test_microcode_comes_first_and_aligned(workshop, place):
    firmware = place / "sysroot/lib/firmware"
    (firmware / "intel-ucode").mkdir(parents=True)
    (firmware / "amd-ucode").mkdir()
    (firmware / "intel-ucode/06-4f-01.initramfs").write_bytes(intel_update(0x406F1))
    (firmware / "intel-ucode/06-3f-02").write_bytes(intel_update(0x306F2))
    (firmware / "intel-ucode/06-55-04").write_bytes(intel_update(0x50654)[:-1])
    (firmware / "intel-ucode/README").write_text("none")
    (firmware / "amd-ucode/microcode_amd_fam17h.bin.xz").write_bytes(pipe(["xz", "-c"], amd_container()))
    done = build(workshop, place / "image", "--microcode", "all", "--sysroot", place / "sysroot")
    assert done.returncode == 0 and "06-55-04: left out" in done.stderr
    image = (place / "image").read_bytes()
    at, intel = early_data(image, "kernel/x86/microcode/GenuineIntel.bin")
    assert at % 16 == 0 and intel == intel_update(0x306F2) + intel_update(0x406F1)
    at, amd = early_data(image, "kernel/x86/microcode/AuthenticAMD.bin")
    assert at % 16 == 0 and amd == amd_container()
    for argv in (["cpio", "-t", "--quiet"], ["bsdcpio", "-t", "--quiet"]):
        assert names(argv, image) == [f"kernel/x86/microcode/{v}.bin" for v in ("GenuineIntel", "AuthenticAMD")]
    assert b"microcode" not in built(workshop, place / "image", "--microcode", "no", "--sysroot", place / "sysroot")


def test_what_the_kernel_would_not_look_at_is_refused(workshop, place):
    good, text, config = place / "ssdt.aml", place / "text", place / "config"
    good.write_bytes(ssdt())
    text.write_text("a = b\n")
    config.write_text("CONFIG_RD_GZIP=y\n")
    out = place / "image"
    for flag, file, option in (
        ("--acpi-table", good, "ACPI_TABLE_UPGRADE"),
        ("--bootconfig", text, "BOOT_CONFIG"),
        ("--microcode", "all", "MICROCODE"),
    ):
        assert f"lacks CONFIG_{option}" in refusal(workshop, out, "--kernel-config", config, flag, file)
    assert "--acpi-table" in refusal(workshop, out, "--acpi-table", text)
    assert "--bootconfig" in refusal(workshop, out, "--bootconfig", place / "ssdt.aml")
    assert "not one of auto|host|all|no" in refusal(workshop, out, "--microcode", "some")
    assert str(text) in refusal(workshop, out, "--append-archive", text)
    (place / "lz4").write_bytes(pipe(["lz4", "-lc"], archive(place, a="a")))
    said = refusal(workshop, out, "--kernel-config", config, "--append-archive", place / "lz4")
    assert "lacks CONFIG_RD_LZ4" in said
    (place / "cut").write_bytes(pipe(["gzip", "-nc"], archive(place, a="a"))[:-9])
    assert "damaged or cut off" in refusal(workshop, out, "--prepend-archive", place / "cut")


def test_a_name_that_would_end_the_archive_is_refused(workshop, place):
    (place / "TRAILER!!!").write_text("x")
    said = refusal(workshop, place / "image", "--add", f"{place}/TRAILER!!!:/TRAILER!!!")
    assert "/TRAILER!!!: the cpio format has no room for this name" in said
    built(workshop, place / "image", "--add", f"{place}/TRAILER!!!:/below/TRAILER!!!")
