#include "init/config.h"

#include "init/config_key.h"

#include "lib/buf.h"

#include <string.h>

bool config_row(unsigned index, struct config_row *out)
{
	const struct config_key *key = config_key(index);

	if (!key)
		return false;
	out->name = key->text;
	out->argument = config_key_argument(key);
	out->help = out->argument + strlen(out->argument) + 1;
	out->optional = key->optional;
	return true;
}

static void print_choice(struct buf *b, const struct config_key *key, uint32_t value)
{
	const char *word = config_key_choice(key, value);

	if (word)
		buf_put(b, word, strcspn(word, "|"));
}

bool config_value(const struct config *c, unsigned index, unsigned item, char *out,
		  size_t size)
{
	const struct config_key *key = config_key(index);
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
		buf_puts(&b,
			 *(const uint32_t *)field == (uint32_t)key->constant ? "1" : "0");
		break;
	case KEY_NUMBER:
		buf_printf(&b, "%d", *(const int32_t *)field);
		break;
	case KEY_FLAG:
	case KEY_SECONDS:
		if (*(const uint32_t *)field == CONFIG_FOREVER)
			buf_puts(&b, "forever");
		else if (*(const uint32_t *)field == CONFIG_UNSET)
			buf_puts(&b, "");
		else
			buf_printf(&b, "%u", *(const uint32_t *)field);
		break;
	case KEY_CHOICE:
		print_choice(&b, key, *(const uint32_t *)field);
		break;
	case KEY_LIST:
	case KEY_WHOLE_LIST:
		buf_puts(&b, list->item[item]);
		break;
	}
	return true;
}
