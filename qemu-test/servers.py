"""Debian's servers as scenarios need them: each method of Lan writes a configuration, starts the
server and returns when it serves. Options of the caller are lines of that server's own
configuration, and come last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lan import Lan, Server

HOST4, NET4 = "192.0.2.1", "192.0.2"  # RFC 5737
HOST6, NET6 = "2001:db8::1", "2001:db8::"  # RFC 3849
NAME = "server.example"  # in the certificate, and for dnsmasq("port=53", f"address=/{NAME}/{HOST4}")

NGINX = """
daemon off;
user root;
worker_processes 1;
pid /run/{name}.pid;
error_log stderr info;
events {{ worker_connections 512; }}
http {{
	types {{ application/octet-stream img squashfs erofs ext4 sig; text/plain ipxe txt sha256; }}
	log_format scenario '$remote_addr "$request" $status $body_bytes_sent "$http_user_agent" range="$http_range" tls=$ssl_protocol';
	access_log /dev/stdout scenario;
	ssl_protocols TLSv1.2 TLSv1.3;
	client_body_temp_path /tmp; proxy_temp_path /tmp; fastcgi_temp_path /tmp; uwsgi_temp_path /tmp; scgi_temp_path /tmp;
	server {{
{listen}
		root {root};
{options}
	}}
}}
"""

GANESHA = """
NFS_KRB5 {{ Active_krb5 = false; }}
NFS_CORE_PARAM {{ Protocols = 3, 4; Enable_UDP = false; Enable_NLM = false; Enable_RQUOTA = false; NFS_Port = 2049; MNT_Port = 20048; mount_path_pseudo = false; }}
NFSv4 {{ Grace_Period = 1; Lease_Lifetime = 5; Graceless = true; RecoveryBackend = fs; Minor_Versions = 0, 1, 2; }}
EXPORT_DEFAULTS {{ Access_Type = {access}; Squash = none; SecType = sys; }}
EXPORT {{ Export_Id = 1; Path = {path}; Pseudo = {pseudo}; Tag = export; FSAL {{ Name = VFS; }} }}
LOG {{ Default_Log_Level = EVENT; }}
{options}
"""


class Servers:
    """Mixed into Lan."""

    def dnsmasq(
        self: Lan, *options: str, pool: str = f"{NET4}.100,{NET4}.150", bridge: str = "br0", name: str = "dnsmasq"
    ) -> Server:
        """DHCP, and with port=53 and such also DNS, TFTP, router advertisements: options as in its
        configuration file. pool="" leaves the ranges to the options."""
        common = [f"interface={bridge}", "bind-interfaces", "except-interface=lo", "no-resolv", "no-hosts", "no-ping"]
        common += ["dhcp-authoritative", "log-dhcp", "log-queries", f"dhcp-leasefile=/run/{name}.leases", "user=root"]
        common += [f"pid-file=/run/{name}.pid", *([f"dhcp-range={pool},1h"] if pool else [])]
        common += [] if any(option.startswith("port=") for option in options) else ["port=0"]
        conf = self.write(f"{name}.conf", "\n".join([*common, *options]) + "\n")
        server = self.start("dnsmasq", "-k", "--log-facility=-", f"--conf-file={conf}", name=name)
        server.wait_log(r"started, version")
        return server

    def kea4(self: Lan, **options: Any) -> Server:
        """DHCPv4 by Kea; options are keys of its Dhcp4."""
        subnet = {"subnet": f"{NET4}.0/24", "pools": [{"pool": f"{NET4}.100-{NET4}.150"}]}
        subnet["option-data"] = [{"name": "routers", "data": HOST4}, {"name": "domain-name-servers", "data": HOST4}]
        return self._kea("4", {"subnet4": [subnet], **options})

    def kea6(self: Lan, **options: Any) -> Server:
        """Stateful DHCPv6 by Kea; options are keys of its Dhcp6. Machines need radvd's word to ask."""
        subnet = {"subnet": f"{NET6}/64", "pools": [{"pool": f"{NET6}100-{NET6}1ff"}], "interface": "br0"}
        return self._kea("6", {"subnet6": [{**subnet, "rapid-commit": True}], **options})

    def _kea(self: Lan, family: str, options: dict[str, Any]) -> Server:
        common = {
            "interfaces-config": {"interfaces": ["br0"]},
            "lease-database": {"type": "memfile", "persist": False},
            "valid-lifetime": 3600,
            "loggers": [{"name": f"kea-dhcp{family}", "output_options": [{"output": "stdout"}], "severity": "DEBUG", "debuglevel": 40}],
        }
        conf = self.write(f"kea{family}.json", json.dumps({f"Dhcp{family}": {**common, **options}}))
        self.run("busybox", "mkdir", "-p", "/run/kea", "/run/lock/kea", "/var/lib/kea")
        server = self.start(f"kea-dhcp{family}", "-c", conf)
        server.wait_log(rf"DHCP{family}_STARTED")
        return server

    def isc(self: Lan, *options: str, name: str = "dhcpd") -> Server:
        """DHCPv4 by ISC dhcpd."""
        subnet = f"subnet {NET4}.0 netmask 255.255.255.0 {{ range {NET4}.100 {NET4}.150; option routers {HOST4}; }}"
        conf = self.write(f"{name}.conf", "\n".join(["authoritative;", "ping-check false;", subnet, *options]) + "\n")
        self.write(f"{name}.leases", "")
        server = self.start(
            "dhcpd", "-4", "-d", "-cf", conf, "-lf", f"/lan/{name}.leases", "-pf", f"/run/{name}.pid", "br0", name=name
        )
        server.wait_log(r"Server starting service")
        return server

    def radvd(self: Lan, *options: str, prefix: str = f"{NET6}/64", prefix_options: str = "") -> Server:
        """Router advertisements; say "AdvManagedFlag on;" and such. prefix="" announces none."""
        lines = ["AdvSendAdvert on;", "MinRtrAdvInterval 3;", "MaxRtrAdvInterval 5;", *options]
        lines += [f"prefix {prefix} {{ {prefix_options} }};"] if prefix else []
        conf = self.write("radvd.conf", "interface br0 {\n" + "\n".join(lines) + "\n};\n")
        self.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        server = self.start("radvd", "-n", "-m", "stderr", "-d", "3", "-C", conf, "-p", "/run/radvd.pid")
        server.wait_log(r"sending RA|polling for")
        return server

    def networkd(self: Lan, *options: str, mode: str = "DHCPServer=yes", server: str = "PoolOffset=100\nPoolSize=50") -> Server:
        """systemd-networkd with its DHCP server; options are further lines of br0.network."""
        text = f"[Match]\nName=br0\n[Network]\nAddress={HOST4}/24\nAddress={HOST6}/64\n{mode}\nIPv6AcceptRA=no\n"
        conf = self.write("br0.network", text + f"[DHCPServer]\n{server}\n" + "\n".join(options) + "\n")
        state = "/run/systemd"
        self.run("ip", "addr", "flush", "dev", "br0", "scope", "global")
        self.run("sh", "-c", f"mkdir -p {state}/network {state}/netif/links {state}/netif/leases && cp {conf} {state}/network && chown -R systemd-network {state}")
        networkd = self.start(
            "sh", "-c", "SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console exec /lib/systemd/systemd-networkd", name="networkd"
        )
        networkd.wait_log(r"br0: State changed: .* -> configured|Offering DHCPv4 leases|DHCPv4 server: STARTED")
        return networkd

    # ---- what machines load from

    def certificate(self: Lan, name: str = "server", days: int = 30, host: str = NAME) -> tuple[Path, Path, Path]:
        """A CA of its own and a certificate of it for HOST4, HOST6 and `host`: the files of the CA's
        certificate, the server's, and its key."""
        ca, key, cert = f"/lan/{name}-ca.pem", f"/lan/{name}.key", f"/lan/{name}.pem"
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "/dev/null"]
        names = f"subjectAltName=IP:{HOST4},IP:{HOST6},DNS:{host}"
        dn = self.write("dn.cnf", "[req]\ndistinguished_name=dn\n[dn]\n")
        new[new.index("/dev/null")] = dn
        ca_words = ["-addext", "basicConstraints=critical,CA:true", "-subj", f"/CN={name} CA", "-days", str(days)]
        self.run(*new, *ca_words, "-keyout", f"{ca}.key", "-out", ca)
        own = ["-CA", ca, "-CAkey", f"{ca}.key", "-addext", names, "-addext", "basicConstraints=CA:false"]
        self.run(*new, *own, "-subj", f"/CN={host}", "-days", str(days), "-keyout", key, "-out", cert)
        return tuple(self.folder / Path(path).name for path in (ca, cert, key))  # type: ignore[return-value]

    def nginx(self: Lan, folder: Path | str, *options: str, tls: bool = False, port: int = 0, name: str = "nginx") -> Server:
        """A folder of this machine, or of the servers' tree, by HTTP or, with the certificate of
        lan.certificate(), by HTTPS. Its log has a line a request: address, request, status, bytes."""
        port = port or (443 if tls else 80)
        root = self.share(folder, f"{name}.root") if isinstance(folder, Path) else folder
        listen = [f"listen {port}{' ssl' if tls else ''};", f"listen [::]:{port}{' ssl' if tls else ''};"]
        listen += ["ssl_certificate /lan/server.pem;", "ssl_certificate_key /lan/server.key;"] if tls else []
        text = NGINX.format(name=name, root=root, listen="\n".join(listen), options="\n".join(options))
        server = self.start("nginx", "-e", "stderr", "-c", self.write(f"{name}.conf", text), name=name)
        self.wait_port(port)
        return server

    def proxy(self: Lan, *options: str, port: int = 8888) -> Server:
        """A forward proxy, tinyproxy."""
        lines = [f"Port {port}", "Timeout 60", "Allow 192.0.2.0/24", "LogLevel Info", "ConnectPort 443", *options]
        server = self.start("tinyproxy", "-d", "-c", self.write("tinyproxy.conf", "\n".join(lines) + "\n"), name="proxy")
        self.wait_port(port)
        return server

    def ganesha(self: Lan, folder: Path, *options: str, pseudo: str = "/export", access: str = "RO") -> Server:
        """A folder by NFSv3 (path /lan/export) and NFSv4 (path /export) on port 2049."""
        path = self.share(folder, "export")
        self.run("busybox", "mkdir", "-p", "/run/ganesha", "/var/lib/nfs/ganesha", "/run/rpcbind")
        if "rpcbind" not in self.servers:
            self.start("rpcbind", "-f", "-i", "-w", name="rpcbind")
            self.wait_port(111)
        text = GANESHA.format(access=access, path=path, pseudo=pseudo, options="\n".join(options))
        conf = self.write("ganesha.conf", text)
        server = self.start("ganesha.nfsd", "-F", "-L", "/dev/stdout", "-f", conf, "-p", "/run/ganesha/pid", name="ganesha")
        server.wait_log(r"NFS SERVER INITIALIZED")
        return server

    def nbd(self: Lan, image: Path, *options: str, export: str = "root", port: int = 10809) -> Server:
        """A file as an NBD export, read-only."""
        conf = f"[generic]\nport = {port}\nallowlist = true\n[{export}]\nexportname = {self.share(image)}\nreadonly = true\n"
        server = self.start("nbd-server", "-d", "-C", self.write("nbd.conf", conf + "\n".join(options) + "\n"), name="nbd")
        self.wait_port(port)
        return server

    def tgt(self: Lan, image: Path, target: str = "iqn.2026-11.example.server:root") -> Server:
        """A file as an iSCSI target, LUN 1, port 3260."""
        path = self.share(image)
        server = self.start("tgtd", "-f", "--iscsi", f"portal={HOST4}:3260", name="tgtd")
        self.wait_port(3260)
        admin = ["tgtadm", "--lld", "iscsi", "--op"]
        self.run(*admin, "new", "--mode", "target", "--tid", "1", "-T", target)
        self.run(*admin, "new", "--mode", "logicalunit", "--tid", "1", "--lun", "1", "-b", path)
        self.run(*admin, "bind", "--mode", "target", "--tid", "1", "-I", "ALL")
        return server
