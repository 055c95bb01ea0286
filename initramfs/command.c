#include "initramfs/command.h"

#include "initramfs/folder.h"
#include "initramfs/sysroot.h"
#include "lib/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EDITS_MAX	2
#define SUGGESTIONS_MAX 3

static const char *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
				       "/usr/bin",	  "/sbin",	    "/bin" };

#define FOLDER_COUNT (sizeof(folders) / sizeof(folders[0]))

static bool is_program(const char *root, const char *path)
{
	char *outside = sysroot_path(root, path);
	struct stat st;
	bool yes = outside && stat(outside, &st) == 0 && S_ISREG(st.st_mode) &&
		   st.st_mode & 0111;

	free(outside);
	return yes;
}

char *command_find(const char *root, const char *name)
{
	char *path;

	if (strchr(name, '/'))
		return is_program(root, name) ? mem_strdup(name) : NULL;
	for (size_t i = 0; i < FOLDER_COUNT && *name; i++) {
		path = mem_printf("%s/%s", folders[i], name);
		if (is_program(root, path))
			return path;
		free(path);
	}
	return NULL;
}

static void suggest_from(const char *folder, const char *name, unsigned edits,
			 struct strings *out)
{
	struct strings names = { 0 };

	(void)folder_names(folder, &names); /* one that is not there has no programs */
	for (size_t i = 0; i < names.count && out->count < SUGGESTIONS_MAX; i++)
		if (str_distance(name, names.items[i], edits) == edits)
			strings_add_once(out, names.items[i]);
	strings_free(&names);
}

void command_suggest(const char *root, const char *name, struct strings *out)
{
	for (unsigned edits = 1; edits <= EDITS_MAX && !out->count; edits++)
		for (size_t i = 0; i < FOLDER_COUNT; i++) {
			char *folder = sysroot_path(root, folders[i]);

			if (folder)
				suggest_from(folder, name, edits, out);
			free(folder);
		}
}
