#include "initramfs/verb.h"
#include "initramfs/version.h"
#include "lib/log.h"
#include "lib/str.h"

#include <stdio.h>

static const struct verb *const verbs[] = {
	&verb_build,
	&verb_ls,
	&verb_options,
	&verb_probe,
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static int print_help(void)
{
	puts("Usage: rootling VERB [OPTION]... (rootling VERB --help tells more)\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-10s%s\n", verbs[i]->name, verbs[i]->help);
	return 0;
}

static int print_version(void)
{
	puts("rootling " ROOTLING_VERSION);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (str_equal(name, "--help") || str_equal(name, "-h"))
		return print_help();
	if (str_equal(name, "--version"))
		return print_version();
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (str_equal(name, verbs[i]->name))
			return verb_main(verbs[i], argc - 1, argv + 1);
	if (*name)
		log_err("%s: no such verb (rootling --help lists them)", name);
	else
		log_err("a verb is missing (rootling --help lists them)");
	return 1;
}
