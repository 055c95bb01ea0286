/* The option table: what each word sets, which source wins, what is said about the rest.
 */
#include "init/config.h"
#include "lib/buf.h"
#include "lib/log.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <string.h>

struct fixture {
	struct config config;
	char warnings[1024];
	struct buf said;
};

static void keep(void *ctx, const char *line)
{
	struct fixture *f = ctx;

	buf_printf(&f->said, "%s\n", line);
}

static void start(struct fixture *f)
{
	config_init(&f->config);
	f->said = BUF_OVER(f->warnings);
}

static void read_one(struct fixture *f, const char *line)
{
	start(f);
	assert_int_equal(config_read(&f->config, CONFIG_CMDLINE, line, keep, f), 0);
}

static void scalars_take_the_last_value(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "root=/dev/vda root=UUID=1-2 rootfstype=ext4 rw ro rw init=/bin/x");
	assert_string_equal(f.config.root, "UUID=1-2");
	assert_string_equal(f.config.rootfstype, "ext4");
	assert_string_equal(f.config.init, "/bin/x");
	assert_int_equal(f.config.root_rw, 1);
	assert_string_equal(f.warnings, "");
}

static void dash_and_underscore_are_one_character_in_names(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rd.driver-pre=a rd.driver_pre=b");
	assert_int_equal(f.config.driver_pre.count, 0);
	read_one(&f, "rd.driver.pre=a");
	assert_int_equal(f.config.driver_pre.count, 1);
}

static void the_root_may_have_fallbacks_and_find_itself(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "root=LABEL=a,UUID=b rootfallback=LABEL=c,d rootfallback=/dev/vdb");
	assert_string_equal(f.config.root, "LABEL=a,UUID=b");
	assert_int_equal(f.config.rootfallback.count, 2);
	assert_string_equal(f.config.rootfallback.item[0], "LABEL=c,d");
	assert_string_equal(f.config.rootfallback.item[1], "/dev/vdb");
	assert_int_equal(f.config.gpt_auto, 1);
	read_one(&f, "systemd.gpt_auto=0");
	assert_int_equal(f.config.gpt_auto, 0);
	read_one(&f, "rd.systemd.gpt_auto=no");
	assert_int_equal(f.config.gpt_auto, 0);
	assert_string_equal(f.warnings, "");
}

static void names_are_whole_words(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rootflagsx=1 rootx=/dev/vda noresume");
	assert_null(f.config.root);
	assert_null(f.config.rootflags);
}

static void what_lies_between_root_and_init_has_its_keys(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "");
	assert_int_equal(f.config.fstab, 1);
	assert_int_equal(f.config.fsck_mode, FSCK_AUTO);
	assert_int_equal(f.config.fsck_repair, FSCK_PREEN);
	assert_null(config_overlay(&f.config));
	read_one(&f, "rd.fstab=0 rd.loop=/a,ro iso-scan/filename=/b.iso fsck.mode=skip "
		     "fsck.repair=no resume=UUID=1 resume_offset=34816 noresume");
	assert_int_equal(f.config.fstab, 0);
	assert_string_equal(f.config.loop, "/a,ro");
	assert_string_equal(f.config.iso_scan, "/b.iso");
	assert_int_equal(f.config.fsck_mode, FSCK_SKIP);
	assert_int_equal(f.config.fsck_repair, FSCK_NO);
	assert_string_equal(f.config.resume, "UUID=1");
	assert_string_equal(f.config.resume_offset, "34816");
	assert_int_equal(f.config.noresume, 1);
	assert_string_equal(f.warnings, "");
	read_one(&f, "fastboot forcefsck");
	assert_int_equal(f.config.fsck_mode, FSCK_FORCE);
	read_one(&f, "rd.overlay");
	assert_string_equal(config_overlay(&f.config), "1");
	read_one(&f, "rd.overlay=tmpfs:size=50%,nr_inodes=9");
	assert_string_equal(config_overlay(&f.config), "tmpfs:size=50%,nr_inodes=9");
	read_one(&f, "rd.overlay rd.overlay=0");
	assert_null(config_overlay(&f.config));
}

