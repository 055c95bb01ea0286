"""What `rootling` on the host makes and says; probe has a file of its own."""

from __future__ import annotations

import subprocess


def run(argv, check=True):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


def test_an_image_is_the_same_bytes_every_time(workshop, place):
    for name in ("a", "b"):
        argv = [workshop.tool(), "build", "--modules-dir", workshop.modules(), "--init", workshop.init()]
        run([*argv, "--load", "virtio_blk", "--add", workshop.shell(), "-o", place / name])
    assert (place / "a").read_bytes() == (place / "b").read_bytes()
    assert (place / "a").stat().st_mode & 0o777 == 0o600


def test_ls_lists_what_cpio_lists(workshop, place):
    image = workshop.image(shell=True)
    theirs = subprocess.run(
        f"gzip -dc {image} | cpio -t --quiet", shell=True, capture_output=True, text=True, check=True
    ).stdout
    assert sorted(run([workshop.tool(), "ls", image]).stdout.split()) == sorted(theirs.split())


def test_a_failed_build_leaves_the_last_good_image(workshop, place):
    image = place / "image"
    image.write_text("good")
    argv = [workshop.tool(), "build", "--modules-dir", workshop.modules(), "--init", workshop.init(), "-o", image]
    failed = run([*argv, "--load", "no_such_module"], check=False)
    assert failed.returncode == 1 and "no_such_module" in failed.stderr
    assert image.read_text() == "good"
    assert [p.name for p in place.iterdir()] == ["image"]


def test_options_explains_what_init_would_act_on(workshop):
    done = run([workshop.tool(), "options", "--explain", "root=UUID=1 rw ro rd.brake=root -- single x"])
    lines = done.stdout.splitlines()
    assert "root=UUID=1" in lines
    assert "rd.brake" in done.stderr and "rd.break" in done.stderr


def test_options_lists_every_key_with_one_line(workshop):
    lines = run([workshop.tool(), "options"]).stdout.splitlines()
    assert any(line.startswith("root=DEVICE") for line in lines)
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)


def test_whom_to_trust_is_packed_and_looked_at_before(workshop, place):
    def openssl(*argv):
        run(["openssl", *argv])

    secret, public, certificate = place / "key", place / "public", place / "certificate"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", secret)
    openssl("pkey", "-in", secret, "-pubout", "-out", public)
    openssl("req", "-x509", "-key", secret, "-subj", "/CN=authority", "-out", certificate)
    argv = [workshop.tool(), "build", "--listed", "--config", "/dev/null", "--init", workshop.init(), "-o", place / "image"]
    run([*argv, "--ca", certificate, "--fetch-key", public])
    tool = [workshop.tool(), "cat", place / "image"]
    assert run([*tool, "etc/ssl/certs/ca-certificates.crt"]).stdout == certificate.read_text()
    assert run([*tool, "etc/rootling/fetch.pem"]).stdout == public.read_text()
    for flags, complaint in (
        (["--fetch-key", secret], f"--fetch-key {secret}: holds a private key"),
        (["--fetch-key", certificate], f"--fetch-key {certificate}: a certificate; openssl x509 -pubkey"),
        (["--ca", public], f"--ca {public}: no certificate in PEM in it"),
        (["--ca", secret], f"--ca {secret}: holds a private key"),
        (["--ca", place / "absent"], "absent: No such file or directory"),
        (["--ca", "system", "--sysroot", place], "(Debian: the package ca-certificates)"),
    ):
        refused = run([*argv, *flags], check=False)
        assert refused.returncode == 1 and complaint in refused.stderr, refused.stderr
    run([*argv, "--ca", "system"])
    assert run([*tool, "etc/ssl/certs/ca-certificates.crt"]).stdout.count("BEGIN CERTIFICATE") > 50
