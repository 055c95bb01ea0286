#include "lib/tls_pins.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each pin that was taken is found, and stands in the text as it is printed. */
static void check(const char *text, const struct tls_pins *pins)
{
	if (!pins->count || pins->count > TLS_PINS_MAX)
		abort();
	for (unsigned i = 0; i < pins->count; i++) {
		struct tls_pins again;
		char pin[TLS_PIN_SIZE];

		tls_pin_print(pins->digests[i], pin);
		if (tls_pins_parse(pin, &again) ||
		    !tls_pins_have(&again, pins->digests[i]))
			abort();
		if (pins->count == 1 && strlen(text) == strlen(pin) &&
		    strcmp(text, pin) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tls_pins pins;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (tls_pins_parse(text, &pins) == 0)
		check(text, &pins);
	free(text);
	return 0;
}
