/* What a build says when it is over. */
#include "initramfs/build.h"
#include "initramfs/json.h"
#include "lib/buf.h"
#include "lib/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_SIZE 16384

static const char *const mode_names[] = {
	[MODE_LISTED] = "listed",
	[MODE_HOST] = "hostonly",
	[MODE_UNIVERSAL] = "universal",
};

static void report_list(const struct build *b)
{
	for (size_t i = 0; i < b->tree.count; i++)
		fprintf(b->report, "%9zu %s\n", b->tree.entries[i].contents.len,
			b->tree.entries[i].path);
	for (size_t i = 0; i < b->modset.builtin.count; i++)
		fprintf(b->report, "module %s: built into the kernel\n",
			b->modset.builtin.items[i]);
}

static void put_fingerprint(const uint8_t digest[SHA256_SIZE], char out[3 * SHA256_SIZE])
{
	struct buf b = buf_init(out, 3 * SHA256_SIZE);

	for (size_t i = 0; i < SHA256_SIZE; i++)
		buf_printf(&b, "%s%02X", i ? ":" : "", digest[i]);
}

/* What those that connect compare it with. */
static void report_https(const struct build *b)
{
	char fingerprint[3 * SHA256_SIZE];

	put_fingerprint(b->https.fingerprint, fingerprint);
	fprintf(b->report,
		"https: certificate of %s, valid until %04d-%02d-%02d\n"
		"https: SHA-256 fingerprint %s\n"
		"https: public key %s\n",
		b->https.names, (int)b->https.valid_to.year, b->https.valid_to.month,
		b->https.valid_to.day, fingerprint, b->https.pin);
}

static void report_text(const struct build *b, uint64_t took_ms)
{
	/* said or lost */
	if (b->http_token)
		fprintf(b->report, "%s: HTTP token: %s\n", b->output, b->http_token);
	if (b->options->quiet)
		return;
	if (b->options->verbose)
		report_list(b);
	if (b->has_https)
		report_https(b);
	if (b->options->verbose || isatty(fileno(b->report)))
		fprintf(b->report, "%s: %zu bytes, %zu modules, %zu files, %u ms\n",
			b->output, b->image.len, b->modset.count, b->tree.count,
			(unsigned)took_ms);
}

/* What was logged, without the times before it. */
static void put_log(struct json *j)
{
	char log[LOG_SIZE], *rest = log, *line;

	(void)log_ring_read(log, sizeof(log));
	json_array(j, "messages");
	while ((line = strsep(&rest, "\n")) && *line) {
		char *text = strstr(line, "] ");

		json_string(j, NULL, text ? text + 2 : line);
	}
	json_end_array(j);
}

static void put_list(struct json *j, const char *key, const struct strings *list)
{
	json_array(j, key);
	for (size_t i = 0; i < list->count; i++)
		json_string(j, NULL, list->items[i]);
	json_end_array(j);
}

static void put_image(struct json *j, const struct build *b)
{
	json_string(j, "output", b->output);
	json_number(j, "bytes", b->image.len);
	if (b->kernel)
		json_string(j, "kernel", b->kernel);
	if (b->http_token)
		json_string(j, "http_token", b->http_token);
	json_string(j, "mode", mode_names[b->mode]);
	json_string(j, "compression", b->packing.compression->name);
	json_number(j, "modules", b->modset.count);
	json_number(j, "files", b->tree.count);
	put_list(j, "builtin", &b->modset.builtin);
	put_list(j, "missing_firmware", &b->firmware.missing);
}

static void put_https(struct json *j, const struct build *b)
{
	char fingerprint[3 * SHA256_SIZE];

	put_fingerprint(b->https.fingerprint, fingerprint);
	json_object(j, "https");
	json_string(j, "names", b->https.names);
	json_string(j, "fingerprint", fingerprint);
	json_string(j, "pin", b->https.pin);
	json_end_object(j);
}

static void report_json(const struct build *b, int err, uint64_t took_ms)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_bool(&j, "ok", !err);
	if (!err)
		put_image(&j, b);
	if (!err && b->has_https)
		put_https(&j, b);
	put_log(&j);
	json_thousandths(&j, "seconds", took_ms);
	json_end_object(&j);
	json_print(&j, b->report);
}

int build_report(const struct build *b, int err, uint64_t took_ms)
{
	if (b->options->json)
		report_json(b, err, took_ms);
	else if (!err)
		report_text(b, took_ms);
	if (fflush(b->report) == 0)
		return err;
	log_err("build: the report cannot be written");
	return err ? err : -EIO;
}
