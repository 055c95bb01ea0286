#include "netcfg/ibft.h"
#include "netcfg/plan.h"

#include "lib/fd.h"
#include "lib/ip.h"
#include "lib/str.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 9

/* What a card's folder holds, and what it is in the words of the command line. */
static const struct card {
	int err;
	struct {
		const char *name, *text;
	} files[FILES_MAX];
	struct ibft_card words;
} cards[] = {
	{ 0,
	  { { "mac", "52:54:00:00:00:01\n" },
	    { "ip-addr", "192.0.2.5\n" },
	    { "prefix-len", "24\n" },
	    { "gateway", "192.0.2.1\n" },
	    { "primary-dns", "192.0.2.2\n" },
	    { "secondary-dns", "192.0.2.3\n" },
	    { "hostname", "node7\n" },
	    { "vlan", "0\n" },
	    { "flags", "3\n" } },
	  { "ibft2:52:54:00:00:00:01",
	    "192.0.2.5::192.0.2.1:24:node7:ibft2:none:192.0.2.2:192.0.2.3", "" } },
	{ 0,
	  { { "mac", "52:54:00:00:00:01\n" },
	    { "ip-addr", "192.0.2.5\n" },
	    { "prefix-len", "24\n" },
	    { "hostname", "$(reboot)\n" },
	    { "dhcp", "0.0.0.0\n" } },
	  { "ibft2:52:54:00:00:00:01", "192.0.2.5:::24::ibft2:none::", "" } },
	{ 0,
	  { { "mac", "52:54:00:00:00:01\n" },
	    { "ip-addr", "192.0.2.5\n" },
	    { "dhcp", "192.0.2.1\n" },
	    { "vlan", "42\n" } },
	  { "ibft2:52:54:00:00:00:01", "ibft2.42:dhcp", "ibft2.42:ibft2" } },
	{ 0,
	  { { "mac", "52:54:00:00:00:01\n" },
	    { "ip-addr", "2001:0db8:0000:0000:0000:0000:0000:0005\n" },
	    { "gateway", "2001:0db8:0000:0000:0000:0000:0000:0001\n" },
	    { "prefix-len", "64\n" } },
	  { "ibft2:52:54:00:00:00:01",
	    "[2001:0db8:0000:0000:0000:0000:0000:0005]::"
	    "[2001:0db8:0000:0000:0000:0000:0000:0001]:64::ibft2:none::",
	    "" } },
	{ -ENODEV,
	  { { "mac", "52:54:00:00:00:01\n" }, { "dhcp", "0.0.0.0\n" } },
	  { "", "", "" } },
	{ -ENODEV, { { "ip-addr", "192.0.2.5\n" } }, { "", "", "" } },
};

static int read_card(const struct card *card, struct ibft_card *out)
{
	char folder[] = "/tmp/test_ibft.XXXXXX", path[64];
	int dir, err;

	assert_non_null(mkdtemp(folder));
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	for (size_t i = 0; i < FILES_MAX && card->files[i].name; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, card->files[i].name);
		assert_int_equal(fd_replace_file(path, 0644, card->files[i].text,
						 strlen(card->files[i].text)),
				 0);
	}
	err = ibft_read(dir, 2, out);
	for (size_t i = 0; i < FILES_MAX && card->files[i].name; i++)
		assert_int_equal(unlinkat(dir, card->files[i].name, 0), 0);
	close(dir);
	assert_int_equal(rmdir(folder), 0);
	return err;
}

static void a_card_becomes_words_of_the_command_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		struct ibft_card words;

		assert_int_equal(read_card(&cards[i], &words), cards[i].err);
		if (cards[i].err)
			continue;
		assert_string_equal(words.ifname, cards[i].words.ifname);
		assert_string_equal(words.ip, cards[i].words.ip);
		assert_string_equal(words.vlan, cards[i].words.vlan);
	}
}

static void the_words_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; !cards[i].err; i++) {
		const struct ibft_card *words = &cards[i].words;
		struct netcfg_request request = {
			.ip = { words->ip },
			.ip_count = 1,
			.ifname = { { words->ifname }, 1 },
			.vlan = { { words->vlan }, *words->vlan != '\0' },
		};
		struct plan plan;

		assert_int_equal(plan_make(&request, &plan), 0);
		assert_string_equal(plan.names[0].name, "ibft2");
		assert_int_equal(plan_rows(&plan, *words->vlan ? "ibft2.42" : "ibft2",
					   plan.names[0].mac),
				 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_becomes_words_of_the_command_line),
		cmocka_unit_test(the_words_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
