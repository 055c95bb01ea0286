#include "http/mime.h"

#include "lib/str.h"

#include <stddef.h>
#include <string.h>

#define TEXT(type) "text/" type "; charset=utf-8"

static const struct mime types[] = {
	{ "html", TEXT("html"), true },
	{ "css", TEXT("css"), true },
	{ "js", TEXT("javascript"), true },
	{ "json", "application/json", true },
	{ "txt", TEXT("plain"), true },
	{ "svg", "image/svg+xml", true },
	{ "png", "image/png" },
	{ "jpg", "image/jpeg" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "webp", "image/webp" },
	{ "woff2", "font/woff2" },
	{ "ipxe", TEXT("plain"), true },
	{ "cfg", TEXT("plain"), true },
	{ "conf", TEXT("plain"), true },
	{ "log", TEXT("plain"), true },
	{ "sh", TEXT("plain"), true },
	{ "md", TEXT("markdown"), true },
	{ "csv", TEXT("csv"), true },
	{ "yaml", "application/yaml", true },
	{ "yml", "application/yaml", true },
	{ "xml", "application/xml", true },
	{ "htm", TEXT("html"), true },
	{ "mjs", TEXT("javascript"), true },
	{ "map", "application/json", true },
	{ "jpeg", "image/jpeg" },
	{ "gif", "image/gif" },
	{ "avif", "image/avif" },
	{ "mp4", "video/mp4" },
	{ "webm", "video/webm" },
	{ "wasm", "application/wasm", true },
	{ "pdf", "application/pdf" },
	{ "efi", "application/efi" },
	{ "iso", "application/vnd.efi.iso" },
	{ "gz", "application/gzip" },
	{ "zst", "application/zstd" },
	{ "zip", "application/zip" },
	/* a kernel, an image, and whatever has no dot */
	{ NULL, "application/octet-stream" },
};

const struct mime *mime_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');
	const struct mime *m = types;

	while (m->extension && !(dot && str_equal_nocase(dot + 1, m->extension)))
		m++;
	return m;
}
