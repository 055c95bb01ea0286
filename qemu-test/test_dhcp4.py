"""DHCPv4 against the servers people run, and against one that does what none should."""

from __future__ import annotations

import itertools
import re
import socket
import struct
import threading

import pytest
from dhcp_server import DhcpServer, Message, Type, frame_of, ip, parse, reply
from lan import HOST4

MAC = "52:54:00:00:00:01"
NO_ROOT = "root=UUID=dead-beef rd.timeout=1"


@pytest.fixture(scope="session")
def image(workshop):
    return workshop.image("--module", "virtio_net", "--module", "af_packet", defconfig="full", shell=True)


@pytest.fixture
def start(boot, lan, image):
    """start(...): a machine with one card that asks by DHCP."""

    def go(words="", card=None, extra=()):
        words = words if "ip=" in words else f"ip=dhcp {words}"
        return boot(f"{NO_ROOT} {words}", initrd=image, cards=[card or lan.card()], extra=list(extra))

    return go


def wait_address(vm, address):
    vm.expect(rf"network: eth0: {re.escape(address)}/24")


def wait_address_and_shell(vm, address):
    """The prompt may have come before the address: an empty line asks for another."""
    wait_address(vm, address)
    vm.send("\n")
    vm.wait_initramfs_shell()


def addresses(vm):
    return re.findall(r"inet (\S+)", vm.run("busybox ip -4 addr show eth0"))


def messages(capture):
    return [message for frame in capture.udp(67) if (message := parse(frame.data))]


def kinds(capture):
    return [message.type.name for message in messages(capture)]


# ---- servers

ROUND = ["DISCOVER", "OFFER", "REQUEST", "ACK"]


def dnsmasq(lan):
    return lan.dnsmasq(
        f"dhcp-host={MAC},192.0.2.77,box",
        "dhcp-option=option:dns-server,192.0.2.1,192.0.2.3",
        "dhcp-option=option:domain-search,eng.example,mkt.example",
        "dhcp-option=121,0.0.0.0/0,192.0.2.1,198.51.100.0/24,192.0.2.2",
        "dhcp-option=option:mtu,1400",
        "dhcp-vendorclass=set:ours,rootling",
        "dhcp-option=tag:ours,option:root-path,192.0.2.1:/srv/root",
        "dhcp-option=43,01:04:c0:00:02:01",
        "dhcp-option=vi-encap:42623,1,http://192.0.2.1/a",
    )


def kea(lan):
    options = [("routers", HOST4), ("domain-name-servers", "192.0.2.1, 192.0.2.3"), ("domain-search", "eng.example, mkt.example")]
    subnet = {"subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.77-192.0.2.77"}]}
    subnet["option-data"] = [{"name": name, "data": data} for name, data in options]
    return lan.kea4(subnet4=[subnet])


def isc(lan):
    lines = ["option domain-name-servers 192.0.2.1, 192.0.2.3;", 'option domain-search "eng.example", "mkt.example";']
    return lan.isc(*lines, f"host box {{ hardware ethernet {MAC}; fixed-address 192.0.2.77; }}")


def networkd(lan):
    lines = "PoolOffset=77\nPoolSize=1\nDNS=192.0.2.1 192.0.2.3\nEmitRouter=yes\nRouter=192.0.2.1"
    return lan.networkd(server=lines + "\nSendOption=15:string:eng.example")


@pytest.mark.parametrize("server", [dnsmasq, kea, isc, networkd])
def test_a_server_is_understood(lan, start, server):
    server(lan)
    seen = lan.capture()
    vm = start()
    wait_address_and_shell(vm, "192.0.2.77")
    assert addresses(vm) == ["192.0.2.77/24"]
    routes = vm.run("busybox ip route")
    assert "default via 192.0.2.1 dev eth0" in routes
    resolv = vm.run("cat /run/rootling/resolv.conf")
    assert "nameserver 192.0.2.1\nnameserver 192.0.2.3" in resolv
    assert ("search eng.example" if server is networkd else "search eng.example mkt.example") in resolv
    if server is dnsmasq:
        assert "198.51.100.0/24 via 192.0.2.2" in routes
        assert vm.run("cat /sys/class/net/eth0/mtu") == "1400"
        assert messages(seen)[3].option(17) == b"192.0.2.1:/srv/root"  # by our vendor class
        [lease] = [row for row in vm.network_status() if row["method"] == "dhcp4"]
        assert lease["root_path"] == "192.0.2.1:/srv/root"
        assert lease["vendor"] == "0104c0000201"
        assert bytes.fromhex(lease["vendor_options"]) == b"\0\0\xa6\x7f\x14\x01\x12http://192.0.2.1/a"
    assert kinds(seen) == ROUND
    assert not any(messages(seen)[0].option(code) for code in (93, 94, 97))  # nobody asked for them
    vm.run("busybox ping -c 1 -w 20 192.0.2.1")


