/* What PID 1 writes about a boot: JSON that is whole whatever happens, metrics without a series twice. */
#include "http/json.h"
#include "init/status.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct boot boot;
static char text[24576];

static int set_up(void **state)
{
	(void)state;
	memset(&boot, 0, sizeof(boot));
	boot.stage = "root";
	boot.config.root = "LABEL=demo";
	return 0;
}

static struct text json(void)
{
	struct buf b = BUF_OVER(text);

	status_print_json(&boot, &b);
	assert_int_equal(b.len, strlen(text));
	assert_string_equal(text + b.len - 2, "}\n");
	return (struct text){ text, b.len };
}

static const char *metrics(void)
{
	struct buf b = BUF_OVER(text);

	status_print_metrics(&boot, &b);
	assert_false(b.truncated);
	assert_int_equal(text[b.len - 1], '\n');
	return text;
}

static void assert_member(struct text object, const char *name, const char *expected)
{
	struct text value = json_member(object, name);

	assert_non_null(value.s);
	assert_true(text_is(value, expected));
}

static void it_says_what_the_root_waits_for(void **state)
{
	(void)state;
	assert_member(json(), "schema", "1");
	assert_member(json(), "state", "\"booting\"");
	assert_member(json(), "waiting_for", "\"LABEL=demo\"");
	assert_member(json(), "verdict", "null");
	boot.stage = "fsck";
	assert_member(json(), "waiting_for", "null");
	boot.config.root = "iscsi:me:secret@192.0.2.1::::x";
	boot.stage = "root";
	assert_member(json(), "waiting_for", "\"iscsi:***\"");
	assert_member(json(), "root", "\"iscsi:***\"");
}

static void a_device_says_what_is_known_of_it(void **state)
{
	struct text devices, device;

	(void)state;
	boot.device_count = 4;
	strcpy(boot.devices[0].name, "xda");
	strcpy(boot.devices[1].name, "xda1");
	boot.devices[0].diskseq = boot.devices[1].diskseq = 7;
	boot.devices[1].partn = 1;
	boot.devices[1].probed = true;
	boot.devices[1].fs.type = "ext4";
	strcpy(boot.devices[1].fs.label, "a\"\n\xff");
	boot.devices[2].probed = true;
	boot.devices[2].probe_err = -ENODATA;
	boot.devices[3].probed = true;
	boot.devices[3].probe_err = -EIO;
	devices = json_member(json(), "devices");
	assert_true(json_take(&devices, &device));
	assert_null(json_member(device, "type").s);
	assert_null(json_member(device, "disk").s);
	assert_true(json_take(&devices, &device));
	assert_member(device, "type", "\"ext4\"");
	assert_member(device, "disk", "\"xda\"");
	assert_member(device, "label", "\"a\\\"\\u000a\\ufffd\"");
	assert_true(json_take(&devices, &device));
	assert_member(device, "type", "null");
	assert_null(json_member(device, "error").s);
	assert_true(json_take(&devices, &device));
	assert_member(device, "error", "\"Input/output error\"");
	assert_false(json_take(&devices, &device));
}

/* The worst labels take six characters for one. */
static void too_many_devices_leave_the_rest_whole(void **state)
{
	struct text whole, rest, element = { NULL, 0 };
	unsigned count = 0;

	(void)state;
	boot.device_count = BOOT_DEVICES_MAX;
	for (unsigned i = 0; i < BOOT_DEVICES_MAX; i++) {
		struct blockdev *dev = &boot.devices[i];

		snprintf(dev->name, sizeof(dev->name), "xd%u", i);
		dev->probed = true;
		dev->fs.type = "ext4";
		memset(dev->fs.label, 1, sizeof(dev->fs.label) - 1);
	}
	boot.no_driver_count = BOOT_NO_DRIVER_MAX;
	for (unsigned i = 0; i < BOOT_NO_DRIVER_MAX; i++)
		memset(boot.no_driver[i], 'x', sizeof(boot.no_driver[i]) - 1);
	whole = json();
	rest = json_member(whole, "devices");
	while (json_take(&rest, &element))
		count++;
	assert_true(count > 10 && count < BOOT_DEVICES_MAX);
	rest = json_member(whole, "no_module_for");
	for (count = 0; json_take(&rest, &element); count++)
		;
	assert_true(count > 20);
}

static void a_stage_that_was_tried_again_counts_once(void **state)
{
	const char *first, *said;

	(void)state;
	timeline_end(timeline_start(&boot.timeline, "apifs", 1000000), 1005648, 0);
	timeline_end(timeline_start(&boot.timeline, "root", 2000000), 5000000, -ENODEV);
	timeline_end(timeline_start(&boot.timeline, "root", 6000000), 6500000, 0);
	(void)timeline_start(&boot.timeline, "rootfs", 7000000);
	said = metrics();
	assert_non_null(
		strstr(said,
		       "\nrootling_stage_duration_seconds{stage=\"apifs\"} 0.005648\n"));
	first = strstr(said,
		       "\nrootling_stage_duration_seconds{stage=\"root\"} 0.500000\n");
	assert_non_null(first);
	assert_null(strstr(first + 2, "rootling_stage_duration_seconds{stage=\"root\"}"));
	assert_non_null(strstr(said, "\nrootling_stage_failed{stage=\"root\"} 0\n"));
	assert_non_null(
		strstr(said,
		       "\nrootling_stage_start_seconds{stage=\"rootfs\"} 7.000000\n"));
	assert_null(strstr(said, "rootling_stage_duration_seconds{stage=\"rootfs\"}"));
	assert_non_null(strstr(said, "\nrootling_boot_state{state=\"booting\"} 1\n"));
	assert_non_null(strstr(said, "\nrootling_boot_state{state=\"failed\"} 0\n"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(it_says_what_the_root_waits_for),
		TEST(a_device_says_what_is_known_of_it),
		TEST(too_many_devices_leave_the_rest_whole),
		TEST(a_stage_that_was_tried_again_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
