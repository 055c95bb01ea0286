"""What `rootling ls, cat, unpack, diff, size` and `check` say about images of any make."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from workshop import REPO, Workshop

# As the kernel names them, with a command that packs its standard input.
PACKERS = {
    "gzip": "gzip -9n",
    "bzip2": "bzip2",
    "lzma": "xz --format=lzma",
    "xz": "xz --check=crc32",
    "lzo": "lzop",
    "lz4": "lz4 -l -",
    "zstd": "zstd -q -19",
}

TREE = {
    "init": "#!/bin/sh\n",
    "bin/sh": "shell",
    "etc/rootling/cmdline": "root=LABEL=a ro\n",
    "lib/modules/6.1/kernel/net.ko": "module",
}


@pytest.fixture
def rootling(workshop: Workshop):
    def run(*args: str | Path, status: int = 0) -> str:
        argv = [str(a) for a in (workshop.tool(), *args)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == status, (done.stdout, done.stderr)
        run.stderr = done.stderr
        return done.stdout

    return run


def tree_in(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith(("#!", "shell")) else 0o644)
    return folder


def cpio(folder: Path, form: str = "newc") -> bytes:
    command = f"find . -print0 | LC_ALL=C sort -z | cpio -0 -o --quiet -H {form} -R 0:0 --reproducible"
    return subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True).stdout


def packed(data: bytes, how: str) -> bytes:
    return subprocess.run(PACKERS[how], shell=True, input=data, check=True, capture_output=True).stdout


@pytest.fixture
def archive(place: Path) -> bytes:
    return cpio(tree_in(place / "tree", TREE))


def names(listing: str) -> list[str]:
    return sorted(line for line in listing.splitlines() if line != ".")


def below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


@pytest.mark.parametrize("how", PACKERS)
def test_every_compression_of_the_kernel_is_read(rootling, place, archive, how):
    image = place / "image"
    image.write_bytes(packed(archive, how))
    assert names(rootling("ls", image)) == below(place / "tree")
    assert f"segment 1: {how} at 0, " in rootling("ls", "-l", image)
    assert rootling("cat", image, "/bin/sh") == "shell"
    rootling("unpack", "-C", place / "out", image)
    assert below(place / "out" / f"1-{how}") == below(place / "tree")
    image.write_bytes(image.read_bytes()[:-20])
    assert "damaged or cut off" in rootling("check", image, status=2) + rootling.stderr


def test_old_archives_are_told_and_those_with_checksums_read(rootling, place):
    tree_in(place / "tree", TREE)
    (place / "crc").write_bytes(cpio(place / "tree", "crc"))
    (place / "odc").write_bytes(cpio(place / "tree", "odc"))
    assert names(rootling("ls", place / "crc")) == below(place / "tree")
    rootling("ls", place / "odc", status=1)
    assert "offset 0: the old format of cpio (odc)" in rootling.stderr


def test_ls_takes_patterns_and_speaks_json(rootling, place, archive):
    (place / "image").write_bytes(archive)
    assert rootling("ls", place / "image", "/etc", "b*").split() == [
        "bin", "bin/sh", "etc", "etc/rootling", "etc/rootling/cmdline",
    ]  # fmt: skip
    rootling("ls", place / "image", "nothing", status=1)
    (segment,) = json.loads(rootling("ls", "--json", place / "image", "init"))["segments"]
    assert segment["size"] == segment["packed_size"] <= len(archive)
    (entry,) = segment["entries"]
    assert (entry["name"], entry["mode"], entry["size"]) == ("init", "-rwxr-xr-x", 10)


@pytest.mark.parametrize("verb", ["ls", "cat", "size", "diff", "check"])
def test_what_cannot_be_written_is_an_error(rootling, workshop, place, archive, verb):
    image = place / "image"
    image.write_bytes(archive)
    more = {"cat": ["init"], "diff": [workshop.image()], "check": ["--json"]}.get(verb, [])
    with open("/dev/full", "w") as full:
        argv = [workshop.tool(), verb, image, *more]
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode in (1, 2) and "standard output: No space left" in done.stderr


def test_names_are_escaped_on_a_terminal(rootling, place):
    tree_in(place / "tree", {"a\n\x1b[31mred": "x"})
    (place / "image").write_bytes(cpio(place / "tree"))
    assert "a\\x0a\\x1b[31mred" in rootling("ls", place / "image")
    entries = json.loads(rootling("ls", "--json", place / "image"))["segments"][0]["entries"]
    assert entries[-1]["name"] == "a\n\x1b[31mred"


def test_cat_gives_what_the_kernel_would_have(rootling, place, archive):
    later = cpio(tree_in(place / "later", {"bin/sh": "the last one"}))
    os.symlink("/bin/sh", place / "later" / "link")
    later = cpio(place / "later")
    (place / "image").write_bytes(packed(archive, "gzip") + packed(later, "zstd"))
    assert rootling("cat", place / "image", "link") == "the last one"
    assert rootling("cat", "-s1", place / "image", "bin/sh") == "shell"
    assert rootling("ls", "-l", "-s2", place / "image").startswith("segment 2: zstd at ")
    rootling("cat", place / "image", "bin", "gone", status=1)
    assert "bin: is a folder" in rootling.stderr and "gone: not in the image" in rootling.stderr


def test_unpack_wants_an_empty_folder_and_drops_what_is_for_root(rootling, place):
    tree = tree_in(place / "tree", {"bin/su": "x"})
    (tree / "bin/su").chmod(0o4755)
    (place / "image").write_bytes(cpio(tree))
    (place / "full").mkdir()
    (place / "full/file").write_text("mine")
    rootling("unpack", "-C", place / "full", place / "image", status=1)
    assert "not empty" in rootling.stderr and below(place / "full") == ["file"]
    rootling("unpack", "-s", "1", "--directory", place / "out", place / "image")
    assert stat.S_IMODE((place / "out/bin/su").stat().st_mode) == 0o755
    rootling("unpack", "-s", "2", "--directory", place / "more", place / "image", status=1)


def test_size_shares_out_what_the_image_takes(rootling, workshop):
    image = workshop.image(shell=True)
    sizes = json.loads(rootling("size", "--json", image))
    paths = {p["path"]: p for p in sizes["paths"]}
    whole = image.stat().st_size
    assert whole - 8 <= paths["."]["packed_size"] <= whole
    assert sum(k["packed_size"] for k in sizes["kinds"].values()) == paths["."]["packed_size"]
    assert paths["bin"]["packed_size"] > paths["bin/busybox"]["packed_size"] > whole / 2
    assert sizes["kinds"]["modules"]["files"] >= 6
    text = rootling("size", "--depth", "1", image)
    assert "bin/\n" in text and "/init" in text and text.index(" bin/\n") < text.index(" init\n")


def test_diff_compares_modules_by_name_and_options_by_word(rootling, place, archive):
    other = dict(TREE)
    other["etc/rootling/cmdline"] = "ro root=LABEL=b\n"
    other["init"] = "#!/bin/sh -e\n"
    del other["lib/modules/6.1/kernel/net.ko"]
    tree_in(place / "other", other)
    tree_in(place / "other", {"lib/modules/6.2/updates/net.ko": "module"})
    subprocess.run(["xz", "--check=crc32", place / "other/lib/modules/6.2/updates/net.ko"], check=True)
    (place / "a").write_bytes(packed(archive, "gzip"))
    (place / "b").write_bytes(packed(archive, "zstd"))
    (place / "c").write_bytes(cpio(place / "other"))
    assert rootling("diff", place / "a", place / "b") == ""
    lines = rootling("diff", place / "a", place / "c", status=1).splitlines()
    assert "~ init: contents, 10 B -> 13 B" in lines
    assert "    -root=LABEL=a" in lines and "    +root=LABEL=b" in lines
    assert "~ module net: version, 6.1 -> 6.2" in lines  # and not its contents
    found = json.loads(rootling("diff", "--json", place / "a", place / "c", status=1))
    assert {d.get("module") for d in found["differences"]} == {None, "net"}
    rootling("diff", place / "a", place / "gone", status=2)
    rootling("diff", place / "a", status=2)


def test_an_image_of_ours_passes_and_a_spoiled_one_does_not(rootling, workshop, place):
    version, kernel = workshop.modules().name, workshop.kernel()
    flags = ["--kernel-config", kernel / "config", "--vmlinuz", kernel / "vmlinuz"]
    assert rootling("check", *flags, workshop.image(shell=True)) == ""
    rootling("check", "-k", "6.0-other", workshop.image(shell=True), status=1)
    key = place / "key.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----\n")
    image = shutil.copy(workshop.image("--add", f"{key}:/etc/key.pem"), place / "image")
    os.chmod(image, 0o644)
    found = json.loads(rootling("check", "--json", "-k", version, image, status=1))
    assert [(f["check"], f["severity"]) for f in found["findings"]] == [("secrets", "error"), ("secrets", "warning")]


def test_images_made_as_mkinitcpio_and_booster_do(rootling, place):
    early = tree_in(place / "early", {"early_cpio": "1", "kernel/x86/microcode/GenuineIntel.bin": "microcode"})
    main = tree_in(place / "main", {**TREE, "buildconfig": "HOOKS=(base)\n", "VERSION": "39", "hooks/udev": ""})
    image = place / "mkinitcpio.img"
    image.write_bytes(cpio(early) + packed(cpio(main), "zstd"))
    listing = rootling("ls", "-l", image)
    assert listing.startswith("made by mkinitcpio\nsegment 1: cpio at 0, ") and "segment 2: zstd at " in listing
    assert rootling("cat", image, "kernel/x86/microcode/GenuineIntel.bin") == "microcode"
    rootling("unpack", "-C", place / "out", image)
    assert sorted(p.name for p in (place / "out").iterdir()) == ["1-cpio", "2-zstd"]
    tree_in(place / "booster", {"init": "shell", "etc/booster.init.yaml": "network: {}\n"})
    for how in ("gzip", "lz4", "xz"):
        image.write_bytes(packed(cpio(place / "booster"), how))
        assert rootling("ls", "-l", image).startswith("made by booster\n")


@pytest.fixture(scope="session")
def peers(workshop: Workshop) -> Path:
    """Images that mkinitramfs and dracut made; their own tools take about two minutes, once."""
    made = workshop.cache / f"peers-{workshop.modules().name}"
    if not made.exists():
        fresh = workshop.cache / "peers.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        env = os.environ | {"CACHE": str(workshop.cache)}
        subprocess.run([REPO / "bench/peers", fresh, workshop.kernel(), "a=virtio_pci,virtio_blk",
                        "b=virtio_pci,virtio_scsi,sd_mod"], env=env, check=True)  # fmt: skip
        fresh.rename(made)
    return made


@pytest.mark.parametrize("maker", ["initramfs-tools", "dracut"])
def test_images_of_initramfs_tools_and_dracut(rootling, workshop, peers, place, maker):
    image, other = peers / f"{maker}-a.img", peers / f"{maker}-b.img"
    version = workshop.modules().name
    theirs = subprocess.run(f"gzip -dc {image} | cpio -t --quiet", shell=True, capture_output=True, text=True,
                            check=True).stdout  # fmt: skip
    assert rootling("ls", image) == theirs
    assert rootling("ls", "-l", image).startswith(f"made by {maker}\n")
    checked = rootling("check", "--json", "-k", version, "--kernel-config", workshop.kernel() / "config", image)
    assert {f["check"] for f in json.loads(checked)["findings"]} <= {"setuid"}  # dracut leaves mount as it is
    rootling("unpack", "-s1", "-C", place / "ours", image)
    (place / "theirs").mkdir()
    subprocess.run(f"gzip -dc {image} | cpio -id --quiet", shell=True, cwd=place / "theirs", check=False)
    nodes = {str(p.relative_to(place / "theirs")) for p in (place / "theirs").rglob("*") if p.is_char_device()}
    assert set(below(place / "ours")) == set(below(place / "theirs")) - nodes
    assert "+ module virtio_scsi\n" in rootling("diff", image, other, status=1)


def cpio_of(folder: Path, *ordered: str) -> bytes:
    listed = "".join(f"{name}\n" for name in ordered).encode()
    return subprocess.run(["cpio", "-o", "--quiet", "-H", "newc", "-R", "0:0"], cwd=folder, input=listed,
                          check=True, capture_output=True).stdout  # fmt: skip


def test_the_kernel_leaves_the_files_that_cat_shows(boot, rootling, workshop, place):
    one = tree_in(place / "one", {"odd/dir/f": "first", "odd/gone": "old", "odd/h2": "hard", "lost/x": "no folder"})
    (one / "odd/link").symlink_to("/odd/dir")
    (one / "odd/empty").mkdir()
    os.link(one / "odd/h2", one / "odd/h1")
    two = tree_in(place / "two", {"odd/link/through": "by a link", "odd/empty": "a file", "odd/dir": "in the way"})
    (two / "odd/gone").symlink_to("h1")
    first = cpio_of(one, "lost/x", "odd", "odd/dir", "odd/dir/f", "odd/gone", "odd/link", "odd/empty", "odd/h1", "odd/h2")
    second = cpio_of(two, "odd/link/through", "odd/empty", "odd/dir", "odd/gone")
    image = place / "image"
    image.write_bytes(first + second + workshop.image(shell=True).read_bytes())
    vm = boot("root=LABEL=none rd.break=root", initrd=image)
    vm.wait_initramfs_shell()
    for path in ("dir", "dir/f", "gone", "link/f", "link/through", "dir/through", "empty", "h1", "h2", "../lost/x"):
        there = vm.run(f"test -f /odd/{path} && cat /odd/{path}", check=False)
        shown = rootling("cat", image, f"odd/{path}", status=0 if there else 1)
        assert shown == there, path
    rootling("check", image, status=1)
