#include "initramfs/pathwalk.h"

#include "initramfs/mem.h"
#include "lib/str.h"

#include <stdlib.h>
#include <string.h>

/* @done is where the walk stands, "" for the root. */
static void go_up(struct bytes *done)
{
	while (done->len > 0 && done->data[--done->len] != '/')
		;
	bytes_room(done, 1)[0] = '\0';
}

static void go_down(struct bytes *done, const char *part)
{
	bytes_put(done, "/", 1);
	bytes_put(done, part, strlen(part));
	bytes_room(done, 1)[0] = '\0';
}

/* Puts @target in front of what is left to walk. */
static char *through_link(struct bytes *done, char *target, const char *left)
{
	char *rest = mem_printf("%s/%s", target, left ? left : "");

	if (*target == '/')
		done->len = 0;
	else
		go_up(done);
	free(target);
	return rest;
}

/* The first part of *@left, which moves behind it; NULL at the end. */
static char *next_part(char **left)
{
	char *part;

	do {
		part = strsep(left, "/");
	} while (part && (!*part || str_equal(part, ".")));
	return part;
}

char *pathwalk(const char *path, pathwalk_reader read_link, void *ctx)
{
	char *text = mem_strdup(path), *left = text, *part, *target;
	struct bytes done = { 0 };
	int links = 0;

	while (links <= PATHWALK_LINKS_MAX && (part = next_part(&left))) {
		if (str_equal(part, "..")) {
			go_up(&done);
			continue;
		}
		go_down(&done, part);
		target = read_link(ctx, (const char *)done.data);
		if (!target)
			continue;
		links++;
		part = through_link(&done, target, left);
		free(text);
		text = left = part;
	}
	free(text);
	if (links <= PATHWALK_LINKS_MAX && done.len == 0)
		go_down(&done, "");
	if (links <= PATHWALK_LINKS_MAX)
		return (char *)done.data;
	bytes_free(&done);
	return NULL;
}

char *pathwalk_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash > path ? mem_printf("%.*s", (int)(slash - path), path)
			    : mem_strdup("/");
}
