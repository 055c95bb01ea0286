/* A piece of a stranger's bytes: neither terminated nor owned. Pure. */
#ifndef HTTP_TEXT_H
#define HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	const char *s; /* NULL: there is none, which is not the same as an empty one */
	size_t len;
};

struct text text_of(const char *s);

bool text_is(struct text t, const char *s);
bool text_is_nocase(struct text t, const char *s);

/* Without the blanks and tabs around it. */
struct text text_trim(struct text t);

/* Cuts off what stands before @separator, which goes too; the whole text if there is none. */
struct text text_take_until(struct text *t, char separator);

/* Is @word, in any case, one of the parts between commas? */
bool text_lists(struct text t, const char *word);

/* RFC 9110, 5.6.2 */
bool text_is_token(struct text t);

/* Decimal digits and nothing else. 0; -EINVAL; -ERANGE: more than 64 bits. */
int text_parse_u64(struct text t, uint64_t *out);

#endif
