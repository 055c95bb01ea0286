/* `rootling options`: the option table of /init, and what /init makes of a command line.
 */
#include "initramfs/conf.h"
#include "initramfs/verb.h"

#include "init/config.h"
#include "lib/log.h"

#include <stdio.h>
#include <string.h>

#define NAME_COLUMN 44

struct options {
	char *explain;
	bool mdoc, conf;
};

static void print_table(void)
{
	struct config_row row;

	for (unsigned i = 0; config_row(i, &row); i++) {
		int width = printf(*row.argument ? row.optional ? "%s[=%s]" : "%s=%s"
						 : "%s%s",
				   row.name, row.argument);

		printf("%*s%s\n", width < NAME_COLUMN ? NAME_COLUMN - width : 2, "",
		       row.help);
	}
}

/* The list items of rootling.cmdline(7); mdoc would read a line that starts with a dot.
 */
static void print_mdoc(void)
{
	struct config_row row;

	for (unsigned i = 0; config_row(i, &row); i++) {
		if (!*row.argument)
			printf(".It Cm %s\n%s.\n", row.name, row.help);
		else if (row.optional)
			printf(".It Cm %s Ns Op = Ns Ar %s\n%s.\n", row.name,
			       row.argument, row.help);
		else
			printf(".It Cm %s Ns = Ns Ar %s\n%s.\n", row.name, row.argument,
			       row.help);
	}
}

static void warn(void *ctx, const char *line)
{
	(void)ctx;
	log_warning("%s", line);
}

static int explain(const char *text)
{
	static struct config config;
	char value[CONFIG_TEXT_SIZE];
	struct config_row row;

	config_init(&config);
	if (config_read(&config, CONFIG_CMDLINE, text, warn, NULL))
		return 1;
	for (unsigned i = 0; config_row(i, &row); i++)
		for (unsigned k = 0; config_value(&config, i, k, value, sizeof(value));
		     k++)
			if (*value)
				printf("%s=%s\n", row.name, value);
	for (unsigned i = 0; i < config.init_args.count; i++)
		printf("-- %s\n", config.init_args.item[i]);
	return 0;
}

static int run(void *given, char **operands)
{
	const struct options *options = given;

	(void)operands;
	if (options->explain)
		return explain(options->explain);
	if (options->conf && options->mdoc)
		conf_print_mdoc(&verb_build);
	else if (options->conf)
		conf_print_example(&verb_build);
	else if (options->mdoc)
		print_mdoc();
	else
		print_table();
	return 0;
}

static const struct flag flags[] = {
	{ 0, "explain", FLAG_STRING, "COMMAND LINE",
	  "print the configuration /init would act on",
	  offsetof(struct options, explain) },
	{ 0, "conf", FLAG_SWITCH, NULL,
	  "print an example of /etc/rootling.conf instead, with every key",
	  offsetof(struct options, conf) },
	{ 0, "mdoc", FLAG_SWITCH, NULL, "print the table as mdoc(7), for the manual page",
	  offsetof(struct options, mdoc) },
	{ 0 },
};

const struct verb verb_options = {
	.name = "options",
	.help = "print the options of /init, or explain a kernel command line",
	.operands = "",
	.flags = flags,
	.options_size = sizeof(struct options),
	.run = run,
};
