#include "initramfs/module_name.h"

#include "initramfs/mem.h"
#include "lib/str.h"

#include <string.h>

bool module_path_parse(const char *path, struct module_path *out)
{
	const char *rest = str_after(path, "usr/");

	rest = str_after(rest ? rest : path, "lib/modules/");
	if (!rest)
		return false;
	*out = (struct module_path){ rest, strcspn(rest, "/"), "" };
	if (!rest[out->version_len])
		return false;
	out->below = rest + out->version_len + 1;
	return true;
}

char *module_name(const char *path)
{
	static const char *const endings[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst" };
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *end;
	struct module_path where;
	bool known = false;
	char *name;

	if (!module_path_parse(path, &where))
		return NULL;
	end = strstr(base, ".ko");
	for (size_t i = 0; end && i < sizeof(endings) / sizeof(endings[0]); i++)
		known = known || str_equal(end, endings[i]);
	if (!known)
		return NULL;
	name = mem_printf("%.*s", (int)(end - base), base);
	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return name;
}
