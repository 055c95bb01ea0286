/* What the client of the console says in text messages of rootling.console.v1, a JSON object with
 * one member: {"token":"…"} or {"resize":[columns,rows]}. Pure. */
#ifndef HTTP_CONSOLE_MESSAGE_H
#define HTTP_CONSOLE_MESSAGE_H

#include "http/text.h"

enum console_message_kind {
	CONSOLE_TOKEN,
	CONSOLE_RESIZE,
};

struct console_message {
	enum console_message_kind kind;
	struct text
		token; /* printable ASCII without escapes, in the memory of the message */
	uint16_t columns, rows; /* at least 1 */
};

/* 0; -EINVAL: something else. */
int console_message_parse(struct text message, struct console_message *out);

#endif
