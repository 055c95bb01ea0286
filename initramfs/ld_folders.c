#include "initramfs/ld_folders.h"

#include "initramfs/file.h"
#include "initramfs/folder.h"
#include "initramfs/pathwalk.h"
#include "initramfs/sysroot.h"
#include "lib/str.h"

#include <ctype.h>
#include <elf.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDE_DEPTH_MAX 8

/* Debian's names and everybody else's. In rows of the same machine the first is the usual one. */
static const struct {
	struct elf_kind kind;
	const char *triplet;
	const char *lib;
} machines[] = {
	{ { ELFCLASS64, ELFDATA2LSB, EM_X86_64 }, "x86_64-linux-gnu", "lib64" },
	{ { ELFCLASS32, ELFDATA2LSB, EM_386 }, "i386-linux-gnu", "lib32" },
	{ { ELFCLASS32, ELFDATA2LSB, EM_X86_64 }, "x86_64-linux-gnux32", "libx32" },
	{ { ELFCLASS64, ELFDATA2LSB, EM_AARCH64 }, "aarch64-linux-gnu", "lib64" },
	{ { ELFCLASS32, ELFDATA2LSB, EM_ARM }, "arm-linux-gnueabihf", "lib" },
	{ { ELFCLASS32, ELFDATA2LSB, EM_ARM }, "arm-linux-gnueabi", "lib" },
	{ { ELFCLASS64, ELFDATA2LSB, EM_RISCV }, "riscv64-linux-gnu", "lib64" },
	{ { ELFCLASS64, ELFDATA2LSB, EM_RISCV }, "riscv64-linux-gnu", "lib64/lp64d" },
	{ { ELFCLASS64, ELFDATA2LSB, EM_PPC64 }, "powerpc64le-linux-gnu", "lib64" },
	{ { ELFCLASS64, ELFDATA2MSB, EM_S390 }, "s390x-linux-gnu", "lib64" },
	{ { ELFCLASS64, ELFDATA2LSB, 258 /* EM_LOONGARCH */ },
	  "loongarch64-linux-gnu",
	  "lib64" },
	{ { ELFCLASS64, ELFDATA2LSB, EM_MIPS }, "mips64el-linux-gnuabi64", "lib64" },
	{ { ELFCLASS32, ELFDATA2LSB, EM_MIPS }, "mipsel-linux-gnu", "lib" },
};

#define MACHINE_COUNT (sizeof(machines) / sizeof(machines[0]))

void ld_folders_lib(const struct elf_kind *kind, struct strings *out)
{
	char *triplet;

	for (size_t i = 0; i < MACHINE_COUNT; i++) {
		if (!elf_same_kind(kind, &machines[i].kind))
			continue;
		triplet = mem_printf("lib/%s", machines[i].triplet);
		strings_add_once(out, triplet);
		strings_add_once(out, machines[i].lib);
		free(triplet);
	}
	strings_add_once(out, "lib");
}

void ld_folders_default(const struct elf_kind *kind, struct strings *out)
{
	struct strings libs = { 0 };

	ld_folders_lib(kind, &libs);
	for (size_t i = 0; i < libs.count; i++) {
		char *path = mem_printf("/usr/%s", libs.items[i]);

		strings_add_once(out, path + strlen("/usr"));
		strings_add_once(out, path);
		free(path);
	}
	strings_free(&libs);
}

/* ---- files that name folders */

/* A file of the system as a string, "" when there is none; the caller frees. */
static char *read_text(const char *root, const char *path)
{
	char *outside = sysroot_path(root, path);
	struct bytes contents = { 0 };

	if (outside)
		(void)file_read(outside,
				&contents); /* what cannot be read names nothing */
	bytes_put(&contents, "", 1);
	free(outside);
	return (char *)contents.data;
}

static void read_conf(const char *root, const char *path, int depth, struct strings *out);

