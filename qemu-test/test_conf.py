"""What `rootling build` is told: files, flags, defaults; and what it says to whom."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import time

import pytest


def run(argv, check=True, **more):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **more)
    assert not check or done.returncode == 0, done.stderr
    return done


def values(text):
    """{key: [(value, where)]} of what --print-config printed; a default is None."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        if " = " in line and not line.startswith("#"):
            setting, where = line.rsplit(" # ", 1)
            key, value = setting.split(" = ", 1)
            found.setdefault(key, []).append((value.strip(), where))
    return found


@pytest.fixture
def system(place):
    """A root with configuration files, as --sysroot wants it."""
    (place / "etc/rootling.conf.d").mkdir(parents=True)
    (place / "etc/rootling.conf").write_text("[build]\nmodule = a b\ncompress = zstd\nverbose = yes\n")
    (place / "etc/rootling.conf.d/B.conf").write_text('cmdline = "x # y"\nmodule =\nmodule = c\n')
    (place / "etc/rootling.conf.d/a.conf").write_text("compress = none\nkernel = 6.1\nmodule = d\n")
    (place / "etc/rootling.conf.d/a.conf.bak").write_text("wrong")
    return place


def test_files_are_read_in_their_order_and_flags_come_last(workshop, system):
    argv = [workshop.tool(), "build", "--sysroot", system, "--print-config"]
    etc = system / "etc"
    got = values(run([*argv, "-m", "e", "--no-verbose"]).stdout)
    assert got["module"] == [
        ("", f"{etc}/rootling.conf.d/B.conf:2"),
        ("c", f"{etc}/rootling.conf.d/B.conf:3"),
        ("d", f"{etc}/rootling.conf.d/a.conf:3"),
        ("e", "--module"),
    ]
    assert got["compress"] == [("none", f"{etc}/rootling.conf.d/a.conf:1")]
    assert got["cmdline"] == [('"x # y"', f"{etc}/rootling.conf.d/B.conf:1")]
    assert got["verbose"] == [("no", "--no-verbose")]


def test_an_alternative_takes_the_place_of_what_a_file_says(workshop, system):
    argv = [workshop.tool(), "build", "--sysroot", system, "--print-config"]
    got = values(run([*argv, "--modules-dir", "/x/6.2"]).stdout)
    assert "kernel" not in got
    both = run([*argv, "--modules-dir", "/x/6.2", "-k", "6.3"], check=False)
    assert both.returncode == 1 and "--kernel: excludes modules-dir" in both.stderr


def test_what_is_printed_is_a_configuration_of_the_same(workshop, system):
    argv = [workshop.tool(), "build", "--print-config"]
    first = run([*argv, "--sysroot", system, "--sealed", ' odd "\t\n# ', "-a", "it's"]).stdout
    (system / "printed").write_text(first)
    again = run([*argv, "-c", system / "printed"]).stdout
    assert {k: [v for v, _ in rows] for k, rows in values(first).items()} == {
        k: [v for v, _ in rows] for k, rows in values(again).items()
    }


def test_what_is_wrong_in_a_file_is_said_with_its_line(workshop, place):
    conf = place / "conf"
    conf.write_text("modul = a\nverbose = maybe\n[rd]\nx = y\n[build]\nsysroot = /\nnothing\n")
    done = run([workshop.tool(), "build", "-c", conf], check=False)
    assert done.returncode == 1
    for line, complaint in ((1, "did you mean module?"), (2, "yes|no"), (4, "rd: not"), (6, "flag"), (7, "key = value")):
        assert any(text.startswith(f"rootling: {conf}:{line}: ") and complaint in text for text in done.stderr.splitlines())
    absent = run([workshop.tool(), "build", "-c", place / "absent"], check=False)
    assert absent.returncode == 1 and "absent: No such file" in absent.stderr


def test_kernel_and_image_have_the_names_a_distribution_expects(workshop, place):
    tool = workshop.tool()
    for version in ("6.1.0-9", "6.1.0-10"):
        folder = place / "lib/modules" / version
        folder.mkdir(parents=True)
        (folder / "modules.order").touch()
    argv = [tool, "build", "-c", "/dev/null", "--listed", "--sysroot", place, "--init", workshop.init()]
    nowhere = run(argv, check=False)
    assert nowhere.returncode == 1 and "no /boot: --output FILE" in nowhere.stderr
    (place / "boot").mkdir()
    assert "#kernel = 6.1.0-10 " in run([*argv, "--print-config"]).stdout
    assert json.loads(run([*argv, "--json", "-k", "6.1.0-9"]).stdout)["kernel"] == "6.1.0-9"
    assert [p.name for p in (place / "boot").iterdir()] == ["initrd.img-6.1.0-9"]
    odd = run([*argv, "-k", "../x"], check=False)
    assert odd.returncode == 1 and "not a version" in odd.stderr


