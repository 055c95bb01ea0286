"""The last good image stays whatever happens to a build, and nothing else stays behind."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time

import pytest


@pytest.fixture
def builds(workshop, place):
    """Builds of one image in a folder of its own; one with a pipe for /init stops there."""
    folder = place / "boot"
    folder.mkdir()
    (folder / "image").write_text("good")
    (place / "conf").write_text("listed = yes\n")
    os.mkfifo(place / "pipe")
    argv = [workshop.tool(), "build", "-c", place / "conf", "--add", "/etc/hostname", "-o", folder / "image"]

    def start(*more, init=workshop.init(), stderr=subprocess.PIPE):
        words = [str(a) for a in (*argv, "--init", init, *more)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr, text=True)

    start.folder, start.pipe = folder, place / "pipe"
    return start


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def feed(pipe, text=b"#!/fed\n"):
    with pipe.open("wb") as f:
        f.write(text)


def is_locked(path):
    return subprocess.run(["flock", "-n", path, "true"], check=False).returncode != 0


def wait_for(condition, what):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT, signal.SIGKILL))
def test_a_signal_in_the_middle_leaves_only_the_old_image(builds, number):
    child = builds(init=builds.pipe)
    wait_for(lambda: is_locked(builds.folder / "image"), "the build has begun")
    child.send_signal(number)
    assert child.wait() == -number
    assert contents(builds.folder) == {"image": b"good"}
    assert not is_locked(builds.folder / "image")


def test_signals_at_any_time_leave_the_old_or_the_new_image(builds):
    assert builds().wait() == 0
    image = (builds.folder / "image").read_bytes()
    for i in range(40):
        (builds.folder / "image").write_bytes(b"good")
        child = builds()
        time.sleep(i / 2000)
        child.send_signal((signal.SIGTERM, signal.SIGINT)[i % 2])
        child.wait()
        assert contents(builds.folder) in ({"image": b"good"}, {"image": image})


def test_what_a_killed_build_left_is_removed_by_the_next(builds):
    (builds.folder / ".image.rootling-aB3xY9").write_text("half")
    for other in (".image.rootling-x", ".other.rootling-aB3xY9", "image.new"):
        (builds.folder / other).write_text("of somebody else")
    assert builds().wait() == 0
    left = contents(builds.folder)
    assert sorted(left) == [".image.rootling-x", ".other.rootling-aB3xY9", "image", "image.new"]
    assert left["image"] != b"good"


def test_of_two_builds_the_second_waits_and_wins(builds):
    first = builds(init=builds.pipe)
    wait_for(lambda: is_locked(builds.folder / "image"), "the first build has begun")
    second = builds("--cmdline", "second")
    time.sleep(0.3)  # long enough for a build that does not wait
    assert second.poll() is None
    assert contents(builds.folder) == {"image": b"good"}
    feed(builds.pipe)
    assert first.wait() == 0 and second.wait() == 0
    alone = (builds.folder / "image").read_bytes()
    assert builds("--cmdline", "second").wait() == 0
    assert (builds.folder / "image").read_bytes() == alone


def test_builds_of_an_image_that_is_not_there_yet_wait_too(builds):
    (builds.folder / "image").unlink()
    first = builds(init=builds.pipe)
    wait_for(lambda: is_locked(builds.folder), "the first build has begun")
    second = builds("--cmdline", "second")
    time.sleep(0.3)
    assert second.poll() is None
    feed(builds.pipe)
    assert first.wait() == 0 and second.wait() == 0
    waited = (builds.folder / "image").read_bytes()
    assert builds("--cmdline", "second").wait() == 0
    assert (builds.folder / "image").read_bytes() == waited


def test_a_build_of_another_image_does_not_wait(builds):
    (builds.folder / "other").write_bytes(b"good")
    first = builds(init=builds.pipe)
    wait_for(lambda: is_locked(builds.folder / "image"), "the first build has begun")
    assert builds("-o", builds.folder / "other").wait(timeout=20) == 0
    feed(builds.pipe)
    assert first.wait() == 0


def test_a_build_that_waits_says_so_on_a_terminal(builds):
    first = builds(init=builds.pipe)
    wait_for(lambda: is_locked(builds.folder / "image"), "the first build has begun")
    main, other = pty.openpty()
    second = builds(stderr=other)
    os.close(other)
    text = b""
    while b"waiting for another build" not in text:
        text += os.read(main, 4096)
    feed(builds.pipe)
    assert first.wait() == 0 and second.wait() == 0
    os.close(main)


def test_a_full_disk_leaves_the_old_image(builds, workshop):
    script = """
        set -eu
        mount -t tmpfs -o size=16k tmpfs "$1"
        echo good >"$1/image"
        status=0
        "$2" build -c /dev/null --listed --init "$3" --add "$2" -o "$1/image" || status=$?
        echo "status $status, $(ls -A "$1"), $(cat "$1/image")"
    """
    argv = ["unshare", "-m", "sh", "-c", script, "sh", builds.folder, workshop.tool(), workshop.init()]
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)
    assert done.stdout == "status 1, image, good\n"
    assert f"{builds.folder}/image: No space left on device" in done.stderr


@pytest.mark.parametrize(
    "flags, complaint",
    (
        (("-c", "/nonexistent"), "/nonexistent: No such file"),
        (("--add", "/nonexistent"), "/nonexistent: No such file"),
        (("--compress", "best"), "--compress best"),
        (("--load", "no_such", "--modules-dir", "/nonexistent"), "/nonexistent"),
    ),
)
def test_a_build_that_fails_leaves_the_old_image(builds, flags, complaint):
    child = builds(*flags)
    _, stderr = child.communicate()
    assert child.returncode == 1 and complaint in stderr
    assert contents(builds.folder) == {"image": b"good"}


def test_no_root_rights_are_needed_and_a_folder_that_refuses_is_named(builds, workshop):
    def as_nobody(*argv):
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *[str(a) for a in argv]]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    argv = [workshop.tool(), "build", "-c", "/dev/null", "--listed", "--init", workshop.init(), "-o"]
    if as_nobody(workshop.tool(), "--version").returncode:
        pytest.skip("the tool is where only root can read it")
    os.chmod(builds.folder, 0o755)
    refused = as_nobody(*argv, builds.folder / "image")
    assert refused.returncode == 1 and f"{builds.folder}/: Permission denied" in refused.stderr
    assert contents(builds.folder) == {"image": b"good"}
    os.chown(builds.folder, 65534, 65534)
    assert as_nobody(*argv, builds.folder / "image").returncode == 0
    assert (builds.folder / "image").stat().st_mode & 0o777 == 0o600
