#include "http/coding.h"
#include "http/conditional.h"
#include "http/httpdate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1790000000

static void check_date(struct text value)
{
	struct date d;

	if (httpdate_parse(value, NOW, &d))
		return;
	if (d.year < 0 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > 31 || d.hour > 23 || d.minute > 59 || d.second > 60)
		abort();
}

/* The lines are the fields that matter, and the last is a list of codings. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum http_field names[] = {
		HTTP_IF_MATCH,	    HTTP_IF_UNMODIFIED_SINCE,
		HTTP_IF_NONE_MATCH, HTTP_IF_MODIFIED_SINCE,
		HTTP_IF_RANGE,
	};
	static const struct validators v = { "\"v1\"", true, 784111777 };
	struct text rest = { (const char *)data, size };
	struct http_request request = { 0 };
	unsigned verdict;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && rest.len; i++) {
		struct text line = text_trim(text_take_until(&rest, '\n'));

		check_date(line);
		if (line.len)
			request.fields[names[i]] = line;
	}
	verdict = conditional_judge(&request, &v, NOW);
	if (verdict != 0 && verdict != 304 && verdict != 412)
		abort();
	if (verdict == 412 && !request.fields[HTTP_IF_MATCH].s &&
	    !request.fields[HTTP_IF_UNMODIFIED_SINCE].s)
		abort();
	if (verdict == 304 && !request.fields[HTTP_IF_NONE_MATCH].s &&
	    !request.fields[HTTP_IF_MODIFIED_SINCE].s)
		abort();
	(void)conditional_allows_range(&request, &v, NOW);
	(void)coding_prefers_gzip(rest);
	return 0;
}