def test_a_machine_that_cannot_be_known_gets_what_most_need(workshop, place):
    """As in the chroot of an installer: nothing is mounted on the root of it."""
    (place / "conf").write_text("universal = yes\n")
    argv = [workshop.tool(), "build", "--sysroot", place, "--modules-dir", workshop.modules(), "--json"]
    argv += ["--init", workshop.init(), "-z", "none", "-o", place / "image"]
    for flags, mode in (
        ((), "universal"),
        (("--load", "virtio_blk"), "listed"),
        (("-c", place / "conf", "--listed"), "listed"),
        (("-c", place / "conf", "--load", "virtio_blk"), "universal"),
    ):
        assert json.loads(run([*argv, *flags]).stdout)["mode"] == mode
    refused = run([*argv, "--hostonly"], check=False)
    assert refused.returncode == 1 and "use --universal" in refused.stderr


def test_json_tells_what_was_built_or_why_not(workshop, place):
    argv = [workshop.tool(), "build", "-c", "/dev/null", "--modules-dir", workshop.modules(), "--json"]
    argv += ["--init", workshop.init(), "-o", place / "image", "-z", "gzip", "--load", "virtio_blk"]
    built = json.loads(run(argv).stdout)
    assert built["ok"] and built["messages"] == [] and built["modules"] >= 3
    assert built["output"] == str(place / "image") and built["bytes"] == (place / "image").stat().st_size
    assert built["compression"] == "gzip" and built["kernel"] == workshop.modules().name
    failed = run([*argv, "--add", 'no "such'], check=False)
    assert failed.returncode == 1
    assert not json.loads(failed.stdout)["ok"] and "No such file" in json.loads(failed.stdout)["messages"][0]


def test_an_image_can_go_to_standard_output(workshop, place):
    argv = [workshop.tool(), "build", "-c", "/dev/null", "--listed", "--init", workshop.init(), "-v", "-o"]
    run([*argv, place / "image"])
    piped = subprocess.run([str(a) for a in [*argv, "-"]], capture_output=True, check=True)
    assert piped.stdout == (place / "image").read_bytes()


def on_a_terminal(argv):
    """What the program wrote there."""
    main, other = pty.openpty()
    with subprocess.Popen([str(a) for a in argv], stdin=other, stdout=other, stderr=other) as child:
        os.close(other)
        text = b""
        try:
            while chunk := os.read(main, 4096):
                text += chunk
        except OSError:  # the other end is closed
            pass
        os.close(main)
        assert child.wait() == 0, text
    return text.decode()


def test_progress_is_for_terminals_and_for_what_takes_long(workshop, place):
    slow = place / "slow"
    os.mkfifo(slow)
    argv = [workshop.tool(), "build", "-c", "/dev/null", "--listed", "--init", slow, "-o", place / "image"]
    feed = subprocess.Popen(["sh", "-c", f"exec >{slow}; sleep 0.6; echo '#!/x'"])
    text = on_a_terminal(argv)
    assert feed.wait() == 0
    assert "s: adding /init\r" in text and text.count("\033[K") > 2
    last = text.rsplit("\033[K", 1)[1]
    assert "image: " in last and "\033" not in last
    quick = [a if a != slow else workshop.init() for a in argv]
    assert "adding" not in on_a_terminal(quick)
    assert on_a_terminal([*quick, "-q"]) == ""
    done = run(quick)
    assert done.stdout == done.stderr == ""


COMPLETE = """
eval "$("$0" completion bash)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_rootling
printf '%s\\n' "${COMPREPLY[@]}"
"""


def test_bash_completes_verbs_flags_and_values(workshop, place):
    (place / "image.img").touch()

    def complete(*words):
        return run(["bash", "-c", COMPLETE, workshop.tool(), "rootling", *words], cwd=place).stdout.split()

    assert complete("comp") == ["completion"]
    assert "build" in complete("help", "")
    assert complete("build", "--print") == ["--print-config"]
    assert "--no-verbose" in complete("build", "--no-")
    assert complete("build", "-o", "im") == complete("build", "--output", "=", "im") == ["image.img"]
    assert complete("ls", "") == ["image.img"]


def test_every_verb_explains_itself(workshop):
    tool = workshop.tool()
    verbs = [line.split()[0] for line in run([tool, "help"]).stdout.splitlines() if line.startswith("  ")]
    assert {"build", "ls", "options", "probe", "completion"} <= set(verbs)
    for verb in verbs:
        assert run([tool, "help", verb]).stdout == run([tool, verb, "--help"]).stdout
    assert run([tool, "help", "nothing"], check=False).returncode == 1


def test_the_example_sets_nothing_until_it_is_edited(workshop, place):
    tool, conf = workshop.tool(), place / "rootling.conf"
    conf.write_text(run([tool, "options", "--conf"]).stdout)
    assert values(run([tool, "build", "-c", conf, "--print-config"]).stdout) == {}
    conf.write_text(conf.read_text().replace("#compress = ", "compress = "))
    assert "compress" in values(run([tool, "build", "-c", conf, "--print-config"]).stdout)
