#include "http/conditional.h"

#include "http/httpdate.h"

#include <string.h>

struct etag {
	bool is_weak;
	struct text opaque; /* with its quotes */
};

/* Cuts an entity tag off (RFC 9110, 8.8.3). */
static bool take_etag(struct text *t, struct etag *out)
{
	const char *end;

	out->is_weak = t->len > 2 && memcmp(t->s, "W/", 2) == 0;
	if (out->is_weak)
		t->s += 2, t->len -= 2;
	end = t->len > 1 && t->s[0] == '"' ? memchr(t->s + 1, '"', t->len - 1) : NULL;
	if (!end)
		return false;
	out->opaque = (struct text){ t->s, (size_t)(end - t->s) + 1 };
	t->s += out->opaque.len;
	t->len -= out->opaque.len;
	return true;
}

static bool separates(char c)
{
	return c == ',' || c == ' ' || c == '\t';
}

/* Commas may stand in a tag. What comes behind something malformed is not looked at. */
static bool lists(struct text value, const char *etag, bool weakly)
{
	struct etag tag;

	if (text_is(value, "*"))
		return true;
	for (;;) {
		while (value.len && separates(value.s[0]))
			value.s++, value.len--;
		if (!take_etag(&value, &tag))
			return false;
		if ((weakly || !tag.is_weak) && text_is(tag.opaque, etag))
			return true;
		value = text_trim(value);
		if (value.len && value.s[0] != ',')
			return false;
	}
}

/* Below, equal or above zero: what we have is older, the same, newer. False: there is nothing to
 * compare, and the field counts for nothing. */
static bool compare_date(struct text value, const struct validators *v, int64_t now_s,
			 int *out)
{
	struct date modified, given;

	if (!value.s || !v->is_dated || httpdate_parse(value, now_s, &given))
		return false;
	modified = date_of(v->modified_s);
	*out = date_compare(&modified, &given);
	return true;
}

unsigned conditional_judge(const struct http_request *request, const struct validators *v,
			   int64_t now_s)
{
	const struct text *fields = request->fields;
	int order;

	if (fields[HTTP_IF_MATCH].s) {
		if (!lists(fields[HTTP_IF_MATCH], v->etag, false))
			return 412;
	} else if (compare_date(fields[HTTP_IF_UNMODIFIED_SINCE], v, now_s, &order)) {
		if (order > 0)
			return 412;
	}
	if (fields[HTTP_IF_NONE_MATCH].s)
		return lists(fields[HTTP_IF_NONE_MATCH], v->etag, true) ? 304 : 0;
	if (compare_date(fields[HTTP_IF_MODIFIED_SINCE], v, now_s, &order))
		return order > 0 ? 0 : 304;
	return 0;
}

/* A date is as good as a tag only if the file cannot have changed again within that second. */
static bool is_strong(const struct validators *v, int64_t now_s)
{
	return v->modified_s < now_s - 1;
}

bool conditional_allows_range(const struct http_request *request,
			      const struct validators *v, int64_t now_s)
{
	struct text value = request->fields[HTTP_IF_RANGE], rest = value;
	struct etag tag;
	int order;

	if (!value.s)
		return true;
	if (take_etag(&rest, &tag))
		return !rest.len && !tag.is_weak && text_is(tag.opaque, v->etag);
	return compare_date(value, v, now_s, &order) && order == 0 && is_strong(v, now_s);
}
