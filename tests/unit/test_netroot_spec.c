#include "lib/str.h"
#include "netroot/spec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Every example of dracut.cmdline(7), nfsroot.rst, RFC 4173, RFC 2224 and uri.md of NBD. */
static const struct vector {
	const char *value;
	struct netroot_spec spec;
} vectors[] = {
	{ "/dev/sda1", { .kind = NETROOT_NONE } },
	{ "LABEL=Root", { .kind = NETROOT_NONE } },
	{ "LABEL=a:/b", { .kind = NETROOT_NONE } },
	{ "/dev/disk/by-path/pci-0000:00:1f.1-scsi-0:0:1:0-part1",
	  { .kind = NETROOT_NONE } },
	{ "UUID=3f5ad593-4546-4a94-a374-bcfb68aa11f7", { .kind = NETROOT_NONE } },
	{ "8:1", { .kind = NETROOT_NONE } },
	{ "gpt-auto", { .kind = NETROOT_NONE } },
	{ "live:LABEL=Fedora-Live", { .kind = NETROOT_NONE, .live = true } },
	{ "live:/dev/sda1", { .kind = NETROOT_NONE, .live = true } },

	{ "http://example.com/x.img",
	  { .kind = NETROOT_IMAGE, .url = "http://example.com/x.img" } },
	{ "https://[2001:db8::1]:8443/x",
	  { .kind = NETROOT_IMAGE, .url = "https://[2001:db8::1]:8443/x" } },
	{ "live:http://example.com/liveboot.img",
	  { .kind = NETROOT_IMAGE,
	    .live = true,
	    .url = "http://example.com/liveboot.img" } },
	{ "livenet:https://example.com/liveboot.img",
	  { .kind = NETROOT_IMAGE,
	    .live = true,
	    .url = "https://example.com/liveboot.img" } },

	{ "192.168.50.1:/srv/root",
	  { .kind = NETROOT_NFS, .host = "192.168.50.1", .path = "/srv/root" } },
	{ "[2001:DB8::1]:/srv/root:vers=4.2,ro",
	  { .kind = NETROOT_NFS,
	    .host = "2001:DB8::1",
	    .path = "/srv/root",
	    .options = "vers=4.2,ro" } },
	{ "nfs:192.168.50.1:/srv/root:rsize=8192,nolock",
	  { .kind = NETROOT_NFS,
	    .host = "192.168.50.1",
	    .path = "/srv/root",
	    .options = "rsize=8192,nolock" } },
	{ "nfs:server.example:/srv,tcp",
	  { .kind = NETROOT_NFS,
	    .host = "server.example",
	    .path = "/srv",
	    .options = "tcp" } },
	{ "nfs:/srv/%s", { .kind = NETROOT_NFS, .path = "/srv/%s" } },
	{ "nfs4:server:/",
	  { .kind = NETROOT_NFS, .nfs_version = 4, .host = "server", .path = "/" } },
	{ "nfs:vers=3:server:/srv",
	  { .kind = NETROOT_NFS,
	    .host = "server",
	    .path = "/srv",
	    .options = "vers=3" } },
	{ "nfs://server:2050/srv",
	  { .kind = NETROOT_NFS, .host = "server", .port = 2050, .path = "/srv" } },
	{ "nfs://server:/srv",
	  { .kind = NETROOT_NFS, .host = "server", .path = "/srv" } },
	{ "/dev/nfs", { .kind = NETROOT_NFS } },
	{ "nfs", { .kind = NETROOT_NFS } },
	{ "nfs4", { .kind = NETROOT_NFS, .nfs_version = 4 } },
	{ "dhcp", { .kind = NETROOT_DHCP } },
	{ "dhcp6", { .kind = NETROOT_DHCP } },

	{ "nbd:192.168.50.1:2000",
	  { .kind = NETROOT_NBD, .host = "192.168.50.1", .port = 2000 } },
	{ "nbd:server:root", { .kind = NETROOT_NBD, .host = "server", .path = "root" } },
	{ "nbd:[2001:db8::1]:root:ext4:noatime,ro:timeout=30,bs=4096",
	  { .kind = NETROOT_NBD,
	    .host = "2001:db8::1",
	    .path = "root",
	    .fstype = "ext4",
	    .options = "noatime,ro",
	    .nbd_options = "timeout=30,bs=4096" } },
	{ "nbd:server:root:auto::timeout=3",
	  { .kind = NETROOT_NBD,
	    .host = "server",
	    .path = "root",
	    .nbd_options = "timeout=3" } },
	{ "nbd://server", { .kind = NETROOT_NBD, .host = "server" } },
	{ "nbd://server:10810/a/b",
	  { .kind = NETROOT_NBD, .host = "server", .port = 10810, .path = "a/b" } },

	{ "iscsi:192.168.50.1::::iqn.2009-06.dracut:target0",
	  { .kind = NETROOT_ISCSI,
	    .host = "192.168.50.1",
	    .path = "iqn.2009-06.dracut:target0" } },
	{ "iscsi:[2001:DB8::1]::::iqn.2009-06.dracut:target0",
	  { .kind = NETROOT_ISCSI,
	    .host = "2001:DB8::1",
	    .path = "iqn.2009-06.dracut:target0" } },
	{ "iscsi:server:6:3261:2:eui.0123456789abcdef",
	  { .kind = NETROOT_ISCSI,
	    .host = "server",
	    .port = 3261,
	    .lun = 2,
	    .path = "eui.0123456789abcdef" } },
	{ "iscsi:server:::1f-0-0-0:naa.52004567ba64678d",
	  { .kind = NETROOT_ISCSI,
	    .host = "server",
	    .lun = 31,
	    .path = "naa.52004567ba64678d" } },
	{ "iscsi:server::3260:iface0:eth0:0:iqn.x",
	  { .kind = NETROOT_ISCSI, .host = "server", .port = 3260, .path = "iqn.x" } },
	{ "iscsi:me:secret@server::::iqn.x",
	  { .kind = NETROOT_ISCSI,
	    .host = "server",
	    .path = "iqn.x",
	    .user = "me",
	    .password = "secret" } },
	{ "iscsi:me:secret:it:other@server::::iqn.x",
	  { .kind = NETROOT_ISCSI,
	    .host = "server",
	    .path = "iqn.x",
	    .user = "me",
	    .password = "secret",
	    .target_user = "it",
	    .target_password = "other" } },
	{ "iscsi:@192.168.1.100::3260::iqn.2009-01.com.example:testdi@sk",
	  { .kind = NETROOT_ISCSI,
	    .host = "192.168.1.100",
	    .port = 3260,
	    .path = "iqn.2009-01.com.example:testdi@sk" } },
	{ "iscsi:192.168.1.100::3260::iqn.2009-01.com.example:testdi@sk",
	  { .kind = NETROOT_ISCSI,
	    .host = "192.168.1.100",
	    .port = 3260,
	    .path = "iqn.2009-01.com.example:testdi@sk" } },
	{ "iscsi:::::iqn.x", { .kind = NETROOT_ISCSI, .path = "iqn.x" } },
	{ "iscsi:", { .kind = NETROOT_ISCSI } },
	{ "iscsi", { .kind = NETROOT_ISCSI } },

	{ "virtiofs:host", { .kind = NETROOT_VIRTIOFS, .path = "host" } },
	{ "9p:root", { .kind = NETROOT_9P, .path = "root" } },
};

