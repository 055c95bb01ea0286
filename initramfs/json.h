/* Writes JSON (RFC 8259), indented, the commas in their places. */
#ifndef INITRAMFS_JSON_H
#define INITRAMFS_JSON_H

#include "initramfs/mem.h"

#include <stdio.h>

/* All zeroes is the start of a document. */
struct json {
	struct bytes out;
	unsigned depth;
	bool follows; /* a value stands before on this level */
};

/* @key is the member's name, NULL inside of an array and for the document itself. */
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_end_array(struct json *j);

void json_string(struct json *j, const char *key, const char *value);
/* @len bytes of any kind, without a NUL. */
void json_text(struct json *j, const char *key, const void *value, size_t len);
void json_number(struct json *j, const char *key, uint64_t value);
/* As a decimal fraction with three digits. */
void json_thousandths(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);

/* Writes the document to @to, whose errors are its caller's, and frees it. */
void json_print(struct json *j, FILE *to);

#endif
