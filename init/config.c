#include "init/config.h"

#include "lib/buf.h"
#include "lib/cmdline.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

enum kind {
	KEY_FLAG, /* `name`, `name=1`, `name=0` */
	KEY_SET,  /* `name` sets the field to @constant */
	KEY_STRING,
	KEY_NUMBER,
	KEY_SECONDS,	/* `name=SECONDS`; `name` alone: @constant */
	KEY_CHOICE,	/* one of @choices */
	KEY_LIST,	/* comma-separated, may be repeated */
	KEY_WHOLE_LIST, /* repeated, a comma is part of the value */
};

struct choice {
	const char *word;
	uint32_t value;
};

struct key {
	struct config_row row;
	enum kind kind;
	size_t offset;
	uint32_t constant;
	const struct choice *choices; /* ends with a NULL word */
};

static const struct choice emergency_words[] = {
	{ "shell", EMERGENCY_SHELL },
	{ "reboot", EMERGENCY_REBOOT },
	{ "poweroff", EMERGENCY_POWEROFF },
	{ "halt", EMERGENCY_HALT },
	{ NULL },
};

static const struct choice log_words[] = {
	{ "err", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
	{ NULL },
};

#define KEY(name, argument, kind, field, help, ...)          \
	{                                                    \
		.row = { name, argument, help }, KEY_##kind, \
		offsetof(struct config, field), __VA_ARGS__  \
	}

static const struct key keys[] = {
	KEY("root", "DEVICE", STRING, root,
	    "the root device: /dev/NAME, UUID=, LABEL=, PARTUUID=, PARTLABEL= or MAJ:MIN"),
	KEY("rootfstype", "TYPE[,TYPE...]", STRING, rootfstype,
	    "types to mount the root with, instead of what its superblock says"),
	KEY("rootflags", "OPTIONS", STRING, rootflags, "mount options of the root"),
	KEY("ro", "", SET, root_rw,
	    "mount the root read-only (the default, as with the kernel)", .constant = 0),
	KEY("rw", "", SET, root_rw, "mount the root read-write", .constant = 1),
	KEY("rootwait", "SECONDS", SECONDS, rootwait,
	    "wait for the root device without limit, or that long",
	    .constant = CONFIG_FOREVER, .row.optional = true),
	KEY("rootdelay", "SECONDS", SECONDS, rootdelay,
	    "pause before the first try to find the root"),
	KEY("rd.timeout", "SECONDS", SECONDS, timeout,
	    "how long to wait for the root device (30); 0: without limit"),
	KEY("init", "PATH", STRING, init,
	    "the init of the real root (/sbin/init, /etc/init, /bin/init, /bin/sh)"),
	KEY("rd.break", "STAGE[,STAGE...]", LIST, breaks,
	    "a shell before these stages; leave it to go on"),
	KEY("rd.shell", "0|1", FLAG, shell, "0: never a shell"),
	KEY("rd.emergency", "shell|reboot|poweroff|halt", CHOICE, emergency,
	    "what to do when the boot cannot go on", .choices = emergency_words),
	KEY("panic", "SECONDS", NUMBER, panic,
	    "reboot so long after a failed boot, no shell; negative: at once"),
	KEY("quiet", "", FLAG, quiet, "as the kernel: only errors on the console"),
	KEY("debug", "", FLAG, debug, "log each attempt"),
	KEY("rd.log", "err|warning|info|debug", CHOICE, log_level, "log level",
	    .choices = log_words),
	KEY("rd.driver.pre", "MODULE[,MODULE...]", LIST, driver_pre,
	    "load these modules first"),
	KEY("rd.driver.blacklist", "MODULE[,MODULE...]", LIST, driver_blacklist,
	    "never load these modules for a device"),
	KEY("modprobe.blacklist", "MODULE[,MODULE...]", LIST, driver_blacklist,
	    "the same, as kmod spells it"),
	KEY("ip", "FORM", WHOLE_LIST, ip,
	    "configure the network, as the kernel's nfsroot.rst says"),
	KEY("nameserver", "ADDRESS", LIST, nameserver,
	    "a name server besides those of DHCP"),
	KEY("BOOTIF", "MAC", STRING, bootif,
	    "the interface the machine was booted from, as PXELINUX says it"),
	KEY("rd.neednet", "0|1", FLAG, neednet,
	    "bring the network up even if nothing needs it"),
	KEY("rd.http", "[ADDRESS:]PORT", LIST, http, "show the boot over HTTP there"),
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

/* Words without a value that kernels and inits agree to hand to the real init. */
static const char *const legacy_words[] = { "single", "s", "S", "emergency", "rescue",
					    "1",      "2", "3", "4",	     "5" };

struct reader {
	struct config *config;
	enum config_source source;
	config_warn warn;
	void *ctx;
};

void config_init(struct config *c)
{
	*c = (struct config){ .timeout = 30, .shell = 1, .log_level = LOG_INFO };
}

static void warn(const struct reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(const struct reader *r, const char *fmt, ...)
{
	char line[256];
	struct buf b = BUF_OVER(line);
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&b, fmt, args);
	va_end(args);
	r->warn(r->ctx, line);
}

static void list_add(const struct reader *r, const char *name, struct config_list *list,
		     const char *item)
{
	if (list->source != (uint32_t)r->source) {
		list->count = 0;
		list->source = r->source;
	}
	if (!*item)
		return;
	if (list->count == CONFIG_LIST_MAX)
		warn(r, "%s: more than %d values: %s ignored", name, CONFIG_LIST_MAX,
		     item);
	else
		list->item[list->count++] = item;
}

static void list_split(const struct reader *r, const char *name, struct config_list *list,
		       char *value)
{
	for (;;) {
		char *comma = strchr(value, ',');

		if (comma)
			*comma = '\0';
		list_add(r, name, list, value);
		if (!comma)
			return;
		value = comma + 1;
	}
}

static int parse_flag(const char *value, uint32_t *out)
{
	if (!value || str_equal(value, "1") || str_equal(value, "yes"))
		*out = 1;
	else if (str_equal(value, "0") || str_equal(value, "no"))
		*out = 0;
	else
		return -EINVAL;
	return 0;
}

static int parse_number(const char *value, int32_t *out)
{
	bool negative = value && value[0] == '-';
	uint32_t magnitude;
	int err = value ? str_parse_u32(value + negative, 10, &magnitude) : -EINVAL;

	if (!err && magnitude > INT32_MAX)
		err = -ERANGE;
	if (!err)
		*out = negative ? -(int32_t)magnitude : (int32_t)magnitude;
	return err;
}

static int parse_choice(const struct choice *choices, const char *value, uint32_t *out)
{
	for (; value && choices->word; choices++) {
		if (str_equal(choices->word, value)) {
			*out = choices->value;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_seconds(const struct key *key, const char *value, uint32_t *out)
{
	if (value)
		return str_parse_u32(value, 10, out);
	*out = key->constant;
	return key->constant ? 0 : -EINVAL;
}

static int store(const struct reader *r, const struct key *key, char *value)
{
	void *field = (char *)r->config + key->offset;

	switch (key->kind) {
	case KEY_FLAG:
		return parse_flag(value, field);
	case KEY_SET:
		*(uint32_t *)field = key->constant;
		return 0;
	case KEY_STRING:
		if (!value)
			return -EINVAL;
		*(const char **)field = *value ? value : NULL;
		return 0;
	case KEY_NUMBER:
		return parse_number(value, field);
	case KEY_SECONDS:
		return parse_seconds(key, value, field);
	case KEY_CHOICE:
		return parse_choice(key->choices, value, field);
	case KEY_LIST:
		list_split(r, key->row.name, field, value ? value : (char *)"1");
		return 0;
	case KEY_WHOLE_LIST:
		list_add(r, key->row.name, field, value ? value : "");
		return 0;
	}
	return -EINVAL;
}

static void unknown(const struct reader *r, const char *name)
{
	const char *nearest = NULL;
	unsigned best =
		(unsigned)strlen(name) / 4 + 1; /* a short name is soon like any other */

	for (size_t i = 0; i < KEY_COUNT; i++) {
		unsigned distance = str_distance(name, keys[i].row.name, best);

		if (distance < best) {
			best = distance;
			nearest = keys[i].row.name;
		}
	}
	if (nearest)
		warn(r, "%s: unknown option, did you mean %s?", name, nearest);
	else
		warn(r, "%s: unknown option", name);
}

static void read_word(const struct reader *r, const struct cmdline_word *word)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!str_name_equal(word->name, strlen(word->name), keys[i].row.name))
			continue;
		if (store(r, &keys[i], word->value))
			warn(r, "%s=%s: not %s", word->name,
			     word->value ? word->value : "", keys[i].row.argument);
		return;
	}
	if (str_after(word->name, "rd."))
		unknown(r, word->name);
	for (size_t i = 0;
	     !word->value && i < sizeof(legacy_words) / sizeof(legacy_words[0]); i++)
		if (str_equal(word->name, legacy_words[i]))
			list_add(r, "init", &r->config->init_args, legacy_words[i]);
}

/* Words behind `--` go to init as they stand: the `=` comes back, opening quotes do not
 * (repair_env_string() of the kernel). */
static void read_init_args(const struct reader *r, char *rest)
{
	struct cmdline_word word;

	while (cmdline_next(&rest, &word)) {
		if (word.value) {
			char *equals = word.name + strlen(word.name);

			*equals = '=';
			memmove(equals + 1, word.value, strlen(word.value) + 1);
		}
		list_add(r, "--", &r->config->init_args, word.name);
	}
}

int config_read(struct config *c, enum config_source source, const char *text,
		config_warn warn_line, void *ctx)
{
	struct reader r = { c, source, warn_line, ctx };
	char *rest = c->text[source];
	struct cmdline_word word;

	if (str_copy(c->text[source], CONFIG_TEXT_SIZE, text)) {
		warn(&r, "options longer than %d bytes: none of them counts",
		     CONFIG_TEXT_SIZE - 1);
		return -EFBIG;
	}
	while (cmdline_next(&rest, &word)) {
		if (!word.value && str_equal(word.name, "--")) {
			read_init_args(&r, rest);
			break;
		}
		read_word(&r, &word);
	}
	if (c->debug)
		c->log_level = LOG_DEBUG;
	return 0;
}

uint32_t config_root_timeout(const struct config *c)
{
	if (c->rootwait)
		return c->rootwait;
	return c->timeout ? c->timeout : CONFIG_FOREVER;
}

/* ---- the table, for people */

const struct config_row *config_row(unsigned index)
{
	return index < KEY_COUNT ? &keys[index].row : NULL;
}

static void print_choice(struct buf *b, const struct choice *choices, uint32_t value)
{
	for (; choices->word; choices++)
		if (choices->value == value)
			buf_puts(b, choices->word);
}

bool config_value(const struct config *c, unsigned index, unsigned item, char *out,
		  size_t size)
{
	const struct key *key = &keys[index];
	const void *field = (const char *)c + key->offset;
	const struct config_list *list = field;
	struct buf b = buf_init(out, size);
	bool is_list = key->kind == KEY_LIST || key->kind == KEY_WHOLE_LIST;

	if (is_list ? item >= list->count : item > 0)
		return false;
	switch (key->kind) {
	case KEY_STRING:
		buf_puts(&b,
			 *(const char *const *)field ? *(const char *const *)field : "");
		break;
	case KEY_SET:
		buf_puts(&b, *(const uint32_t *)field == key->constant ? "1" : "0");
		break;
	case KEY_NUMBER:
		buf_printf(&b, "%d", *(const int32_t *)field);
		break;
	case KEY_FLAG:
	case KEY_SECONDS:
		if (*(const uint32_t *)field == CONFIG_FOREVER)
			buf_puts(&b, "forever");
		else
			buf_printf(&b, "%u", *(const uint32_t *)field);
		break;
	case KEY_CHOICE:
		print_choice(&b, key->choices, *(const uint32_t *)field);
		break;
	case KEY_LIST:
	case KEY_WHOLE_LIST:
		buf_puts(&b, list->item[item]);
		break;
	}
	return true;
}
