#include "http/page_parts.h"

#include <string.h>

#define BAR_WIDTH 1000 /* of the timeline, in units of its own */
#define ROW_MAX	  1600 /* a longer one is left out */

/* One row more, if it fits as a whole. */
struct rows {
	struct buf *out;
	unsigned count;
	unsigned left_out;
	size_t start;
};

static void row_begin(struct rows *rows)
{
	rows->start = rows->out->len;
}

static void row_end(struct rows *rows)
{
	struct buf *out = rows->out;

	if (!out->truncated && out->size - out->len > 128) {
		rows->count++;
		return;
	}
	out->len = rows->start;
	out->data[out->len] = '\0';
	out->truncated = false;
	rows->left_out++;
}

static void put_left_out(const struct rows *rows)
{
	if (rows->left_out)
		buf_printf(rows->out,
			   "<p>%u more: see <a href=\"/api/v1/status\">status</a></p>\n",
			   rows->left_out);
}

static void put_cell(struct buf *out, struct text object, const char *name)
{
	buf_puts(out, "<td>");
	(void)put_member(out, object, name);
	buf_puts(out, "</td>");
}

/* ---- stages */

struct span {
	uint64_t start_us, duration_us;
	bool running;
	int error; /* errno */
};

static struct span read_span(const struct page *page, struct text event)
{
	struct text result = json_member(json_member(event, "args"), "result");
	struct span span = {
		.start_us = json_u64(json_member(event, "ts")),
		.duration_us = json_u64(json_member(event, "dur")),
		.running = text_is(json_member(event, "ph"), "\"B\""),
	};

	if (span.running && page->now_us > span.start_us)
		span.duration_us = page->now_us - span.start_us;
	if (result.len > 1 && *result.s == '-')
		span.error = (int)json_u64((struct text){ result.s + 1, result.len - 1 });
	return span;
}

static unsigned scale(uint64_t us, uint64_t whole_us)
{
	return (unsigned)(us * BAR_WIDTH / (whole_us ? whole_us : 1));
}

static void put_outcome(const struct span *span, struct buf *out)
{
	if (span->running)
		buf_puts(out, "running");
	else if (span->error)
		buf_puts(out, strerror(span->error));
	else
		buf_puts(out, "done");
}

static void put_stage(struct text event, const struct span *span, uint64_t start_us,
		      uint64_t whole_us, struct buf *out)
{
	unsigned width = scale(span->duration_us, whole_us);
	const char *kind = span->running ? "running" : span->error ? "failed" : "done";

	buf_printf(out, "<tr class=\"%s\"><th scope=\"row\">", kind);
	(void)put_member(out, event, "name");
	buf_printf(out, "</th><td%s", span->running ? " data-us=\"" : "");
	if (span->running)
		buf_printf(out, "%llu\"", (unsigned long long)span->duration_us);
	buf_puts(out, ">");
	put_time(out, span->duration_us);
	buf_printf(out,
		   "</td><td><svg viewBox=\"0 0 1000 1\" preserveAspectRatio=\"none\" "
		   "aria-hidden=\"true\"><rect x=\"%u\" width=\"%u\" height=\"1\"/></svg>"
		   "</td><td>",
		   scale(span->start_us - start_us, whole_us), width > 3 ? width : 3);
	put_outcome(span, out);
	buf_puts(out, "</td></tr>\n");
}

void put_stages(const struct page *page, struct buf *out)
{
	struct text events = json_member(page->timeline, "traceEvents"), rest = events,
		    event;
	uint64_t start_us = UINT64_MAX, end_us = 0;
	struct rows rows = { .out = out };

	while (json_take(&rest, &event)) {
		struct span span = read_span(page, event);

		if (span.start_us < start_us)
			start_us = span.start_us;
		if (span.start_us + span.duration_us > end_us)
			end_us = span.start_us + span.duration_us;
	}
	if (!end_us)
		return;
	buf_puts(out, "<table class=\"stages\"><thead><tr><th scope=\"col\">Stage</th>"
		      "<th scope=\"col\">Time</th><th scope=\"col\">When</th>"
		      "<th scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n");
	while (json_take(&events, &event)) {
		struct span span = read_span(page, event);

		row_begin(&rows);
		put_stage(event, &span, start_us, end_us - start_us, out);
		row_end(&rows);
	}
	buf_puts(out, "</tbody></table>\n");
}

/* ---- disks */

/* Is there a partition of it? */
static bool has_parts(struct text devices, struct text device)
{
	struct text name = json_member(device, "name"), other;

	while (json_take(&devices, &other)) {
		struct text disk = json_member(other, "disk");

		if (disk.len == name.len && memcmp(disk.s, name.s, name.len) == 0)
			return true;
	}
	return false;
}

static void put_contents(struct text devices, struct text device, struct buf *out)
{
	if (put_member(out, device, "type"))
		return;
	buf_puts(out, "<i>");
	if (!put_member(out, device, "error"))
		buf_puts(out, has_parts(devices, device)      ? "partitions"
			      : json_member(device, "type").s ? "nothing known"
							      : "not looked at");
	buf_puts(out, "</i>");
}

static void put_device(struct text devices, struct text device, struct buf *out)
{
	bool is_part = json_member(device, "disk").s;
	uint64_t size = json_u64(json_member(device, "size_bytes"));

	buf_printf(out, "<tr%s><th scope=\"row\">", is_part ? " class=\"part\"" : "");
	(void)put_member(out, device, "name");
	buf_puts(out, "</th><td>");
	if (size)
		put_size(out, size);
	buf_puts(out, "</td><td>");
	put_contents(devices, device, out);
	buf_puts(out, " <b>");
	if (!put_member(out, device, "label"))
		(void)put_member(out, device, "part_label");
	buf_puts(out, "</b></td>");
	put_cell(out, device, "uuid");
	buf_puts(out, "</tr>\n");
}

