/* The rows behind the options of /init: for the files of init/config.h only. */
#ifndef INIT_CONFIG_KEY_H
#define INIT_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_kind {
	KEY_FLAG, /* `name`, `name=1`, `name=0` */
	KEY_SET,  /* `name` sets the field to @constant */
	KEY_STRING,
	KEY_NUMBER,
	KEY_SECONDS,	/* `name=SECONDS`; `name` alone: @constant */
	KEY_CHOICE,	/* one of the words of the argument, by its place among them */
	KEY_LIST,	/* comma-separated, may be repeated */
	KEY_WHOLE_LIST, /* repeated, a comma is part of the value */
};

/* Members in this order for their sizes: there are many rows. */
struct config_key {
	const char *text; /* name, argument and help, each ends with a NUL */
	uint16_t offset;
	uint8_t kind;	 /* enum config_kind */
	int8_t constant; /* -1: CONFIG_FOREVER */
	bool optional;	 /* the word also counts without its argument */
	bool missing;	 /* this /init is configured without it */
};

/* By number, from 0 on; NULL: there are not so many. */
const struct config_key *config_key(size_t index);

/* "" for a word without a value; of a choice its words, with `|` between. */
const char *config_key_argument(const struct config_key *key);

/* Word @index of a choice, up to the next `|` or the end; NULL: there are not so many. */
const char *config_key_choice(const struct config_key *key, uint32_t index);

#endif
