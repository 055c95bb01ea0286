/* Any bytes as options of every source: no read past the end, and every value prints. */
#include "init/config.h"
#include "lib/cmdline.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *ctx, const char *line)
{
	*(size_t *)ctx += strlen(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config;
	struct config_row row;
	char text[CONFIG_TEXT_SIZE + 64], value[32];
	size_t said = 0;

	if (size < 1 || size >= sizeof(text))
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	config_init(&config);
	(void)config_read(&config, CONFIG_IMAGE, text + strlen(text) / 2, ignore, &said);
	(void)config_read(&config, (enum config_source)(data[0] % CONFIG_SOURCES), text,
			  ignore, &said);
	for (unsigned i = 0; config_row(i, &row); i++)
		for (unsigned k = 0; config_value(&config, i, k, value, sizeof(value));
		     k++)
			said += strlen(value);
	return 0;
}
