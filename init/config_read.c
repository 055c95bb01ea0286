#include "init/config.h"

#include "init/config_key.h"

#include "lib/buf.h"
#include "lib/cmdline.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

/* Words without a value that kernels and inits agree to hand to the real init. */
static const char *const legacy_words[] = { "single", "s", "S", "emergency", "rescue",
					    "1",      "2", "3", "4",	     "5" };

struct reader {
	struct config *config;
	enum config_source source;
	config_warn warn;
	void *ctx;
};

static void warn(const struct reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(const struct reader *r, const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	buf_vformat(line, sizeof(line), fmt, args);
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

static int parse_choice(const struct config_key *key, const char *value, uint32_t *out)
{
	const char *word;
	size_t len = value ? strlen(value) : 0;

	for (uint32_t i = 0; len && (word = config_key_choice(key, i)); i++) {
		if (strcspn(word, "|") == len && memcmp(word, value, len) == 0) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_seconds(const struct config_key *key, const char *value, uint32_t *out)
{
	if (value)
		return str_parse_u32(value, 10, out);
	*out = (uint32_t)key->constant;
	return key->constant ? 0 : -EINVAL;
}

static int store(const struct reader *r, const struct config_key *key, char *value)
{
	void *field = (char *)r->config + key->offset;

	switch (key->kind) {
	case KEY_FLAG:
		return parse_flag(value, field);
	case KEY_SET:
		*(uint32_t *)field = (uint32_t)key->constant;
		return 0;
	case KEY_STRING:
		if (!value && !key->optional)
			return -EINVAL;
		*(const char **)field = !value ? "1" : *value ? value : NULL;
		return 0;
	case KEY_NUMBER:
		return parse_number(value, field);
	case KEY_SECONDS:
		return parse_seconds(key, value, field);
	case KEY_CHOICE:
		return parse_choice(key, value, field);
	case KEY_LIST:
		list_split(r, key->text, field, value ? value : (char *)"1");
		return 0;
	case KEY_WHOLE_LIST:
		list_add(r, key->text, field, value ? value : "");
		return 0;
	}
	return -EINVAL;
}

static void unknown(const struct reader *r, const char *name)
{
	const struct config_key *key;
	const char *nearest = NULL;
	unsigned best =
		(unsigned)strlen(name) / 4 + 1; /* a short name is soon like any other */

	for (size_t i = 0; (key = config_key(i)); i++) {
		unsigned distance = str_distance(name, key->text, best);

		if (distance < best) {
			best = distance;
			nearest = key->text;
		}
	}
	if (nearest)
		warn(r, "%s: unknown option, did you mean %s?", name, nearest);
	else
		warn(r, "%s: unknown option", name);
}

/* Whether there is such a module shows when it is loaded. */
static void keep_param(const struct reader *r, const struct cmdline_word *word)
{
	struct config *c = r->config;

	if (c->param_count == CONFIG_PARAMS_MAX)
		warn(r, "%s: more than %d parameters of modules: ignored", word->name,
		     CONFIG_PARAMS_MAX);
	else
		c->params[c->param_count++] = *word;
}

/* What an /init without these tables still knows of them; "rd.ne" is rd.neednet and rd.net. */
static bool is_left_out(const char *name)
{
	if (!IS_ENABLED(CONFIG_HTTP) && str_after(name, "rd.http"))
		return true;
	if (!IS_ENABLED(CONFIG_NETCFG))
		return str_equal(name, "ip") || str_after(name, "rd.ne") ||
		       str_equal(name, "rd.route");
	return !IS_ENABLED(CONFIG_NETROOT) &&
	       (str_equal(name, "netroot") || str_equal(name, "nfsroot") ||
		str_after(name, "rd.fetch.") || str_after(name, "rd.iscsi."));
}

static void read_word(const struct reader *r, const struct cmdline_word *word)
{
	static const char without[] = "%s: this /init is configured without it";
	const struct config_key *key;
	size_t len = strlen(word->name);

	for (size_t i = 0; (key = config_key(i)); i++) {
		if (*key->text != *word->name || /* most are out at once */
		    !str_name_equal(word->name, len, key->text))
			continue;
		if (IS_ENABLED(CONFIG_HTTP) && r->source == CONFIG_SEALED)
			r->config->sealed[i / 8] |= (uint8_t)(1u << i % 8);
		if (key->missing)
			warn(r, without, word->name);
		else if (store(r, key, word->value))
			warn(r, "%s=%s: not %s", word->name,
			     word->value ? word->value : "", config_key_argument(key));
		return;
	}
	if (is_left_out(word->name))
		warn(r, without, word->name);
	else if (str_after(word->name, "rd."))
		unknown(r, word->name);
	else if (strchr(word->name, '.'))
		keep_param(r, word);
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
		c->log = CONFIG_LOG_DEBUG;
	return 0;
}
