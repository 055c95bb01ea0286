/* Messages as the kernel 6.1 sent them, and what is not one. */
#include "modules/uevent.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>

#define PARSE(text, out) uevent_parse((text), sizeof(text), (out))

static void a_partition_of_the_kernel(void **state)
{
	static const char message[] = "add@/devices/pci0000:00/0000:00:03.0/virtio0/"
				      "block/vda/vda1\0ACTION=add\0"
				      "DEVPATH=/devices/pci0000:00/0000:00:03.0/virtio0/"
				      "block/vda/vda1\0SUBSYSTEM=block\0"
				      "MAJOR=254\0MINOR=1\0DEVNAME=vda1\0DEVTYPE="
				      "partition\0DISKSEQ=9\0PARTN=1\0SEQNUM=891";
	struct uevent event;

	(void)state;
	assert_int_equal(PARSE(message, &event), 0);
	assert_string_equal(event.action, "add");
	assert_string_equal(event.subsystem, "block");
	assert_string_equal(event.devname, "vda1");
	assert_string_equal(event.devtype, "partition");
	assert_string_equal(event.modalias, "");
}

static void a_device_that_wants_a_driver(void **state)
{
	static const char message[] =
		"add@/devices/pci0000:00/0000:00:03.0\0ACTION=add\0DEVPATH=/devices/"
		"pci0000:00/"
		"0000:00:03.0\0SUBSYSTEM=pci\0MODALIAS=pci:"
		"v00001AF4d00001042sv00001AF4sd00001100"
		"bc01sc00i00\0SEQNUM=700";
	struct uevent event;

	(void)state;
	assert_int_equal(PARSE(message, &event), 0);
	assert_string_equal(event.modalias,
			    "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00");
}

static void what_is_not_a_kernel_message_is_refused(void **state)
{
	static const char libudev[] = "libudev\0\xfe\xed\xca\xfe\0\0\0\0";
	static const char no_keys[] = "add@/devices/x";
	static const char no_end[] = { 'a', '@', 'b', '\0', 'A', 'C',
				       'T', 'I', 'O', 'N',  '=', 'a' };
	struct uevent event;

	(void)state;
	assert_int_equal(PARSE(libudev, &event), -EINVAL);
	assert_int_equal(PARSE(no_keys, &event), -EINVAL);
	assert_int_equal(uevent_parse(no_end, sizeof(no_end), &event), -EINVAL);
	assert_int_equal(uevent_parse("", 0, &event), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_of_the_kernel),
		cmocka_unit_test(a_device_that_wants_a_driver),
		cmocka_unit_test(what_is_not_a_kernel_message_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
