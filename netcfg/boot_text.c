#include "netcfg/boot_text.h"

#include <errno.h>
#include <string.h>

static bool is_path_char(char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return true;
	return c && strchr("-._~:/?#[]@&+,=%", c);
}

int boot_text_read(struct cursor value, char *out, size_t size)
{
	size_t len = 0;

	while (len < value.len && value.data[len] != '\0')
		if (!is_path_char((char)value.data[len++]))
			return -EINVAL;
	if (len >= size)
		return -EINVAL;
	memcpy(out, value.data, len);
	out[len] = '\0';
	return 0;
}