static void flags_know_on_and_off(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rd.shell=0 debug");
	assert_int_equal(f.config.shell, 0);
	assert_int_equal(f.config.log, CONFIG_LOG_DEBUG);
	read_one(&f, "rd.shell=0 rd.shell");
	assert_int_equal(f.config.shell, 1);
}

static void rootwait_alone_waits_for_ever(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "");
	assert_int_equal(config_root_timeout(&f.config), 30);
	read_one(&f, "rootwait");
	assert_int_equal(config_root_timeout(&f.config), CONFIG_FOREVER);
	read_one(&f, "rootwait=7");
	assert_int_equal(config_root_timeout(&f.config), 7);
	read_one(&f, "rd.timeout=0");
	assert_int_equal(config_root_timeout(&f.config), CONFIG_FOREVER);
	read_one(&f, "rd.timeout=5");
	assert_int_equal(config_root_timeout(&f.config), 5);
}

static void a_network_root_is_waited_for_unless_told_otherwise(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "");
	assert_int_equal(config_netroot_timeout(&f.config), CONFIG_FOREVER);
	read_one(&f, "rd.timeout=30");
	assert_int_equal(config_netroot_timeout(&f.config), 30);
	read_one(&f, "rd.timeout=0");
	assert_int_equal(config_netroot_timeout(&f.config), CONFIG_FOREVER);
	read_one(&f, "rootwait=7");
	assert_int_equal(config_netroot_timeout(&f.config), 7);
}

static void lists_split_at_commas_and_accumulate(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rd.break=root,rootfs rd.break=switch_root ip=1::2 ip=a,b");
	assert_int_equal(f.config.breaks.count, 3);
	assert_string_equal(f.config.breaks.item[1], "rootfs");
	assert_string_equal(f.config.breaks.item[2], "switch_root");
	assert_int_equal(f.config.ip.count, 2);
	assert_string_equal(f.config.ip.item[1], "a,b");
}

static void parameters_of_modules_are_kept_in_the_order_of_the_sources(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(config_read(&f.config, CONFIG_IMAGE, "loop.max_loop=3 quiet",
				     keep, &f),
			 0);
	assert_int_equal(config_read(&f.config, CONFIG_CMDLINE,
				     "vfio-pci.ids=\"a b\" rd.driver.post=x,y dummy.flag "
				     "-- no.param=1",
				     keep, &f),
			 0);
	assert_int_equal(f.config.param_count, 3);
	assert_string_equal(f.config.params[0].name, "loop.max_loop");
	assert_string_equal(f.config.params[0].value, "3");
	assert_string_equal(f.config.params[1].value, "a b");
	assert_string_equal(f.config.params[2].name, "dummy.flag");
	assert_null(f.config.params[2].value);
	assert_int_equal(f.config.driver_post.count, 2);
	assert_string_equal(f.warnings, "");
}

static void a_later_source_replaces_a_list(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(config_read(&f.config, CONFIG_IMAGE, "ip=dhcp rw", keep, &f), 0);
	assert_int_equal(config_read(&f.config, CONFIG_CMDLINE, "ip=off", keep, &f), 0);
	assert_int_equal(f.config.ip.count, 1);
	assert_string_equal(f.config.ip.item[0], "off");
	assert_int_equal(f.config.root_rw, 1);
}

static void sealed_options_cannot_be_undone(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(
		config_read(&f.config, CONFIG_CMDLINE,
			    "rd.shell=1 rd.emergency=shell rd.break=root rd.http=80",
			    keep, &f),
		0);
	assert_int_equal(config_read(&f.config, CONFIG_SEALED,
				     "rd.shell=0 rd.emergency=reboot rd.break= rd.http= "
				     "rd.https= rd.http.actions=",
				     keep, &f),
			 0);
	assert_int_equal(f.config.shell, 0);
	assert_int_equal(f.config.emergency, EMERGENCY_REBOOT);
	assert_int_equal(f.config.breaks.count, 0);
	assert_int_equal(f.config.http.count, 0);
}

