#include "netcfg/hostname.h"

#define LABEL_MAX 63

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool label_is_valid(const char *label, size_t len)
{
	if (len == 0 || len > LABEL_MAX)
		return false;
	if (!is_alphanumeric(label[0]) || !is_alphanumeric(label[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alphanumeric(label[i]) && label[i] != '-')
			return false;
	return true;
}

bool hostname_is_valid(const char *name, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '.')
			continue;
		if (!label_is_valid(name + start, i - start))
			return false;
		start = i + 1;
	}
	return true;
}
