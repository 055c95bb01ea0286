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

#define FILE_SIZE_MAX 24576
#define FOLLOW_MS     200 /* between two of those who look on */

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
		bool hidden = word.value &&
			      (is_secret(word.name) || status_holds_login(word.value));
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

static void note_told(struct boot *boot)
{
	boot->told.at_ms = clock_monotonic_ms();
	boot->told.lines = log_lines();
	boot->told.stages = boot->timeline.count;
	boot->told.devices = boot->device_changes;
	boot->told.network = boot->known.changes;
}

void status_write(struct boot *boot)
{
	write_file(boot, BOOT_STATE_DIR "/status.json", status_print_json);
	write_file(boot, BOOT_STATE_DIR "/timeline.json", print_timeline);
	write_file(boot, BOOT_STATE_DIR "/boot.log", print_log);
	if (boot->failed)
		write_file(boot, BOOT_STATE_DIR "/report.txt", print_report);
	if (IS_ENABLED(CONFIG_HTTP)) {
		write_file(boot, BOOT_STATE_DIR "/metrics.prom", status_print_metrics);
		note_told(boot);
		http_tell(boot);
	}
}

/* ---- while somebody looks on */

/* To make the timer end a round is all it is for. */
static void wake(void *ctx)
{
	(void)ctx;
}

static bool has_news(const struct boot *boot)
{
	return boot->told.lines != log_lines() ||
	       boot->told.stages != boot->timeline.count ||
	       boot->told.devices != boot->device_changes ||
	       boot->told.network != boot->known.changes;
}

static void follow(void *ctx)
{
	struct boot *boot = ctx;
	uint64_t due_ms = boot->told.at_ms + FOLLOW_MS;

	if (!boot->http.pid || !has_news(boot))
		return;
	if (clock_monotonic_ms() >= due_ms)
		status_write(boot);
	else
		(void)loop_set_timer(&boot->loop, due_ms, wake, boot); /* or later */
}

void status_follow(struct boot *boot)
{
	boot->loop.before = follow;
	boot->loop.before_ctx = boot;
}
