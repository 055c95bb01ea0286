#include "modules/dropin.h"

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/str.h"

#include <dirent.h>
#include <string.h>

static bool is_wanted(const char *name)
{
	const char *suffix = strrchr(name, '.');

	return *name != '.' && suffix && str_equal(suffix, ".conf");
}

/* Returns the new number of files. */
static unsigned add(struct dropin *out, unsigned count, const char *folder,
		    const char *name)
{
	unsigned at = 0;

	while (at < count && strcmp(out[at].name, name) < 0)
		at++;
	if (at < count && str_equal(out[at].name, name))
		return count;
	if (count == DROPINS_MAX || strlen(name) >= DROPIN_NAME_SIZE) {
		log_warning("%s: ignored: too many files or too long a name", name);
		return count;
	}
	memmove(&out[at + 1], &out[at], (count - at) * sizeof(*out));
	out[at].folder = folder;
	(void)str_copy(out[at].name, sizeof(out[at].name),
		       name); /* as long as it may be */
	return count + 1;
}

unsigned dropin_list(const char *root, const char *kind, struct dropin out[DROPINS_MAX])
{
	static const char *const folders[] = { "/etc/", "/run/", "/usr/local/lib/",
					       "/usr/lib/", "/lib/" };
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char path[DROPIN_PATH_SIZE];
		struct dirent *entry;
		DIR *dir;

		FORMAT(path, "%s%s%s", root, folders[i], kind);
		dir = opendir(path);
		while (dir && (entry = readdir(dir)))
			if (is_wanted(entry->d_name))
				count = add(out, count, folders[i], entry->d_name);
		if (dir)
			closedir(dir);
	}
	return count;
}

void dropin_path(const char *root, const char *kind, const struct dropin *dropin,
		 char path[DROPIN_PATH_SIZE])
{
	buf_format(path, DROPIN_PATH_SIZE, "%s%s%s/%s", root, dropin->folder, kind,
		   dropin->name);
}
