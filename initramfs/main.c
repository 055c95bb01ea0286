#include "initramfs/verb.h"
#include "lib/version.h"
#include "lib/log.h"
#include "lib/str.h"

#include <stdio.h>

const struct verb *const verbs[] = {
	&verb_build,  &verb_host,  &verb_check,	     &verb_ls,	   &verb_cat,
	&verb_unpack, &verb_diff,  &verb_size,	     &verb_update, &verb_options,
	&verb_probe,  &verb_serve, &verb_completion, NULL,
};

static const struct verb *find(const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (str_equal(name, verbs[i]->name))
			return verbs[i];
	return NULL;
}

static int print_verbs(void)
{
	puts("Usage: rootling VERB [OPTION]...\n");
	for (size_t i = 0; verbs[i]; i++)
		printf("  %-12s%s\n", verbs[i]->name, verbs[i]->help);
	puts("\n`rootling help VERB' tells more. See rootling(1) and rootling.conf(5).");
	return 0;
}

static int print_version(void)
{
	puts("rootling " ROOTLING_VERSION);
	return 0;
}

static int unknown(const char *name)
{
	if (*name)
		log_err("%s: no such verb (rootling --help lists them)", name);
	else
		log_err("a verb is missing (rootling --help lists them)");
	return 1;
}

static int print_help(const char *name)
{
	const struct verb *verb = find(name);

	if (!*name)
		return print_verbs();
	if (!verb)
		return unknown(name);
	verb_print_help(verb);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct verb *verb = find(name);

	if (verb)
		return verb_main(verb, argc - 1, argv + 1);
	if (str_equal(name, "--help") || str_equal(name, "-h") || str_equal(name, "help"))
		return print_help(argc > 2 ? argv[2] : "");
	if (str_equal(name, "--version"))
		return print_version();
	return unknown(name);
}
