#include "initramfs/names.h"

#include "initramfs/mem.h"
#include "lib/str.h"

#include <stdlib.h>

/* FNV-1a */
static size_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

/* The slot that has @text, or where it belongs; @size is a power of two, and one is free. */
static struct name *slot_of(struct name *slots, size_t size, const char *text)
{
	size_t i = hash(text) & (size - 1);

	while (slots[i].text && !str_equal(slots[i].text, text))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

size_t names_find(const struct names *names, const char *text)
{
	const struct name *found =
		names->size ? slot_of(names->slots, names->size, text) : NULL;

	return found && found->text ? found->number : NAMES_NONE;
}

static void double_size(struct names *names)
{
	size_t size = names->size ? 2 * names->size : 64;
	struct name *slots = mem_alloc(size * sizeof(*slots));

	for (size_t i = 0; i < names->size; i++)
		if (names->slots[i].text)
			*slot_of(slots, size, names->slots[i].text) = names->slots[i];
	free(names->slots);
	names->slots = slots;
	names->size = size;
}

void names_set(struct names *names, const char *text, size_t number)
{
	struct name *slot;

	if (2 * names->count >= names->size)
		double_size(names);
	slot = slot_of(names->slots, names->size, text);
	if (!slot->text) {
		slot->text = mem_strdup(text);
		names->count++;
	}
	slot->number = number;
}

void names_free(struct names *names)
{
	for (size_t i = 0; i < names->size; i++)
		free(names->slots[i].text);
	free(names->slots);
	*names = (struct names){ 0 };
}
