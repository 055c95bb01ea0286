/* Configuration that comes as files NAME.conf in several folders: modprobe.d(5),
 * modules-load.d(5). */
#ifndef MODULES_DROPIN_H
#define MODULES_DROPIN_H

#define DROPINS_MAX	 64
#define DROPIN_NAME_SIZE 64
#define DROPIN_PATH_SIZE 256

struct dropin {
	const char *folder; /* static storage: "/etc/", "/run/", ... */
	char name[DROPIN_NAME_SIZE];
};

/* The files in the folders called @kind of /etc, /run, /usr/local/lib, /usr/lib and /lib, below
 * @root, sorted by name; of two with one name the one in the earlier folder counts. Number of
 * them; what does not fit is logged. */
unsigned dropin_list(const char *root, const char *kind, struct dropin out[DROPINS_MAX]);

/* The path of one of them. */
void dropin_path(const char *root, const char *kind, const struct dropin *dropin,
		 char path[DROPIN_PATH_SIZE]);

#endif
