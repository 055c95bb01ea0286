#include "init/status.h"

#include "init/stage_http.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/cmdline.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#define FILE_SIZE_MAX 24576

/* ---- status.json */

/* root=iscsi:USER:PASSWORD@…, also as netroot=. */
static bool holds_login(const char *value)
{
	return IS_ENABLED(CONFIG_NETROOT_ISCSI) && str_after(value, "iscsi:") &&
	       strchr(value, '@');
}

static void print_device(struct buf *b, const struct blockdev *dev)
{
	buf_puts(b, "\n    {\"name\":");
	buf_json_string(b, dev->name);
	buf_printf(b, ",\"major\":%u,\"minor\":%u", dev->major, dev->minor);
	if (dev->probed && !dev->probe_err) {
		buf_printf(b, ",\"type\":\"%s\",\"uuid\":", dev->fs.type);
		buf_json_string(b, dev->fs.uuid);
		buf_puts(b, ",\"label\":");
		buf_json_string(b, dev->fs.label);
	}
	buf_puts(b, "}");
}

static void print_string(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "  \"%s\": ", key);
	if (value && *value)
		buf_json_string(b, value);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\n");
}

/* What is waited for, and how much of an image has come. */
static void print_netroot(const struct netroot *n, struct buf *b)
{
	print_string(b, "waiting_for", n->waits_for);
	if (n->spec.kind == NETROOT_IMAGE)
		buf_printf(b,
			   "  \"image_bytes\": %" PRIu64 ",\n  \"image_total\": %" PRIu64
			   ",\n",
			   n->report.bytes, n->report.total);
}

static const char *state_name(const struct boot *boot)
{
	if (boot->failed)
		return "failed";
	return boot->supervisor.count ? "running" : "booting";
}

static void print_status(const struct boot *boot, struct buf *b)
{
	struct utsname kernel;

	(void)uname(&kernel); /* cannot fail with a valid pointer */
	buf_puts(b, "{\n");
	print_string(b, "state", state_name(boot));
	print_string(b, "stage", boot->stage);
	print_string(b, "verdict", boot->failed ? boot->verdict : NULL);
	print_string(b, "kernel", kernel.release);
	print_string(b, "root",
		     boot->config.root && holds_login(boot->config.root)
			     ? "iscsi:***"
			     : boot->config.root);
	print_string(b, "root_device", boot->root ? boot->root->name : NULL);
	buf_printf(b, "  \"monotonic_us\": %" PRIu64 ",\n", clock_monotonic_us());
	if (IS_ENABLED(CONFIG_NETCFG)) {
		buf_puts(b, "  \"network\": ");
		network_print_json(&boot->known, b);
		buf_puts(b, ",\n");
	}
	if (IS_ENABLED(CONFIG_NETROOT))
		print_netroot(&boot->netroot, b);
	buf_puts(b, "  \"devices\": [");
	for (unsigned i = 0; i < boot->device_count; i++) {
		if (i)
			buf_puts(b, ",");
		print_device(b, &boot->devices[i]);
	}
	buf_puts(b, "\n  ],\n  \"no_module_for\": [");
	for (unsigned i = 0; i < boot->no_driver_count; i++) {
		if (i)
			buf_puts(b, ", ");
		buf_json_string(b, boot->no_driver[i]);
	}
	buf_puts(b, "]\n}\n");
}

/* ---- report.txt */

/* Does the name of this word say that its value is nobody's business? */
static bool is_secret(const char *name)
{
	static const char *const parts[] = { "pass", "token", "secret", "psk" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

static void print_redacted(struct buf *b, const char *cmdline)
{
	char copy[CONFIG_TEXT_SIZE];
	char *rest = copy;
	struct cmdline_word word;

	(void)str_copy(copy, sizeof(copy), cmdline); /* same size */
	while (cmdline_next(&rest, &word)) {
		bool hidden =
			word.value && (is_secret(word.name) || holds_login(word.value));
		const char *value = hidden ? "***" : word.value;
		const char *quote = value && strpbrk(value, " \t") ? "\"" : "";

		buf_puts(b, word.name);
		if (value)
			buf_printf(b, "=%s%s%s", quote, value, quote);
		buf_puts(b, " ");
	}
}

static void print_log(const struct boot *boot, struct buf *b)
{
	(void)boot;
	b->len += log_ring_read(b->data + b->len, b->size - b->len);
}

static void print_report(const struct boot *boot, struct buf *b)
{
	buf_printf(b, "verdict: %s\n\ncommand line: ", boot->verdict);
	print_redacted(b, boot->config.plain_cmdline);
	buf_puts(b, "\n\nstages:\n");
	for (unsigned i = 0; i < boot->timeline.count; i++) {
		const struct timeline_span *span = &boot->timeline.spans[i];

		buf_printf(b, "  %-12s %8" PRIu64 " us  %s\n", span->name,
			   span->end_us - span->start_us,
			   span->result ? strerror(-span->result) : "ok");
	}
	buf_puts(b, "\ndevices:\n");
	for (unsigned i = 0; i < boot->device_count; i++) {
		const struct blockdev *dev = &boot->devices[i];
		bool known = dev->probed && !dev->probe_err;

		buf_printf(b, "  %-12s %s UUID=%s LABEL=", dev->name,
			   known ? dev->fs.type : "?", known ? dev->fs.uuid : "");
		buf_printable(b, known ? dev->fs.label : "");
		buf_puts(b, "\n");
	}
	if (IS_ENABLED(CONFIG_NETCFG)) {
		buf_puts(b, "\nnetwork:\n");
		network_print_lines(&boot->known, b);
	}
	buf_puts(b, "\ndevices without a module in this image:\n");
	for (unsigned i = 0; i < boot->no_driver_count; i++)
		buf_printf(b, "  %s\n", boot->no_driver[i]);
	buf_puts(b, "\nlog:\n");
	print_log(boot, b);
}

/* ---- the files */

static void print_timeline(const struct boot *boot, struct buf *b)
{
	timeline_print(&boot->timeline, b);
}

static void write_file(const struct boot *boot, const char *path,
		       void (*print)(const struct boot *, struct buf *))
{
	char text[FILE_SIZE_MAX];
	struct buf b = BUF_OVER(text);
	int err;

	print(boot, &b);
	err = fd_replace_file(path, 0644, text, b.len);
	if (err)
		log_debug("%s: %s", path, strerror(-err));
}

void status_write(struct boot *boot)
{
	write_file(boot, BOOT_STATE_DIR "/status.json", print_status);
	write_file(boot, BOOT_STATE_DIR "/timeline.json", print_timeline);
	write_file(boot, BOOT_STATE_DIR "/boot.log", print_log);
	if (boot->failed)
		write_file(boot, BOOT_STATE_DIR "/report.txt", print_report);
	if (IS_ENABLED(CONFIG_HTTP))
		http_tell(boot);
}