void put_devices(const struct page *page, struct buf *out)
{
	struct text devices = json_member(page->status, "devices"), rest = devices,
		    device;
	struct rows rows = { .out = out };
	size_t start = out->len;

	buf_puts(out, "<table class=\"disks\"><thead><tr><th scope=\"col\">Device</th>"
		      "<th scope=\"col\">Size</th><th scope=\"col\">Holds</th>"
		      "<th scope=\"col\">UUID</th></tr></thead>\n<tbody>\n");
	while (json_take(&rest, &device)) {
		row_begin(&rows);
		put_device(devices, device, out);
		row_end(&rows);
	}
	if (rows.count) {
		buf_puts(out, "</tbody></table>\n");
		put_left_out(&rows);
		return;
	}
	out->len = start;
	buf_puts(out, "<p class=\"none\">No disk has been seen.</p>\n");
}

/* For the field where another root is named. */
void put_roots(const struct page *page, struct buf *out)
{
	struct text devices = json_member(page->status, "devices"), device;
	struct rows rows = { .out = out };

	while (json_take(&devices, &device)) {
		if (json_member(device, "uuid").len < 3)
			continue;
		row_begin(&rows);
		buf_puts(out, "<option value=\"UUID=");
		(void)put_member(out, device, "uuid");
		buf_puts(out, "\">");
		(void)put_member(out, device, "name");
		buf_puts(out, " ");
		(void)put_member(out, device, "type");
		buf_puts(out, " ");
		(void)put_member(out, device, "label");
		buf_puts(out, "</option>\n");
		row_end(&rows);
	}
}

/* ---- network */

static void put_list(struct buf *out, struct text list)
{
	struct text element;
	const char *before = "";

	while (json_take(&list, &element)) {
		buf_puts(out, before);
		(void)json_put_string(element, out); /* addresses */
		before = ", ";
	}
}

static void put_interface(struct text report, struct buf *out)
{
	buf_puts(out, "<tr><th scope=\"row\">");
	(void)put_member(out, report, "interface");
	buf_puts(out, "</th><td>");
	if (!put_member(out, report, "address"))
		(void)put_member(out, report, "state");
	buf_puts(out, "</td>");
	put_cell(out, report, "method");
	put_cell(out, report, "gateway");
	buf_puts(out, "<td>");
	put_list(out, json_member(report, "dns"));
	buf_puts(out, "</td>");
	put_cell(out, report, "mac");
	buf_puts(out, "</tr>\n");
}

void put_network(const struct page *page, struct buf *out)
{
	struct text reports = json_member(page->status, "network"), report;
	struct rows rows = { .out = out };
	size_t start = out->len;

	buf_puts(out,
		 "<table class=\"network\"><thead><tr><th scope=\"col\">Interface</th>"
		 "<th scope=\"col\">Address</th><th scope=\"col\">Method</th>"
		 "<th scope=\"col\">Gateway</th><th scope=\"col\">DNS</th>"
		 "<th scope=\"col\">MAC</th></tr></thead>\n<tbody>\n");
	while (json_take(&reports, &report)) {
		row_begin(&rows);
		put_interface(report, out);
		row_end(&rows);
	}
	if (rows.count) {
		buf_puts(out, "</tbody></table>\n");
		return;
	}
	out->len = start;
	buf_puts(out, "<p class=\"none\">No network is configured.</p>\n");
}

/* ---- what is missing, and the machine */

void put_missing(const struct page *page, struct buf *out)
{
	struct text aliases = json_member(page->status, "no_module_for"), alias;
	struct rows rows = { .out = out };

	while (json_take(&aliases, &alias)) {
		char decoded[160];
		struct buf b = BUF_OVER(decoded);

		row_begin(&rows);
		(void)json_put_string(alias, &b);
		buf_puts(out, "<li><code>");
		put_escaped(out, (struct text){ b.data, b.len });
		buf_puts(out, "</code></li>\n");
		row_end(&rows);
	}
	if (!rows.count)
		buf_puts(out, "<li class=\"none\">None, as far as was looked.</li>\n");
	if (rows.left_out)
		buf_printf(out, "<li>%u more</li>\n", rows.left_out);
}

static void put_memory(struct text memory, struct buf *out)
{
	uint64_t total = json_u64(json_member(memory, "total_bytes"));
	uint64_t available = json_u64(json_member(memory, "available_bytes"));

	if (!total)
		return;
	buf_puts(out, "<dt>Memory</dt><dd>");
	put_size(out, available);
	buf_puts(out, " of ");
	put_size(out, total);
	buf_puts(out, " free</dd>\n");
}

void put_machine(const struct page *page, struct buf *out)
{
	static const struct {
		const char *name, *term;
	} members[] = {
		{ "waiting_for", "Waits for" },	  { "root", "Root asked for" },
		{ "root_device", "Root device" }, { "kernel", "Kernel" },
		{ "last_action", "Last action" },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		size_t start = out->len;

		buf_printf(out, "<dt>%s</dt><dd>", members[i].term);
		if (put_member(out, page->status, members[i].name))
			buf_puts(out, "</dd>\n");
		else
			out->len = start;
	}
	put_memory(json_member(page->status, "memory"), out);
	buf_printf(out, "<dt>Kernel runs for</dt><dd data-us=\"%llu\">",
		   (unsigned long long)page->now_us);
	put_time(out, page->now_us);
	buf_puts(out, "</dd>\n");
}
