#include "lib/meminfo.h"

#include "lib/klibc.h"

#include <string.h>

/* The lines that are looked for are among the first. */
#define TEXT_SIZE 512

/* "KEY:   1234 kB" */
static uint64_t find_bytes(const char *text, const char *key)
{
	const char *s = strstr(text, key);
	uint64_t kib = 0;

	if (!s)
		return 0;
	for (s += strlen(key); *s == ' '; s++)
		;
	for (; *s >= '0' && *s <= '9'; s++)
		kib = kib * 10 + (unsigned)(*s - '0');
	return kib * 1024;
}

struct meminfo meminfo_parse(const char *text)
{
	return (struct meminfo){
		.total_bytes = find_bytes(text, "MemTotal:"),
		.available_bytes = find_bytes(text, "MemAvailable:"),
	};
}

struct meminfo meminfo_read(int fd)
{
	char text[TEXT_SIZE];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return meminfo_parse(text);
}
