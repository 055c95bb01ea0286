/* metrics.prom: what PID 1 knows as Prometheus' text format 0.0.4. The HTTP worker serves it; after
 * switch_root node_exporter's textfile collector finds it in the state directory. */
#include "init/status.h"

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/str.h"
#include "lib/version.h"

#include <inttypes.h>

/* What follows the devices needs less. */
#define AFTER_DEVICES 1024

static void print_head(struct buf *b, const char *name, const char *help)
{
	buf_printf(b, "# HELP rootling_%s %s\n# TYPE rootling_%s gauge\n", name, help,
		   name);
}

static void print_number(struct buf *b, const char *name, const char *help,
			 uint64_t value)
{
	print_head(b, name, help);
	buf_printf(b, "rootling_%s %" PRIu64 "\n", name, value);
}

static void print_seconds(struct buf *b, uint64_t us)
{
	buf_printf(b, " %u.%06u\n", (unsigned)(us / 1000000), (unsigned)(us % 1000000));
}

static void print_label(struct buf *b, const char *value)
{
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_puts(b, "\\");
		if (*value != '\n')
			buf_put(b, value, 1);
	}
}

static void print_states(const struct boot *boot, struct buf *b)
{
	static const char *const states[] = { "booting", "failed", "running" };
	const char *now = status_state(boot);

	print_head(b, "boot_state", "1 for the state the boot is in, 0 for the others.");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		buf_printf(b, "rootling_boot_state{state=\"%s\"} %u\n", states[i],
			   str_equal(states[i], now));
}

/* ---- stages */

/* A stage that was tried again has several spans: the last one counts. */
static bool is_last(const struct timeline *t, unsigned i)
{
	for (unsigned k = i + 1; k < t->count; k++)
		if (str_equal(t->spans[k].name, t->spans[i].name))
			return false;
	return true;
}

static void print_start(const struct timeline_span *span, struct buf *b)
{
	print_seconds(b, span->start_us);
}

static void print_duration(const struct timeline_span *span, struct buf *b)
{
	print_seconds(b, span->end_us - span->start_us);
}

static void print_failed(const struct timeline_span *span, struct buf *b)
{
	buf_printf(b, " %u\n", span->result != 0);
}

static const struct stage_metric {
	const char *name, *help;
	void (*print)(const struct timeline_span *span, struct buf *b);
	bool when_ended;
} stage_metrics[] = {
	{ "stage_start_seconds", "When the stage began, since the kernel started.",
	  print_start, false },
	{ "stage_duration_seconds", "How long the stage took.", print_duration, true },
	{ "stage_failed", "1 if the stage failed when it was tried last.", print_failed,
	  true },
};

static void print_stages(const struct timeline *t, const struct stage_metric *metric,
			 struct buf *b)
{
	print_head(b, metric->name, metric->help);
	for (unsigned i = 0; i < t->count; i++) {
		const struct timeline_span *span = &t->spans[i];

		if (!is_last(t, i) || (metric->when_ended && !span->end_us))
			continue;
		buf_printf(b, "rootling_%s{stage=\"%s\"}", metric->name, span->name);
		metric->print(span, b);
	}
}

/* ---- devices */

static void print_devices(const struct boot *boot, struct buf *b)
{
	print_number(b, "block_devices", "Disks and partitions that were seen.",
		     boot->device_count);
	print_head(b, "block_device_size_bytes", "Size of the disk or partition.");
	for (unsigned i = 0; i < boot->device_count; i++) {
		const struct blockdev *dev = &boot->devices[i];

		if (b->size - b->len < AFTER_DEVICES)
			break;
		buf_puts(b, "rootling_block_device_size_bytes{device=\"");
		print_label(b, dev->name);
		buf_printf(b, "\",type=\"%s\"} %" PRIu64 "\n",
			   dev->probed && !dev->probe_err ? dev->fs.type : "",
			   blockdev_size_bytes(dev->name));
	}
}

void status_print_metrics(const struct boot *boot, struct buf *b)
{
	print_head(b, "build_info", "1, with the version of /init.");
	buf_puts(b, "rootling_build_info{version=\"" ROOTLING_VERSION "\"} 1\n");
	print_states(boot, b);
	for (size_t i = 0; i < sizeof(stage_metrics) / sizeof(stage_metrics[0]); i++)
		print_stages(&boot->timeline, &stage_metrics[i], b);
	if (IS_ENABLED(CONFIG_MOUNT))
		print_devices(boot, b);
	print_number(b, "modules_missing",
		     "Devices for which this image has no module, as far as was looked.",
		     boot->no_driver_count);
	print_number(b, "network_up", "1 if there is an address beyond the link.",
		     IS_ENABLED(CONFIG_NETCFG) && network_is_up(&boot->known));
	print_number(b, "log_lines", "Lines that PID 1 has logged.", log_lines());
}
