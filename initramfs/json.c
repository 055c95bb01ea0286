#include "initramfs/json.h"

#include "lib/buf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_ESCAPE 6 /* \u00XX */

static void put_string(struct json *j, const char *s)
{
	size_t size = strlen(s) * LONGEST_ESCAPE + sizeof("\"\"");
	struct buf b = buf_init((char *)bytes_room(&j->out, size), size);

	buf_json_string(&b, s);
	j->out.len += b.len;
}

static void start_line(struct json *j)
{
	bytes_printf(&j->out, "\n%*s", (int)(2 * j->depth), "");
}

static void start_value(struct json *j, const char *key)
{
	if (j->follows)
		bytes_printf(&j->out, ",");
	if (j->depth)
		start_line(j);
	if (key) {
		put_string(j, key);
		bytes_printf(&j->out, ": ");
	}
	j->follows = true;
}

static void start_group(struct json *j, const char *key, const char *bracket)
{
	start_value(j, key);
	bytes_printf(&j->out, "%s", bracket);
	j->depth++;
	j->follows = false;
}

static void end_group(struct json *j, const char *bracket)
{
	bool empty = !j->follows;

	j->depth--;
	j->follows = false;
	if (!empty)
		start_line(j);
	bytes_printf(&j->out, "%s", bracket);
	j->follows = true;
}

void json_object(struct json *j, const char *key)
{
	start_group(j, key, "{");
}

void json_array(struct json *j, const char *key)
{
	start_group(j, key, "[");
}

void json_end_object(struct json *j)
{
	end_group(j, "}");
}

void json_end_array(struct json *j)
{
	end_group(j, "]");
}

void json_string(struct json *j, const char *key, const char *value)
{
	start_value(j, key);
	put_string(j, value);
}

void json_text(struct json *j, const char *key, const void *value, size_t len)
{
	char *copy = mem_alloc(len + 1);

	memcpy(copy, value, len);
	json_string(j, key, copy);
	free(copy);
}

void json_number(struct json *j, const char *key, uint64_t value)
{
	start_value(j, key);
	bytes_printf(&j->out, "%" PRIu64, value);
}

void json_thousandths(struct json *j, const char *key, uint64_t value)
{
	start_value(j, key);
	bytes_printf(&j->out, "%" PRIu64 ".%03u", value / 1000, (unsigned)(value % 1000));
}

void json_bool(struct json *j, const char *key, bool value)
{
	start_value(j, key);
	bytes_printf(&j->out, value ? "true" : "false");
}

void json_print(struct json *j, FILE *to)
{
	bytes_printf(&j->out, "\n");
	(void)fwrite(j->out.data, 1, j->out.len, to); /* the stream remembers */
	bytes_free(&j->out);
	*j = (struct json){ 0 };
}
