#include "netroot/nbd_handshake.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

#define GREETING "NBDMAGICIHAVEOPT\0\3"
#define REPLY	 "\x00\x03\xe8\x89\x04\x55\x65\xa9"
#define GO	 "\0\0\0\7"
#define ACK	 REPLY GO "\0\0\0\1\0\0\0\0"
#define EXPORT	 REPLY GO "\0\0\0\3\0\0\0\x0c\0\0\0\0\0\0\0\x10\0\0\0\1"
#define BLOCKS	 REPLY GO "\0\0\0\3\0\0\0\x0e\0\3\0\0\2\0\0\0\x10\0\0\1\0\0"

static const char *why;

/* What the server says, all of it; the result of the last step. */
static int run(struct nbd_handshake *h, const char *data, size_t len, const char *export)
{
	size_t off = 0;
	int err = nbd_handshake_start(h, export);

	why = "";
	while (!err && !h->is_done && off + h->wanted <= len) {
		size_t wanted = h->wanted;

		assert_in_range(wanted, 1, NBD_INPUT_MAX);
		h->out_len = 0;
		err = nbd_handshake_input(h, (const uint8_t *)data + off, &why);
		off += wanted;
	}
	if (!err && h->is_done)
		assert_int_equal(off, len);
	return err;
}

#define RUN(h, literal) run(h, literal, sizeof(literal) - 1, "disk")

static void what_the_client_says(void **state)
{
	static const char go[] = "\0\0\0\3IHAVEOPT" GO "\0\0\0\x0c"
				 "\0\0\0\4disk\0\1\0\3";
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(nbd_handshake_start(&h, "disk"), 0);
	assert_int_equal(h.out_len, 0);
	assert_int_equal(h.wanted, 18);
	assert_int_equal(nbd_handshake_input(&h, (const uint8_t *)GREETING, &why), 0);
	assert_int_equal(h.out_len, sizeof(go) - 1);
	assert_memory_equal(h.out, go, sizeof(go) - 1);
}

static void an_export_is_opened(void **state)
{
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(RUN(&h, GREETING EXPORT BLOCKS ACK), 0);
	assert_true(h.is_done);
	assert_int_equal(h.size, 0x100000);
	assert_int_equal(h.flags, 1);
	assert_int_equal(h.block_size, 512);
}

static void other_information_is_passed_over(void **state)
{
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(RUN(&h, GREETING REPLY GO "\0\0\0\3\0\0\0\6\0\1disk" EXPORT ACK),
			 0);
	assert_true(h.is_done);
	assert_int_equal(h.block_size, 0);
}

static void a_server_without_go(void **state)
{
	static const char unsupported[] = GREETING REPLY GO "\x80\0\0\1\0\0\0\2no"
							    "\0\0\0\0\0\0\4\0\0\x0d";
	static const char with_zeroes[18 + 20 + 134] =
		"NBDMAGICIHAVEOPT\0\1" REPLY GO "\x80\0\0\1\0\0\0\0"
		"\0\0\0\0\0\0\4\0\0\1";
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(run(&h, unsupported, sizeof(unsupported) - 1, "disk"), 0);
	assert_true(h.is_done);
	assert_int_equal(h.size, 1024);
	assert_int_equal(h.flags, 13);
	assert_int_equal(run(&h, with_zeroes, sizeof(with_zeroes), ""), 0);
	assert_true(h.is_done);
}

static void long_text_is_read_in_pieces(void **state)
{
	static char data[18 + 20 + 3000] = GREETING REPLY GO "\x80\0\0\6\0\0\x0b\xb8";
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(run(&h, data, sizeof(data), "disk"), -ENOENT);
}

static void refusals_are_said_in_words(void **state)
{
	static const struct {
		uint8_t code;
		int err;
		const char *word;
	} rows[] = {
		{ 2, -EACCES, "policy" },	  { 3, -EPROTO, "invalid" },
		{ 4, -EACCES, "platform" },	  { 5, -EACCES, "TLS" },
		{ 6, -ENOENT, "no such export" }, { 7, -EAGAIN, "shutting down" },
		{ 8, -EPROTO, "block size" },	  { 9, -EPROTO, "too big" },
		{ 99, -EPROTO, "not known" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char data[] = GREETING REPLY GO "\x80\0\0\0\0\0\0\0";
		struct nbd_handshake h;

		data[18 + 15] = (char)rows[i].code;
		assert_int_equal(run(&h, data, sizeof(data) - 1, "disk"), rows[i].err);
		assert_non_null(strstr(why, rows[i].word));
	}
}

static void what_is_no_server_of_this_kind(void **state)
{
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(RUN(&h, "HTTP/1.1 400 Bad Request"), -EPROTO);
	assert_non_null(strstr(why, "no NBD server"));
	assert_int_equal(RUN(&h, "NBDMAGIC\0\0\x42\x02\x81\x86\x12\x53\0\0"), -EPROTO);
	assert_non_null(strstr(why, "old"));
	assert_int_equal(RUN(&h, "NBDMAGICIHAVEOPT\0\0"), -EPROTO);
}

static void what_is_not_credible_is_refused(void **state)
{
	struct nbd_handshake h;

	(void)state;
	assert_int_equal(RUN(&h, GREETING ACK), -EPROTO); /* without a size */
	assert_int_equal(RUN(&h, GREETING REPLY GO
			     "\0\0\0\3\0\0\0\x0c\0\0\x80\0\0\0\0\0\0\0\0\1" ACK),
			 -EPROTO);
	assert_int_equal(RUN(&h, GREETING REPLY GO
			     "\0\0\0\3\0\0\0\x0c\0\0\0\0\0\0\0\x10\0\0\0\0" ACK),
			 -EPROTO);
	assert_int_equal(RUN(&h, GREETING REPLY GO
			     "\0\0\0\3\0\0\0\x0e\0\3\0\0\2\1\0\0\x10\0\0\1\0\0"),
			 -EPROTO);
	assert_int_equal(RUN(&h, GREETING REPLY GO "\0\0\0\3\0\0\0\4\0\0\0\0"), -EPROTO);
	assert_int_equal(RUN(&h, GREETING REPLY GO "\0\0\0\3\0\1\0\1"), -EPROTO);
	assert_int_equal(RUN(&h, GREETING REPLY "\0\0\0\6\0\0\0\1\0\0\0\0"), -EPROTO);
	assert_int_equal(RUN(&h, GREETING "\0\0\0\0\0\0\0\0" GO "\0\0\0\1\0\0\0\0"),
			 -EPROTO);
}

static void names_have_a_limit(void **state)
{
	struct nbd_handshake h;
	char name[NBD_EXPORT_MAX + 2];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[NBD_EXPORT_MAX] = '\0';
	assert_int_equal(run(&h, GREETING EXPORT ACK, 18 + 32 + 20, name), 0);
	assert_true(h.is_done);
	name[NBD_EXPORT_MAX] = 'x';
	name[NBD_EXPORT_MAX + 1] = '\0';
	assert_int_equal(nbd_handshake_start(&h, name), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_client_says),
		cmocka_unit_test(an_export_is_opened),
		cmocka_unit_test(other_information_is_passed_over),
		cmocka_unit_test(a_server_without_go),
		cmocka_unit_test(long_text_is_read_in_pieces),
		cmocka_unit_test(refusals_are_said_in_words),
		cmocka_unit_test(what_is_no_server_of_this_kind),
		cmocka_unit_test(what_is_not_credible_is_refused),
		cmocka_unit_test(names_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