def test_qemu_is_understood(boot, image):
    network = ["-netdev", "user,id=net,hostname=box,dnssearch=eng.example,dnssearch=mkt.example"]
    vm = boot(f"{NO_ROOT} ip=dhcp", initrd=image, extra=[*network, "-device", "virtio-net-pci,netdev=net"])
    wait_address_and_shell(vm, "10.0.2.15")
    assert addresses(vm) == ["10.0.2.15/24"]
    assert "default via 10.0.2.2 dev eth0" in vm.run("busybox ip route")
    assert vm.run("cat /run/rootling/resolv.conf") == "search eng.example mkt.example\nnameserver 10.0.2.3"


def test_a_machine_says_what_it_is_told_to(lan, start):
    lan.dnsmasq("dhcp-rapid-commit", "dhcp-host=id:ff:61:62,192.0.2.99")
    seen = lan.capture()
    uuid = "00112233-4455-6677-8899-aabbccddeeff"
    vm = start("ip=dhcp,255,ab rd.net.dhcp.vendor-class=PXEClient:7 rd.net.arp=off", extra=["-uuid", uuid])
    wait_address(vm, "192.0.2.99")
    assert kinds(seen) == ["DISCOVER", "ACK"]
    assert messages(seen)[0].option(61) == b"\xffab"
    assert messages(seen)[0].option(60) == b"PXEClient:7"
    assert messages(seen)[0].option(93) == b"\0\0"  # a BIOS
    assert messages(seen)[0].option(94) == b"\1\3\0"
    assert messages(seen)[0].option(97) == b"\0" + bytes.fromhex(uuid.replace("-", ""))
    assert probes(seen) == []


def test_a_new_worker_asks_for_the_address_of_the_old_one(lan, start):
    lan.dnsmasq()
    seen = lan.capture()
    vm = start()
    wait_address_and_shell(vm, "192.0.2.100")
    before = addresses(vm)
    vm.run("kill -9 $(cd /proc; grep -ls '^network$' [0-9]*/comm | cut -d/ -f1)")
    vm.run("until dmesg | grep -q 'worker network: starting it again'; do :; done")
    seen.wait(lambda frame: len(kinds(seen)) == 6)
    assert kinds(seen) == [*ROUND, "REQUEST", "ACK"]
    assert messages(seen)[4].option(54) is None
    assert addresses(vm) == before


# ---- time


class Asker:
    """Asks for the machine's address by ARP all the time: the first answer is its first use."""

    def __init__(self, lan, address):
        self._raw = lan.inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)))
        self._raw.bind(("br0", 0x0806))
        source = bytes([2, 0, 0, 0, 0, 1])
        question = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, source, ip(HOST4), bytes(6), ip(address))
        self._frame = b"\xff" * 6 + source + b"\x08\x06" + question
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()
        lan._open.callback(self.close)

    def _ask(self):
        while not self._ends.wait(0.002):
            self._raw.send(self._frame)

    def close(self):
        self._ends.set()
        self._thread.join()
        self._raw.close()


def is_answer(frame, address):
    return frame.data[12:14] == b"\x08\x06" and frame.data[20:22] == b"\0\2" and frame.data[28:32] == ip(address)


def probes(capture):
    """ARP of the machine from no address."""
    ours = bytes.fromhex(MAC.replace(":", ""))
    return [f for f in capture.frames if f.data[6:14] == ours + b"\x08\x06" and f.data[28:32] == bytes(4)]