/* A pattern in the last part is all that distributions use. */
static void include(const char *root, const char *path, const char *pattern, int depth,
		    struct strings *out)
{
	char *above = pathwalk_folder(path);
	char *whole = *pattern == '/' ? mem_strdup(pattern)
				      : mem_printf("%s/%s", above, pattern);
	char *folder = pathwalk_folder(whole), *outside = sysroot_path(root, folder);
	struct strings names = { 0 };

	if (outside)
		(void)folder_names(outside, &names); /* nor does ldconfig mind */
	for (size_t i = 0; i < names.count; i++) {
		char *file = mem_printf("%s/%s", folder, names.items[i]);

		if (fnmatch(strrchr(whole, '/') + 1, names.items[i], FNM_PERIOD) == 0)
			read_conf(root, file, depth + 1, out);
		free(file);
	}
	strings_free(&names);
	free(above);
	free(whole);
	free(folder);
	free(outside);
}

static void cut_end(char *line)
{
	size_t len = strcspn(line, "#");

	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	line[len] = '\0';
}

/* One line; `=libc6` behind a folder and hwcap lines are of the past. */
static void read_line(const char *root, const char *path, char *line, int depth,
		      struct strings *out)
{
	char *rest, *word;

	cut_end(line);
	line += strspn(line, " \t");
	rest = (char *)str_after(line, "include");
	if (rest && isblank((unsigned char)*rest)) {
		while ((word = strsep(&rest, " \t")))
			if (*word)
				include(root, path, word, depth, out);
	} else if (*line == '/') {
		line[strcspn(line, "=")] = '\0';
		strings_add_once(out, line);
	}
}

static void read_conf(const char *root, const char *path, int depth, struct strings *out)
{
	char *text, *rest, *line;

	if (depth > INCLUDE_DEPTH_MAX)
		return;
	text = rest = read_text(root, path);
	while ((line = strsep(&rest, "\n")))
		read_line(root, path, line, depth, out);
	free(text);
}

void ld_folders_conf(const char *root, const char *path, struct strings *out)
{
	read_conf(root, path, 0, out);
}

char *ld_folders_musl(const char *root, const char *interpreter, struct strings *out)
{
	const char *slash = strrchr(interpreter, '/');
	const char *name = slash ? slash + 1 : interpreter;
	char *path = mem_printf("/etc/%.*s.path", (int)strcspn(name, "."), name);
	char *text = read_text(root, path), *rest, *folder;
	bool given = *text;

	if (!given) {
		free(text);
		text = mem_strdup("/lib:/usr/local/lib:/usr/lib");
	}
	rest = text;
	while ((folder = strsep(&rest, ":\n")))
		if (*folder == '/')
			strings_add_once(out, folder);
	free(text);
	if (given)
		return path;
	free(path);
	return NULL;
}

/* ---- RPATH and RUNPATH */

/* What is behind $NAME or ${NAME} at @p; NULL: it is not that. */
static const char *behind(const char *p, const char *name)
{
	const char *end = str_after(p, "$");
	bool braced = end && *end == '{';

	end = end ? str_after(end + braced, name) : NULL;
	if (!end || (braced && *end != '}'))
		return NULL;
	return end + braced;
}

char *ld_folders_expand(const char *word, size_t len, const char *origin, const char *lib)
{
	char *text = mem_printf("%.*s", (int)len, word);
	struct bytes out = { 0 };
	const char *next = text;

	for (const char *p = text; *p; p = next) {
		if ((next = behind(p, "ORIGIN")))
			bytes_put(&out, origin, strlen(origin));
		else if ((next = behind(p, "LIB")))
			bytes_put(&out, lib, strlen(lib));
		else if (behind(p, "PLATFORM"))
			break;
		else
			bytes_put(&out, p, (size_t)((next = p + 1) - p));
	}
	free(text);
	bytes_put(&out, "", 1);
	if (!next || *out.data != '/')
		bytes_free(&out);
	return (char *)out.data;
}