static void what_is_sealed_is_known_by_its_name(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(config_read(&f.config, CONFIG_CMDLINE, "netroot=x rd.shell=0",
				     keep, &f),
			 0);
	assert_int_equal(config_read(&f.config, CONFIG_SEALED,
				     "root= rd.http=80 x.root=y rd-http=1", keep, &f),
			 0);
	assert_true(config_is_sealed(&f.config, "root"));
	assert_true(config_is_sealed(&f.config, "rd.http"));
	assert_false(config_is_sealed(&f.config, "netroot"));
	assert_false(config_is_sealed(&f.config, "rd.shell"));
	assert_false(config_is_sealed(&f.config, "rd.https"));
	assert_false(config_is_sealed(&f.config, "nothing"));
}

static void no_list_of_actions_is_not_an_empty_one(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(f.config.http_actions.source, CONFIG_SOURCES);
	read_one(&f, "rd.http.actions=");
	assert_int_not_equal(f.config.http_actions.source, CONFIG_SOURCES);
	assert_int_equal(f.config.http_actions.count, 0);
	read_one(&f, "rd.http.actions=retry,root rd.http.actions=reboot");
	assert_int_equal(f.config.http_actions.count, 3);
}

static void words_behind_the_dashes_go_to_init_alone(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "single root=/dev/vda -- root=/dev/vdb a=\"b c\" x");
	assert_string_equal(f.config.root, "/dev/vda");
	assert_int_equal(f.config.init_args.count, 4);
	assert_string_equal(f.config.init_args.item[0], "single");
	assert_string_equal(f.config.init_args.item[1], "root=/dev/vdb");
	assert_string_equal(f.config.init_args.item[2], "a=b c");
	assert_string_equal(f.config.init_args.item[3], "x");
}

static void an_unknown_dotted_option_is_named_with_the_nearest(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rd.brake=root rd.completely.different ours.not quiet2");
	assert_string_equal(f.warnings,
			    "rd.brake: unknown option, did you mean rd.break?\n"
			    "rd.completely.different: unknown option\n");
}

static void a_wrong_value_is_named_and_ignored(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rd.timeout=9 rd.timeout=soon rd.emergency=panic panic=99999999999 "
		     "rootdelay");
	assert_int_equal(f.config.timeout, 9);
	assert_int_equal(f.config.emergency, EMERGENCY_SHELL);
	assert_string_equal(f.warnings,
			    "rd.timeout=soon: not SECONDS\n"
			    "rd.emergency=panic: not shell|reboot|poweroff|halt\n"
			    "panic=99999999999: not SECONDS\n"
			    "rootdelay=: not SECONDS\n");
}

static void panic_may_be_negative(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "panic=-1");
	assert_int_equal(f.config.panic, -1);
}

static void a_full_list_ignores_the_rest(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "rd.break=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17");
	assert_int_equal(f.config.breaks.count, CONFIG_LIST_MAX);
	assert_string_equal(f.warnings, "rd.break: more than 16 values: 17 ignored\n");
}

static void too_long_a_source_does_not_count(void **state)
{
	static char line[CONFIG_TEXT_SIZE + 1];
	struct fixture f;

	(void)state;
	start(&f);
	memset(line, 'a', CONFIG_TEXT_SIZE);
	assert_int_equal(config_read(&f.config, CONFIG_CMDLINE, line, keep, &f), -EFBIG);
}

