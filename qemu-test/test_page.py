"""The page of a machine that starts, in a browser; its JSON and events; its metrics in Prometheus."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import jsonschema
import pytest
from browser import PHONE, Browser
from disks import copy, relabel
from guest import Guest
from prometheus import EXAMPLES, Prometheus, check
from vm import Disk

# What a screen reader and a keyboard need; the complaints as a list.
ACCESSIBLE = """
const wrong = [], name = (e) => e.outerHTML.slice(0, 80);
for (const e of document.querySelectorAll("input"))
    if (!e.labels.length) wrong.push("no label: " + name(e));
for (const e of document.querySelectorAll("th"))
    if (!e.scope) wrong.push("no scope: " + name(e));
for (const e of document.querySelectorAll("section"))
    if (!e.ariaLive && !document.getElementById(e.getAttribute("aria-labelledby"))) wrong.push("no name: " + name(e));
for (const e of document.querySelectorAll("[id]"))
    if (document.querySelectorAll("#" + e.id).length > 1) wrong.push("twice: " + name(e));
for (const tag of ["main", "header", "footer", "nav", "h1"])
    if (document.querySelectorAll(tag).length != 1) wrong.push("not one " + tag);
if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the window");
for (const e of performance.getEntriesByType("resource"))
    if (!e.name.startsWith(location.origin + "/")) wrong.push("foreign: " + e.name);
