/* Any bytes as a uevent: every string that comes out ends inside the message. */
#include "modules/uevent.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *message, size_t size, const char *s)
{
	if (*s && (s < message || s + strlen(s) >= message + size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *message = malloc(size ? size : 1);
	struct uevent event;

	memcpy(message, data, size);
	if (uevent_parse(message, size, &event) == 0) {
		check(message, size, event.action);
		check(message, size, event.devname);
		check(message, size, event.modalias);
		check(message, size, event.driver);
	}
	free(message);
	return 0;
}