static void assert_spec(const struct netroot_spec *a, const struct netroot_spec *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->nfs_version, b->nfs_version);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->lun, b->lun);
	assert_int_equal(a->live, b->live);
	assert_string_equal(a->host, b->host);
	assert_string_equal(a->path, b->path);
	assert_string_equal(a->url, b->url);
	assert_string_equal(a->fstype, b->fstype);
	assert_string_equal(a->options, b->options);
	assert_string_equal(a->nbd_options, b->nbd_options);
	assert_string_equal(a->user, b->user);
	assert_string_equal(a->password, b->password);
	assert_string_equal(a->target_user, b->target_user);
	assert_string_equal(a->target_password, b->target_password);
}

static void forms_are_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct netroot_spec spec;
		struct netroot_error error;

		if (netroot_spec_parse(vectors[i].value, &spec, &error))
			fail_msg("%s: %s", vectors[i].value, error.reason);
		print_message("%s\n", vectors[i].value);
		assert_spec(&spec, &vectors[i].spec);
	}
}

static void wrong_forms_say_why(void **state)
{
	static const struct {
		const char *value, *reason;
	} wrong[] = {
		{ "http://", "names no server" },
		{ "https:///x", "names no server" },
		{ "http://host", "names no server" },
		{ "live:ftp://host/x", "http:// and https://" },
		{ "livenet:torrent://host/x", "http:// and https://" },
		{ "nfs:host:srv", "must begin with /" },
		{ "nfs:", "must begin with /" },
		{ "nfs:[::1:/srv", "neither a name nor an address" },
		{ "nfs:ho st:/srv", "neither a name nor an address" },
		{ "nfs:a;b:/srv", "neither a name nor an address" },
		{ "nfs:ro:host:/srv:rw", "two places" },
		{ "nfs://host:0/srv", "nfs://HOST" },
		{ "nbd:host", "PORT-OR-EXPORT" },
		{ "nbd:host:", "PORT-OR-EXPORT" },
		{ "nbd:host:65536", "PORT-OR-EXPORT" },
		{ "nbd::root", "neither a name nor an address" },
		{ "nbd://:10809/x", "nbd://HOST" },
		{ "iscsi:host", "must begin with iqn." },
		{ "iscsi:host::::target0", "must begin with iqn." },
		{ "iscsi:host:17:::iqn.x", "the protocol is 6" },
		{ "iscsi:host:::300:iqn.x", "the protocol is 6" },
		{ "iscsi:host::iqn.x", "[PROTOCOL]:[PORT]:[LUN]" },
		{ "virtiofs:", "tag is empty" },
		{ "9p:a b", "tag is empty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct netroot_spec spec;
		struct netroot_error error;

		print_message("%s\n", wrong[i].value);
		assert_int_equal(netroot_spec_parse(wrong[i].value, &spec, &error),
				 -EINVAL);
		if (!strstr(error.reason, wrong[i].reason))
			fail_msg("%s: %s", wrong[i].value, error.reason);
	}
}

static void what_is_too_long_is_refused(void **state)
{
	static const char *const starts[] = {
		"http://h/",	   "nfs:h:/",	"nbd:h:",     "virtiofs:",
		"iscsi:h::::iqn.", "nfs:h:/x:", "nbd:h:x:e:", "nbd:h:x:e:o:"
	};
	char value[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct netroot_spec spec;
		struct netroot_error error;

		memset(value, 'x', sizeof(value) - 1);
		value[sizeof(value) - 1] = '\0';
		memcpy(value, starts[i], strlen(starts[i]));
		assert_int_equal(netroot_spec_parse(value, &spec, &error), -EINVAL);
	}
}

static void the_type_tells_a_tag(void **state)
{
	struct netroot_spec spec;
	struct netroot_error error;

	(void)state;
	assert_int_equal(netroot_spec_parse_typed("host", "virtiofs", &spec, &error), 0);
	assert_int_equal(spec.kind, NETROOT_VIRTIOFS);
	assert_string_equal(spec.path, "host");
	assert_int_equal(netroot_spec_parse_typed("9p:x", "9p", &spec, &error), 0);
	assert_string_equal(spec.path, "x");
	assert_int_equal(netroot_spec_parse_typed("/dev/root", "9p", &spec, &error), 0);
	assert_int_equal(spec.kind, NETROOT_9P);
	assert_string_equal(spec.path, "/dev/root"); /* virtme's tag */
	assert_int_equal(netroot_spec_parse_typed("h:/srv", "nfs4", &spec, &error), 0);
	assert_int_equal(spec.nfs_version, 4);
	assert_int_equal(spec.kind, NETROOT_NFS);
	assert_int_equal(netroot_spec_parse_typed("/srv", "nfs4", &spec, &error), 0);
	assert_int_equal(spec.nfs_version, 4);
	assert_int_equal(netroot_spec_parse_typed("/dev/vda", "ext4", &spec, &error), 0);
	assert_int_equal(spec.kind, NETROOT_NONE);
	assert_int_equal(netroot_spec_parse_typed("/dev/vda", NULL, &spec, &error), 0);
	assert_int_equal(spec.kind, NETROOT_NONE);
}

static void nfsroot_and_root_path(void **state)
{
	struct netroot_spec dhcp = { .kind = NETROOT_DHCP }, spec;
	struct netroot_spec nfs = { .kind = NETROOT_NFS,
				    .nfs_version = 4,
				    .host = "mine" };
	struct netroot_error error;

	(void)state;
	assert_int_equal(netroot_spec_parse_nfsroot("10.0.0.1:/tftpboot/%s,ro,tcp", &spec,
						    &error),
			 0);
	assert_string_equal(spec.path, "/tftpboot/%s");
	assert_string_equal(spec.options, "ro,tcp");
	assert_int_equal(netroot_spec_name_client(&spec, "10.0.0.7"), 0);
	assert_string_equal(spec.path, "/tftpboot/10.0.0.7");

	assert_int_equal(netroot_spec_parse_root_path("/srv", &dhcp, &spec, &error), 0);
	assert_int_equal(spec.kind, NETROOT_NFS);
	assert_int_equal(netroot_spec_parse_root_path("yours:/srv", &nfs, &spec, &error),
			 0);
	assert_string_equal(spec.host, "mine");
	assert_int_equal(spec.nfs_version, 4);
	assert_int_equal(netroot_spec_parse_root_path("nbd:h:x", &dhcp, &spec, &error),
			 0);
	assert_int_equal(spec.kind, NETROOT_NBD);
	assert_int_equal(netroot_spec_parse_root_path("iscsi:h::::iqn.x", &dhcp, &spec,
						      &error),
			 0);
	assert_int_equal(spec.kind, NETROOT_ISCSI);
	assert_int_equal(netroot_spec_parse_root_path("dhcp", &dhcp, &spec, &error),
			 -EINVAL);
	assert_int_equal(netroot_spec_parse_root_path("", &dhcp, &spec, &error), -EINVAL);
	assert_int_equal(netroot_spec_parse_root_path("UUID=x", &dhcp, &spec, &error),
			 -EINVAL);
}

static void a_path_that_grows_too_long_stays(void **state)
{
	struct netroot_spec spec = { .kind = NETROOT_NFS, .path = "/%s/%s" };
	char name[600];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(netroot_spec_name_client(&spec, name), -ENAMETOOLONG);
	assert_string_equal(spec.path, "/%s/%s");
	assert_int_equal(netroot_spec_name_client(&spec, "a"), 0);
	assert_string_equal(spec.path, "/a/%s"); /* the first alone */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_are_parsed),
		cmocka_unit_test(wrong_forms_say_why),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(the_type_tells_a_tag),
		cmocka_unit_test(nfsroot_and_root_path),
		cmocka_unit_test(a_path_that_grows_too_long_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
