#include "mount/kmsg.h"

#include "lib/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RECORD_SIZE 1024 /* longer ones the kernel skips: they are about something else */

const char *kmsg_match(char *record, const char *name, const char *type)
{
	char *text = strchr(record, ';');

	/* of facility 0: the number is facility * 8 + level */
	if (!text || record[1] != ',' || *record > '7')
		return NULL;
	text++;
	text[strcspn(text, "\n")] = '\0';
	/* with "(vdb)" in it, it is about another device */
	return strstr(text, name) || (strncasecmp(text, type, strlen(type)) == 0 &&
				      !strchr(text, '('))
		       ? text
		       : NULL;
}

void kmsg_print_last(const char *name, const char *type, struct buf *b)
{
	fd_auto int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[RECORD_SIZE];
	struct buf before = *b;

	for (;;) {
		ssize_t len = read(fd, record, sizeof(record) - 1);
		const char *text;

		if (len < 0 && (errno == EPIPE || errno == EINVAL))
			continue; /* overwritten meanwhile, or too long */
		if (len <= 0)
			return;
		record[len] = '\0';
		text = kmsg_match(record, name, type);
		if (!text)
			continue;
		*b = before;
		buf_puts(b, " (");
		buf_printable(b, text);
		buf_puts(b, ")");
	}
}
