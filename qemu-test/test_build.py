"""The build itself: what is made again when something changes, and that every option may be off."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from disks import tool
from workshop import REPO, Workshop

# Those that can be chosen: others are what these select.
OPTIONS = sorted(re.findall(r"^(?:menu)?config (\w+)\n\tbool \"", "".join(p.read_text() for p in REPO.glob("*/Kconfig")), re.M))


class Tree:
    """A copy of what git tracks, built in a folder of its own."""

    def __init__(self, place: Path, cache: Path) -> None:
        self.source = place / "source"
        self.cache = cache
        argv = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z"]
        tracked = subprocess.run(argv, cwd=REPO, capture_output=True)
        for name in tracked.stdout.decode().split("\0"):
            if name and (REPO / name).is_file():
                (self.source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPO / name, self.source / name)

    def make(self, *words: str) -> list[str]:
        """What was made, one name a line of output."""
        done = subprocess.run(
            ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "O", "-u", "CACHE", "make", "O=out", f"CACHE={self.cache}", *words],
            cwd=self.source,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [line.split()[1] for line in done.stdout.splitlines() if re.match(r"  [A-Z]+ ", line)]

    def init(self, *words: str) -> list[str]:
        return self.make("out/init", *words)

    def set(self, option: str, value: str) -> None:
        config = self.source / "out/.config"
        line = f"CONFIG_{option}=y" if value == "y" else f"# CONFIG_{option} is not set"
        text, count = re.subn(rf"^(CONFIG_{option}=y|# CONFIG_{option} is not set)$", line, config.read_text(), flags=re.M)
        assert count == 1
        config.write_text(text)


@pytest.fixture(scope="module")
def tree(workshop: Workshop) -> Iterator[Tree]:
    """One for all of this file: each leaves it built, and configured as it was."""
    place = workshop.out / "qemu-test/tree"
    shutil.rmtree(place, ignore_errors=True)
    built = Tree(place, workshop.cache)
    built.make("full_defconfig")
    built.init()
    yield built
    shutil.rmtree(place)


def test_nothing_is_made_twice(tree):
    assert tree.init() == []


def test_a_changed_header_makes_its_users_again(tree):
    header = tree.source / "lib/cursor.h"
    header.write_text(header.read_text() + "\n")
    users = {f"target/{p.relative_to(tree.source).with_suffix('.o')}" for p in tree.source.glob("*/*.c")
             if p.parts[-2] not in ("initramfs", "bench") and reads(tree.source, p, "lib/cursor.h", set())}
    assert {name for name in tree.init() if name.endswith(".o")} == users - {"target/lib/klibc.o"}


def reads(top: Path, path: Path, wanted: str, seen: set[str]) -> bool:
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
        if name == wanted:
            return True
        if name not in seen:
            seen.add(name)
            if (top / name).exists() and reads(top, top / name, wanted, seen):
                return True
    return False


def test_a_changed_option_makes_only_what_mentions_it_again(tree):
    tree.set("FSPROBE_EXT", "n")
    assert [name for name in tree.init() if name.endswith(".o")] == ["target/mount/fsprobe.o"]
    tree.make("full_defconfig")
    tree.init()


def test_a_changed_flag_makes_everything_again_and_the_same_flag_nothing(tree):
    objects = len(list((tree.source / "out/target").glob("*/*.o")))
    assert sum(name.endswith(".o") for name in tree.init("CFLAGS=-DNDEBUG")) == objects
    assert tree.init("CFLAGS=-DNDEBUG") == []


def test_every_option_may_be_off_alone_and_all_at_once(tree):
    plain = ("WERROR=1", "LTO=")  # a quicker linker finds what is missing as well
    out, whole = tree.source / "out", tree.source / "whole"
    tree.init(*plain)
    out.rename(whole)
    for option in OPTIONS:
        shutil.copytree(whole, out, symlinks=True)  # with its times: what is off needs no way back
        tree.set(option, "n")
        tree.init(*plain)
        shutil.rmtree(out)
    whole.rename(out)
    tree.make("allnoconfig")
    tree.init(*plain)


def test_an_unknown_configuration_or_architecture_is_named(tree):
    for words, complaint in (
        (["nosuch_defconfig"], "nosuch_defconfig: not in kconfig/configs/"),
        (["ARCH=sparc"], "ARCH=sparc: known are x86_64 and arm64"),
        (["LIBC=dietlibc"], "LIBC=dietlibc: known are klibc, musl and glibc"),
    ):
        with pytest.raises(AssertionError, match=re.escape(complaint)):
            tree.make(*words)


def test_klibcs_programs_are_packed_with_their_loader(workshop, place):
    image = place / "klibc.img"
    argv = ["build", "--init", str(workshop.init()), "--add-klibc", "-o", str(image)]
    subprocess.run([str(workshop.tool()), *argv], check=True)
    names = tool(workshop.tool(), "ls", image).split()
    assert "bin/sh" in names and "bin/mount" in names
    assert [name for name in names if re.fullmatch(r"(usr/)?lib/klibc-\S+\.so", name)]
