#include "netcfg/hostname.h"
#include "netcfg/ip_param.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct ip_param param;
	struct ip_param_error error = { NULL, NULL };
	uint8_t mac[6];

	memcpy(text, data, size);
	text[size] = '\0';
	if (ip_param_parse(text, &param, &error)) {
		if (!error.field || !error.reason)
			abort();
	} else {
		if (param.host[0] && !hostname_is_valid(param.host, strlen(param.host)))
			abort();
		if (param.method == IP_METHOD_STATIC &&
		    (param.prefix_len == 0 || param.prefix_len > 32))
			abort();
		if (strlen(param.device) >= sizeof(param.device))
			abort();
	}
	(void)ip_param_parse_bootif(text, mac);
	free(text);
	return 0;
}
