#include "initramfs/folder.h"

#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* alphasort() would ask the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int folder_names(const char *path, struct strings *out)
{
	struct dirent **found = NULL;
	int count = scandir(path, &found, NULL, by_bytes);

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (!str_equal(found[i]->d_name, ".") &&
		    !str_equal(found[i]->d_name, ".."))
			strings_add(out, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return 0;
}