return wrong;
"""


@pytest.fixture
def image(workshop):
    return workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)


@pytest.fixture
def shots(workshop) -> Path:
    """Pictures stay, whatever becomes of the scenario."""
    return workshop.out / "qemu-test" / "screenshots"


def shoot(browser: Browser, folder: Path, state: str) -> None:
    browser.shoot(folder / f"{state}.png")
    browser.shoot(folder / f"{state}-dark.png", dark=True)
    browser.shoot(folder / f"{state}-phone.png", width=PHONE)


def state_is(word: str) -> str:
    return f"document.getElementById('state').textContent == '{word}'"


def check_json(guest: Guest) -> dict:
    """Status and timeline keep their schemas; the status."""
    for name in ("status", "timeline"):
        code, text = guest.get(f"/api/v1/{name}")
        assert code == 200
        schema = json.loads((EXAMPLES / f"{name}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(text), schema, jsonschema.Draft202012Validator)
    return json.loads(guest.get("/api/v1/status")[1])


def events(guest: Guest, last_id: str = "") -> dict[str, str]:
    """The first event of each name, until `status` has come, and the last id."""
    request = urllib.request.Request(guest.url + "api/v1/events", headers={"Last-Event-ID": last_id} if last_id else {})
    found: dict[str, str] = {}
    name = ""
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        for line in answer:
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                found[name] = found.get(name, "") + value + "\n"
                if name == "status":
                    return found
            elif key == "id":
                found["id"] = value
    raise AssertionError(f"the stream ended after {found}")


def test_a_boot_is_followed_in_a_browser(boot, workshop, place, image, shots):
    tree = workshop.servers()
    other = relabel(copy(workshop.root(), place / "other.img"), "other")
    late = Disk(copy(workshop.root(), place / "late.img"))
    with Browser(place) as browser:
        guest = Guest(boot, "root=LABEL=demo rd.timeout=30 ip=dhcp rd.http=80", [other], image, free_ports=1)
        guest.get("/healthz")
        browser.open(guest.url)
        browser.wait(state_is("Starting"))
        browser.wait("document.getElementById('why').textContent == 'waits for LABEL=demo'")
        browser.wait("document.querySelector('#stages .running th').textContent == 'root'")
        browser.wait("document.getElementById('link').textContent == 'live'")
        assert check_json(guest)["state"] == "booting"
        shoot(browser, shots, "starting")

        with Prometheus(tree, place, f"127.0.0.1:{guest.port}") as prometheus:
            # the same page all the time: events bring what is new
            browser.wait(state_is("Failed"))
            browser.wait("document.getElementById('log').textContent.includes('recovery: ready')")
            browser.wait("document.querySelector('#disks td b').textContent == 'other'")
            shoot(browser, shots, "failed")
            assert browser.run(ACCESSIBLE) == []
            browser.run("document.activeElement.blur(); scrollTo(0, 0)")
            browser.key("\ue004")
            assert browser.run("return document.activeElement.className") == "skip"
            prometheus.wait("rootling_boot_failed == 1")
            prometheus.wait('rootling_stage_failed{stage="root"} == 1')
            prometheus.wait('ALERTS{alertname="BootFailed"}')
        check(tree, "rules", str(EXAMPLES / "rootling.rules.yml"))
        check(tree, "metrics", stdin=guest.get("/metrics")[1])

        status = check_json(guest)
        assert status["state"] == "failed" and status["verdict"].startswith("no root: waited 30 s for LABEL=demo")
        assert [(d["type"], d["label"]) for d in status["devices"] if d["name"] == "vda"] == [("ext4", "other")]
        assert status["devices"][0]["size_bytes"] == other.stat().st_size
        assert status["memory"]["total_bytes"] > 300 << 20
        assert "10.0.2.15/24" in [report.get("address") for report in status["network"]]
        seen = events(guest)
        assert "apifs: /proc" in seen["log"] and json.loads(seen["status"]) == {"failed": True}
        assert "log" not in events(guest, seen["id"])

        browser.scripts(False)
        browser.open(guest.url + "?still")
        said = browser.text("body")
        for part in ("LABEL=demo", "apifs", "recovery: ready", "ext4 other", "10.0.2.15/24"):
            assert part in said
        browser.shoot(shots / "failed-without-script.png")
        assert browser.run(ACCESSIBLE) == []
        browser.scripts(True)
        browser.open(guest.url)
        browser.wait("document.getElementById('link').textContent == 'live'")

        assert browser.complaints() == []  # no policy was violated, nothing was missing
        guest.vm.plug(late)
        guest.vm.wait_demo()
        browser.wait(state_is("No answer"))
        shoot(browser, shots, "gone")
    check(tree, "metrics", stdin=guest.vm.run("cat /run/rootling/metrics.prom") + "\n")


# ---- actions

TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def armed(workshop, place):
    """An image with a certificate and a token."""
    (place / "token").write_text(TOKEN + "\n")
    flags = ["--https-self-signed", str(workshop.out / "matrix/https"), "--http-token", str(place / "token")]
    flags += ["--module", "virtio_net", "--module", "af_packet"]
    return workshop.image(*flags, defconfig="full", shell=True)


def stuck(boot, image, disks: list[Path], words: str = "") -> Guest:
    """A machine that finds no root, and is reached by HTTPS."""
    guest = Guest(boot, f"root=LABEL=wrong rd.timeout=1 ip=dhcp rd.https=443 {words}", disks, image)
    guest.vm.expect(r"network: eth0: 10\.0\.2\.15/24")
    return guest


def press(browser: Browser, name: str, outcome: str) -> None:
    """A button, and what the page says became of it."""
    browser.click("button.first" if name == "retry" else f"[formaction='/api/v1/{name}']")
    browser.wait(f"/{outcome}/.test(document.getElementById('result').textContent)")


def test_a_browser_sends_the_boot_on(boot, workshop, place, armed, shots):
    with Browser(place) as browser:
        guest = stuck(boot, armed, [workshop.root()], "rd.break=root")
        browser.open(guest.tls_url)
        browser.wait("document.getElementById('why').textContent.includes('rd.break=')")
        shoot(browser, shots, "break")
        browser.fill("[name=token]", TOKEN[:-1])
        press(browser, "continue", "refused: .*token")
        shoot(browser, shots, "refused")
        browser.fill("[name=token]", TOKEN)
        press(browser, "continue", "Go on: accepted")
        browser.wait(state_is("Failed"))

        press(browser, "retry", "Try again: accepted")
        browser.wait("[...document.querySelectorAll('#stages tbody th')].filter(e => e.textContent == 'root').length == 2")
        browser.wait(state_is("Failed"))
        press(browser, "report", "Save the report: saved")
        browser.click("[formaction='/api/v1/reboot']")
        assert browser.text("[formaction='/api/v1/reboot']") == "Reboot: sure?"
        shoot(browser, shots, "sure")
        assert guest.vm.is_running

        browser.fill("[name=root]", "LABEL=")
        press(browser, "root", "Use this root: refused")
        browser.fill("[name=root]", "LABEL=demo")
        press(browser, "root", "Use this root: accepted")
        shoot(browser, shots, "accepted")
        browser.wait("document.getElementById('why').textContent.includes('rd.break=')")  # the stage begins anew
        press(browser, "continue", "Go on: (accepted|no answer)")
        guest.vm.wait_demo()
        browser.wait(state_is("No answer"))


@pytest.mark.parametrize(("name", "says"), [("reboot", "Restarting system"), ("poweroff", "Power down")])
def test_a_browser_without_scripts_ends_the_machine(boot, place, armed, name, says):
    with Browser(place) as browser:
        guest = stuck(boot, armed, [])
        browser.open(guest.tls_url)
        browser.wait(state_is("Failed"))
        browser.scripts(False)
        browser.open(guest.tls_url + "?still")
        browser.fill("[name=token]", TOKEN)
        browser.click(f"[formaction='/api/v1/{name}']")
        guest.vm.expect(f"reboot: {says}")
        guest.vm.wait_off()
