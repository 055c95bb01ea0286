#include "netroot/proxy.h"
#include "netroot/url.h"

#include "lib/str.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was taken can be sent in a request, and read again it is the same. */
static void check(const struct url *url)
{
	char text[URL_SIZE + 100];
	struct buf b = BUF_OVER(text);
	struct url again;
	const char *why;

	if (!*url->host || *url->target != '/' || !url->port)
		abort();
	for (const char *s = url->target; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || *s == '#')
			abort();
	url_put(&b, url);
	if (b.truncated || url_parse(text, &again, &why) ||
	    !str_equal(again.host, url->host) || !str_equal(again.target, url->target) ||
	    again.port != url->port || again.is_https != url->is_https)
		abort();
}

/* A URL, and behind a blank line a reference. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096], *reference;
	struct url url, next;
	const char *why;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	reference = strchr(text, '\n');
	if (reference)
		*reference++ = '\0';
	(void)proxy_is_excepted(reference, text);
	if (url_parse(text, &url, &why))
		return 0;
	check(&url);
	if (reference && url_resolve(&url, reference, &next, &why) == 0)
		check(&next);
	if (url_append(&url, ".sig") == 0)
		check(&url);
	return 0;
}