@pytest.mark.parametrize(("words", "most_s"), [("", 0.5), ("rd.net.arp=probe", 0.7)])
def test_an_address_is_used_as_soon_as_it_may(lan, start, record_property, words, most_s):
    """Two round trips of the protocol, and with the probe the time of one or a few more for it."""
    lan.dnsmasq(f"dhcp-host={MAC},192.0.2.77")
    seen = lan.capture()
    Asker(lan, "192.0.2.77")
    start(words)
    used = seen.wait(lambda frame: is_answer(frame, "192.0.2.77"))
    frames = seen.udp(67)
    assert kinds(seen) == ROUND
    asked, offered, requested, granted = (frame.at_s for frame in frames)
    times = {"offer": offered - asked, "request": requested - offered, "ack": granted - requested, "use": used.at_s - granted}
    record_property("ms", {name: round(1000 * s, 1) for name, s in times.items()})
    print({name: f"{1000 * s:.1f} ms" for name, s in times.items()})
    assert times["use"] < most_s
    probed = probes(seen)[0].at_s
    assert requested <= probed < granted + 0.1
    assert not words or used.at_s - probed >= 0.02


# ---- bad luck


def test_frames_that_are_lost_cost_a_second_each(lan, start):
    """The first DISCOVER, as of a link that has just come up, and the first ACK."""
    lan.dnsmasq(f"dhcp-host={MAC},192.0.2.77")
    lost = []

    def drop(frame, to_machine):
        message = parse(frame)
        wanted = message and message.type.name in ("DISCOVER", "ACK") and message.type not in lost
        if wanted:
            lost.append(message.type)
        return bool(wanted)

    seen = lan.capture()
    vm = start(card=lan.card(drop=drop))
    wait_address(vm, "192.0.2.77")
    assert lost == [Type.DISCOVER, Type.ACK]
    frames = seen.udp(67)
    assert kinds(seen) == ["DISCOVER", "OFFER", "REQUEST", "ACK", "REQUEST", "ACK"]
    assert frames[-1].at_s - frames[2].at_s < 2


@pytest.mark.parametrize("words", ["", "rd.net.arp=probe"])
def test_an_address_that_another_machine_has_is_declined(lan, start, words):
    lan.run("ip", "addr", "add", "192.0.2.100/24", "dev", "br0")
    answers = ["192.0.2.100", "192.0.2.101"] if words else ["192.0.2.100"]
    server = DhcpServer(lan, lambda asked: [reply(asked, a) for a in answers[server.count(Type.DECLINE) :][:1]])
    vm = start(words)
    declined = server.wait(Type.DECLINE)
    assert (declined.option(50), declined.option(54), declined.option(55)) == (ip("192.0.2.100"), ip(HOST4), None)
    vm.expect(r"netcfg: eth0: 192\.0\.2\.100 is in use by 02:00:00:00:00:01: declined")
    if words:
        assert "eth0: 192.0.2.100/24" not in vm.text
        wait_address_and_shell(vm, "192.0.2.101")  # ten seconds later
        assert addresses(vm) == ["192.0.2.101/24"]
    else:
        vm.send("\n")
        vm.wait_initramfs_shell()
        assert addresses(vm) == []


def test_a_refusal_starts_over_at_once_and_a_second_server_waits(lan, start):
    """Silence, two offers, a refusal, then the other server's turn; its ACK comes twice."""
    turn = itertools.count()

    def answer(asked):
        n = next(turn)
        if n == 0:
            return []  # nobody hears the first message
        if n == 1:
            other = reply(asked, "192.0.2.10", (54, ip("192.0.2.2")))
            return [reply(asked, "192.0.2.9"), other]
        if n == 2:
            assert asked.option(54) == ip(HOST4), "the first offer was good"
            return [reply(asked, "", (54, ip("192.0.2.2")), kind=Type.NAK), reply(asked, "", kind=Type.NAK)]
        return [reply(asked, "192.0.2.11")] * 2

    server = DhcpServer(lan, answer)
    seen = lan.capture()
    vm = start()
    wait_address_and_shell(vm, "192.0.2.11")
    assert addresses(vm) == ["192.0.2.11/24"]
    assert [m.type.name for m in server.asked] == ["DISCOVER", "DISCOVER", "REQUEST", "DISCOVER", "REQUEST"]
    times = [f.at_s for f in seen.udp(67) if not f.from_lan]
    assert 0.7 < times[1] - times[0] < 2
    assert times[3] - times[2] < 0.5
    assert server.asked[3].xid != server.asked[0].xid


