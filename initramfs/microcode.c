#include "initramfs/microcode.h"

#include "lib/buf.h"
#include "lib/cursor.h"
#include "lib/str.h"

#include <string.h>

#define NAME_SIZE 64

/* ---- Intel: Software Developer's Manual, volume 3, 9.11.1 */

#define INTEL_HEADER_LEN	48
#define INTEL_DEFAULT_DATA_LEN	2000
#define INTEL_DEFAULT_TOTAL_LEN 2048

/* FAMILY-MODEL-STEPPING. Debian puts .initramfs behind those that must not be loaded later. */
static bool intel_matches(const char *name, const struct microcode_cpu *cpu)
{
	static const char pattern[] = "xx-xx-xx";
	size_t len = strlen(pattern);
	char wanted[NAME_SIZE];

	for (size_t i = 0; i < len; i++)
		if (pattern[i] == '-' ? name[i] != '-'
				      : !name[i] || !strchr("0123456789abcdef", name[i]))
			return false;
	if (name[len] && !str_equal(name + len, ".initramfs"))
		return false;
	if (!cpu)
		return true;
	return buf_format(wanted, len + 1, "%02x-%02x-%02x", cpu->family, cpu->model,
			  cpu->stepping) &&
	       memcmp(name, wanted, len) == 0;
}

/* One update after another. */
static bool intel_is_whole(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_over(data, len);

	while (cursor_left(&c)) {
		size_t start = c.off;
		uint32_t version = cursor_le32(&c), data_len, total;

		cursor_skip(&c, 24);
		data_len = cursor_le32(&c);
		total = cursor_le32(&c);
		if (data_len == 0)
			total = INTEL_DEFAULT_TOTAL_LEN;
		if (version != 1 || total < INTEL_HEADER_LEN || total % 4)
			return false;
		cursor_seek(&c, start);
		cursor_skip(&c, total);
	}
	return len > 0 && !c.overrun;
}

/* ---- AMD: struct equiv_cpu_table and others in arch/x86/kernel/cpu/microcode/amd.c */

#define AMD_MAGIC	     0x00414d44U
#define AMD_FIRST_OWN_FAMILY 0x15

static bool amd_matches(const char *name, const struct microcode_cpu *cpu)
{
	static const char prefix[] = "microcode_amd", suffix[] = ".bin";
	size_t len = strlen(name);
	char wanted[NAME_SIZE];

	if (!cpu)
		return str_after(name, prefix) && len > strlen(suffix) &&
		       str_equal(name + len - strlen(suffix), suffix);
	if (cpu->family < AMD_FIRST_OWN_FAMILY)
		buf_format(wanted, sizeof(wanted), "%s%s", prefix, suffix);
	else
		buf_format(wanted, sizeof(wanted), "%s_fam%02xh%s", prefix, cpu->family,
			   suffix);
	return str_equal(name, wanted);
}

/* The table of processors, then patches: each a type and a length. */
static bool amd_is_whole(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_over(data, len);

	if (cursor_le32(&c) != AMD_MAGIC)
		return false;
	do {
		cursor_skip(&c, 4);
		cursor_skip(&c, cursor_le32(&c));
	} while (cursor_left(&c));
	return !c.overrun;
}

static const struct microcode_kind kinds[] = {
	{ "GenuineIntel", "intel-ucode", "kernel/x86/microcode/GenuineIntel.bin",
	  intel_matches, intel_is_whole },
	{ "AuthenticAMD", "amd-ucode", "kernel/x86/microcode/AuthenticAMD.bin",
	  amd_matches, amd_is_whole },
};

#define COUNT (sizeof(kinds) / sizeof(kinds[0]))

const struct microcode_kind *microcode_kind_at(size_t number)
{
	return number < COUNT ? &kinds[number] : NULL;
}

/* The value of the first line `key : value`. */
static bool value_of(const char *text, const char *key, char out[NAME_SIZE])
{
	struct buf b = buf_init(out, NAME_SIZE);

	for (const char *line = text; *line; line += strcspn(line, "\n")) {
		const char *rest;

		line += strspn(line, "\n");
		rest = str_after(line, key);
		rest = rest ? str_after(rest + strspn(rest, " \t"), ": ") : NULL;
		if (!rest)
			continue;
		buf_put(&b, rest, strcspn(rest, "\n"));
		return !b.truncated;
	}
	return false;
}

static bool number_of(const char *text, const char *key, unsigned *out)
{
	char value[NAME_SIZE];
	uint32_t number;

	if (!value_of(text, key, value) || str_parse_u32(value, 10, &number))
		return false;
	*out = number;
	return true;
}

bool microcode_cpu_parse(const char *cpuinfo, struct microcode_cpu *out)
{
	char vendor[NAME_SIZE];

	return value_of(cpuinfo, "vendor_id", vendor) &&
	       buf_format(out->vendor, sizeof(out->vendor), "%s", vendor) &&
	       number_of(cpuinfo, "cpu family", &out->family) &&
	       number_of(cpuinfo, "model", &out->model) &&
	       number_of(cpuinfo, "stepping", &out->stepping);
}
