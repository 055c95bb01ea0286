#include "initramfs/setting.h"

#include "initramfs/mem.h"
#include "lib/str.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

static const struct {
	const char *word;
	const char *value;
} truths[] = {
	{ "yes", "yes" }, { "true", "yes" }, { "on", "yes" }, { "1", "yes" },
	{ "no", "no" },	  { "false", "no" }, { "off", "no" }, { "0", "no" },
};

static bool is_list(const struct flag *f)
{
	return f->kind == FLAG_LIST || f->kind == FLAG_WORDS;
}

static bool is_choice(const char *choices, const char *value)
{
	const char *word;
	size_t len;

	while ((word = flag_choice(&choices, &len)))
		if (strlen(value) == len && memcmp(word, value, len) == 0)
			return true;
	return false;
}

/* What @value stands for, NULL when it is none of @flag. */
static const char *plain_value(const struct flag *flag, const char *value)
{
	if (flag->kind == FLAG_CHOICE)
		return !*value || is_choice(flag->argument, value) ? value : NULL;
	if (flag->kind != FLAG_SWITCH)
		return value;
	for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++)
		if (str_equal_nocase(value, truths[i].word))
			return truths[i].value;
	return NULL;
}

static bool is_on(const struct flag *flag, const char *value)
{
	return *value && !(flag->kind == FLAG_SWITCH && str_equal(value, "no"));
}

static bool is_alternative(const struct flag *a, const struct flag *b)
{
	return a != b && a->either && a->either == b->either;
}

static bool is_overridden(const struct setting *old, const struct flag *flag,
			  const char *value, unsigned source)
{
	if (old->flag == flag)
		return !is_list(flag) || !*value;
	return is_alternative(old->flag, flag) && is_on(flag, value) &&
	       old->source < source;
}

static void drop_overridden(struct settings *s, const struct flag *flag,
			    const char *value, unsigned source)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct setting *old = &s->items[i];

		if (is_overridden(old, flag, value, source)) {
			free(old->value);
			free(old->where);
		} else {
			s->items[kept++] = *old;
		}
	}
	s->count = kept;
}

static void append(struct settings *s, struct setting setting)
{
	s->items = mem_grow(s->items, s->count, sizeof(*s->items));
	s->items[s->count++] = setting;
}

static void add_one(struct settings *s, const struct flag *flag, const char *value,
		    const char *where, unsigned source)
{
	drop_overridden(s, flag, value, source);
	append(s, (struct setting){ flag, mem_strdup(value), mem_strdup(where), source });
}

static void add_words(struct settings *s, const struct flag *flag, const char *value,
		      const char *where, unsigned source)
{
	char *copy = mem_strdup(value), *rest = copy;

	for (char *word; (word = strsep(&rest, BLANKS));)
		if (*word)
			add_one(s, flag, word, where, source);
	free(copy);
}

/* An alternative that the same source asks for too. */
static const struct setting *contradiction(const struct settings *s,
					   const struct flag *flag, const char *value,
					   unsigned source)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *old = &s->items[i];

		if (is_alternative(old->flag, flag) && old->source == source &&
		    is_on(flag, value) && is_on(old->flag, old->value))
			return old;
	}
	return NULL;
}

char *settings_add(struct settings *s, const struct flag *flag, const char *value,
		   const char *where, unsigned source)
{
	const char *plain = plain_value(flag, value);
	const struct setting *other;

	if (!plain)
		return mem_printf("`%s' is not one of %s", value,
				  flag->kind == FLAG_CHOICE ? flag->argument : "yes|no");
	other = contradiction(s, flag, plain, source);
	if (other)
		return mem_printf("excludes %s (%s)", other->flag->name, other->where);
	if (flag->kind == FLAG_WORDS && plain[strspn(plain, BLANKS)])
		add_words(s, flag, plain, where, source);
	else
		add_one(s, flag, plain, where, source);
	return NULL;
}

const char *settings_value(const struct settings *s, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (str_equal(s->items[i].flag->name, name))
			value = s->items[i].value;
	return value && *value ? value : NULL;
}

static void apply(const struct setting *set, void *options)
{
	char *field = (char *)options + set->flag->field;

	if (set->flag->kind == FLAG_SWITCH)
		*(bool *)field = str_equal(set->value, "yes");
	else if (!*set->value)
		return;
	else if (is_list(set->flag))
		strings_add((struct strings *)field, set->value);
	else
		*(char **)field = mem_strdup(set->value);
}

void settings_apply(const struct settings *s, const struct flag *flags, void *options)
{
	for (const struct flag *f = flags; f->name; f++)
		if (flag_is_on(f))
			*(bool *)((char *)options + f->field) = true;
	for (size_t i = 0; i < s->count; i++)
		apply(&s->items[i], options);
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->items[i].value);
		free(s->items[i].where);
	}
	free(s->items);
	*s = (struct settings){ 0 };
}