def test_a_lease_is_renewed_rebound_and_given_up(lan, start):
    """T1 after 1 s, T2 after 2 s, the end after 10 s."""
    times = [(58, struct.pack("!I", 1)), (59, struct.pack("!I", 2))]

    def answer(asked):
        """The third renewal goes unanswered, and all that comes behind its rebinding."""
        is_heard = (Type.REQUEST, server.count(Type.REQUEST)) != (asked.type, 2) and server.count(Type.REQUEST) < 4
        return [reply(asked, "192.0.2.9", *times, lease_s=10)] if is_heard else []

    server = DhcpServer(lan, answer)
    vm = start()
    wait_address_and_shell(vm, "192.0.2.9")
    renewed = server.wait(Type.REQUEST, 2)
    assert (renewed.destination, renewed.source, renewed.ciaddr) == (HOST4, "192.0.2.9", "192.0.2.9")
    assert renewed.option(50) is None and renewed.option(54) is None
    rebound = server.wait(Type.REQUEST, 4)
    assert (rebound.destination, rebound.source) == ("255.255.255.255", "192.0.2.9")
    assert addresses(vm) == ["192.0.2.9/24"]
    server.wait(Type.DISCOVER, 2)
    assert addresses(vm) == []
    assert server.count(Type.DECLINE) == server.count(Type.RELEASE) == 0


# ---- bad will


def hostile(asked: Message) -> list[Message | bytes]:
    """Answers that must change nothing."""
    good = reply(asked, "192.0.2.66")

    def but(**changes):
        return Message(**{**vars(good), **changes})

    def with_option(code, value):
        return reply(asked, "192.0.2.66", (code, value))

    whole = frame_of(good.pack())
    return [
        but(xid=asked.xid ^ 1),
        but(mac=bytes([2, 0, 0, 0, 0, 9])),
        but(op=1),
        but(options=[o for o in good.options if o[0] != 53]),
        but(options=[*good.options, (53, b"\x05")]),
        but(tail=b"\x0c\xf0short"),
        but(tail=b"\x34\x01\x03\xff", file=b"\x0c\xf0"),
        but(yiaddr="127.0.0.1"),
        but(yiaddr="255.255.255.255"),
        with_option(1, ip("255.0.255.0")),
        with_option(51, struct.pack("!I", 0)),
        with_option(54, bytes(4)),
        frame_of(good.pack()[:200]),
        whole[:60],
        whole[:24] + b"\0\0" + whole[26:],  # of the IP header's sum
        whole[:14] + b"\x4f" + whole[15:],
        frame_of(b"\xff" * 1400),
        frame_of(bytes(300)),
    ]


def test_hostile_answers_change_nothing(lan, start):
    loops = [(119, b"\xc0\x00"), (121, b"\x21\x00"), (15, b"evil.example\nnameserver 192.0.2.66"), (12, b"$(reboot)")]
    strings = [(17, b"/x;reboot"), (67, b"`reboot`"), (6, ip("127.0.0.1")), (26, b"\0\x01"), *[(43, b"x" * 255)] * 3]

    def answer(asked):
        return [*hostile(asked), reply(asked, "192.0.2.9", *loops, *strings)]

    DhcpServer(lan, answer)
    vm = start("rd.log=debug")
    wait_address_and_shell(vm, "192.0.2.9")
    assert addresses(vm) == ["192.0.2.9/24"]
    assert vm.run("cat /run/rootling/resolv.conf", check=False) == ""
    assert re.search(r"netcfg: eth0: dhcp: option \d+ ignored: malformed", vm.text)
    for word in ("evil", "reboot)", "192.0.2.66", "x;"):
        assert word not in vm.text
    assert "worker network: ended" not in vm.text
