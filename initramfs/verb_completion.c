/* `rootling completion bash`: from the tables of all verbs. */
#include "initramfs/verb.h"

#include "lib/log.h"
#include "lib/str.h"

#include <stdio.h>
#include <string.h>

/* What stands for a value in the help, and what makes a list of candidates for it. */
static const struct {
	const char *argument;
	const char *candidates;
} arguments[] = {
	{ "FILE", "compgen -f -- \"$cur\"" },
	{ "SRC[:DST]", "compgen -f -- \"$cur\"" },
	{ "DIR", "compgen -d -- \"$cur\"" },
	{ "VERSION", "compgen -W \"$(ls /lib/modules 2>/dev/null)\" -- \"$cur\"" },
};

static void print_words(const char *choices)
{
	const char *word;
	size_t len;

	while ((word = flag_choice(&choices, &len)))
		printf("%.*s ", (int)len, word);
}

static void print_candidates(const struct flag *f)
{
	if (f->kind == FLAG_CHOICE) {
		printf("compgen -W '");
		print_words(f->argument);
		printf("' -- \"$cur\"");
		return;
	}
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (str_equal(f->argument, arguments[i].argument)) {
			printf("%s", arguments[i].candidates);
			return;
		}
	printf(":");
}

static void print_values(const struct verb *verb, const struct flag *flags)
{
	for (const struct flag *f = flags; f->name; f++) {
		if (f->kind == FLAG_GROUP || !flag_takes_value(f))
			continue;
		printf("\t%s:--%s", verb->name, f->name);
		if (f->letter)
			printf(" | %s:-%c", verb->name, f->letter);
		printf(") ");
		print_candidates(f);
		printf(" ;;\n");
	}
}

static void print_names(const struct verb *verb, const struct flag *flags)
{
	for (const struct flag *f = flags; f->name; f++) {
		if (f->kind == FLAG_GROUP)
			continue;
		printf("--%s ", f->name);
		if (verb->configured && f->kind == FLAG_SWITCH && !f->no_key)
			printf("--no-%s ", f->name);
	}
}

static void print_flags(const struct verb *verb)
{
	const struct flag *common;

	printf("\t%s) echo '", verb->name);
	print_names(verb, verb->flags);
	for (unsigned i = 0; (common = verb_common_flags(verb, i)); i++)
		print_names(verb, common);
	puts("' ;;");
}

static const char values_head[] =
	"# Status 2: the word before is not a flag with a value.\n"
	"_rootling_values()\n{\n\tcase $1 in\n",
		  tail[] = "'\n"
			   "\t# `=' is a word of its own here\n"
			   "\tif [[ $cur == = ]]; then\n"
			   "\t\tcur=\n"
			   "\telif [[ $prev == = ]]; then\n"
			   "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
			   "\tfi\n"
			   "\tif ((COMP_CWORD == 1)) || [[ $prev == help ]]; then\n"
			   "\t\tfound=$(compgen -W \"$verbs\" -- \"$cur\")\n"
			   "\telse\n"
			   "\t\tfound=$(_rootling_values \"$verb:$prev\")\n"
			   "\t\tif (($? == 2)); then\n"
			   "\t\t\tif [[ $cur == -* ]]; then\n"
			   "\t\t\t\tfound=$(compgen -W \"$(_rootling_flags "
			   "\"$verb\")\" -- \"$cur\")\n"
			   "\t\t\telse\n"
			   "\t\t\t\tfound=$(compgen -f -- \"$cur\")\n"
			   "\t\t\tfi\n"
			   "\t\tfi\n"
			   "\tfi\n"
			   "\tCOMPREPLY=()\n"
			   "\t[[ -z $found ]] || mapfile -t COMPREPLY <<<\"$found\"\n"
			   "}\n"
			   "complete -o filenames -F _rootling rootling";

static void print_bash(void)
{
	const struct flag *common;

	puts("# bash completion of rootling, printed by `rootling completion bash'.\n"
	     "_rootling_flags()\n{\n\tcase $1 in");
	for (size_t i = 0; verbs[i]; i++)
		print_flags(verbs[i]);
	printf("\tesac\n}\n\n%s", values_head);
	for (size_t i = 0; verbs[i]; i++) {
		print_values(verbs[i], verbs[i]->flags);
		for (unsigned k = 0; (common = verb_common_flags(verbs[i], k)); k++)
			print_values(verbs[i], common);
	}
	printf("\t*) return 2 ;;\n\tesac\n}\n\n_rootling()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal verb=${COMP_WORDS[1]} found verbs='help");
	for (size_t i = 0; verbs[i]; i++)
		printf(" %s", verbs[i]->name);
	puts(tail);
}

static int run(void *options, char **operands)
{
	(void)options;
	if (!str_equal(operands[0], "bash")) {
		log_err("completion: %s: only bash is known", operands[0]);
		return 1;
	}
	print_bash();
	return 0;
}

static const struct flag flags[] = {
	{ 0 },
};

const struct verb verb_completion = {
	.name = "completion",
	.help = "print the completion for a shell: bash",
	.operands = "bash",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.run = run,
};