static void options_of_the_network(void **state)
{
	struct fixture f;

	(void)state;
	read_one(&f, "");
	assert_int_equal(f.config.bootif, 1);
	assert_int_equal(f.config.peerdns, 1);
	assert_int_equal(f.config.handover, HANDOVER_DOWN);
	read_one(
		&f,
		"ip=eth0:dhcp ip=[2001:db8::1/64] nameserver=192.0.2.1,[2001:db8::53] "
		"vlan=eth0.5:eth0 bond=bond0:eth0,eth1:mode=1,miimon=100 bridge=br0:a,b "
		"ifname=lan:52:54:00:ab:cd:ef rd.route=192.0.2.0/24:192.0.3.1 BOOTIF=01-02 "
		"rd.bootif=0 rd.peerdns=0 rd.net.dhcp.retry=3 rd.net.timeout.carrier=12 "
		"rd.net.handover=keep");
	assert_string_equal(f.warnings, "");
	assert_int_equal(f.config.ip.count, 2);
	assert_string_equal(f.config.nameserver.item[1], "[2001:db8::53]");
	assert_string_equal(f.config.vlan.item[0], "eth0.5:eth0");
	assert_int_equal(f.config.bond.count, 1);
	assert_string_equal(f.config.bond.item[0], "bond0:eth0,eth1:mode=1,miimon=100");
	assert_string_equal(f.config.bridge.item[0], "br0:a,b");
	assert_string_equal(f.config.ifname.item[0], "lan:52:54:00:ab:cd:ef");
	assert_string_equal(f.config.route.item[0], "192.0.2.0/24:192.0.3.1");
	assert_int_equal(f.config.bootif, 0);
	assert_int_equal(f.config.peerdns, 0);
	assert_int_equal(f.config.dhcp_retry, 3);
	assert_int_equal(f.config.timeout_carrier, 12);
	assert_int_equal(f.config.handover, HANDOVER_KEEP);
	read_one(&f, "rd.net.handover=gone rd.net.timeout.dhcp=x rd.net.nonsense");
	assert_string_equal(f.warnings, "rd.net.handover=gone: not down|keep\n"
					"rd.net.timeout.dhcp=x: not SECONDS\n"
					"rd.net.nonsense: unknown option\n");
}

static void values_print_as_they_were_given(void **state)
{
	struct fixture f;
	struct config_row row;
	char value[64];
	unsigned i;

	(void)state;
	read_one(&f, "rd.emergency=reboot rootwait rd.break=a,b");
	for (i = 0; config_row(i, &row); i++) {
		if (strcmp(row.name, "rd.emergency") == 0) {
			assert_true(config_value(&f.config, i, 0, value, sizeof(value)));
			assert_string_equal(value, "reboot");
		} else if (strcmp(row.name, "rootwait") == 0) {
			assert_true(config_value(&f.config, i, 0, value, sizeof(value)));
			assert_string_equal(value, "forever");
		} else if (strcmp(row.name, "rd.break") == 0) {
			assert_true(config_value(&f.config, i, 1, value, sizeof(value)));
			assert_string_equal(value, "b");
			assert_false(config_value(&f.config, i, 2, value, sizeof(value)));
		}
	}
	assert_true(i > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_the_network),
		cmocka_unit_test(scalars_take_the_last_value),
		cmocka_unit_test(dash_and_underscore_are_one_character_in_names),
		cmocka_unit_test(the_root_may_have_fallbacks_and_find_itself),
		cmocka_unit_test(names_are_whole_words),
		cmocka_unit_test(what_lies_between_root_and_init_has_its_keys),
		cmocka_unit_test(flags_know_on_and_off),
		cmocka_unit_test(rootwait_alone_waits_for_ever),
		cmocka_unit_test(a_network_root_is_waited_for_unless_told_otherwise),
		cmocka_unit_test(lists_split_at_commas_and_accumulate),
		cmocka_unit_test(
			parameters_of_modules_are_kept_in_the_order_of_the_sources),
		cmocka_unit_test(a_later_source_replaces_a_list),
		cmocka_unit_test(sealed_options_cannot_be_undone),
		cmocka_unit_test(what_is_sealed_is_known_by_its_name),
		cmocka_unit_test(no_list_of_actions_is_not_an_empty_one),
		cmocka_unit_test(words_behind_the_dashes_go_to_init_alone),
		cmocka_unit_test(an_unknown_dotted_option_is_named_with_the_nearest),
		cmocka_unit_test(a_wrong_value_is_named_and_ignored),
		cmocka_unit_test(panic_may_be_negative),
		cmocka_unit_test(a_full_list_ignores_the_rest),
		cmocka_unit_test(too_long_a_source_does_not_count),
		cmocka_unit_test(values_print_as_they_were_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
