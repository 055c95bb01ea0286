#include "netroot/spec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	if (!memchr(text, 0, size))
		abort();
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("\"'\\", *text))
			abort();
}

/* Whatever the lease says, nothing but plain text goes into a mount or a program's arguments. */
static void check_spec(const struct netroot_spec *spec)
{
	check_text(spec->host, sizeof(spec->host));
	check_text(spec->path, sizeof(spec->path));
	check_text(spec->url, sizeof(spec->url));
	check_text(spec->fstype, sizeof(spec->fstype));
	check_text(spec->options, sizeof(spec->options));
	check_text(spec->nbd_options, sizeof(spec->nbd_options));
	check_text(spec->user, sizeof(spec->user));
	check_text(spec->password, sizeof(spec->password));
	check_text(spec->target_user, sizeof(spec->target_user));
	check_text(spec->target_password, sizeof(spec->target_password));
	if (spec->kind == NETROOT_IMAGE && !strstr(spec->url, "://"))
		abort();
	if (spec->kind == NETROOT_NFS && *spec->path && *spec->path != '/')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netroot_spec asked = { .kind = NETROOT_DHCP }, spec;
	struct netroot_error error;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (netroot_spec_parse(text, &spec, &error) == 0)
		check_spec(&spec);
	else if (!*error.reason)
		abort();
	if (netroot_spec_parse_typed(text, "9p", &spec, &error) == 0)
		check_spec(&spec);
	if (netroot_spec_parse_nfsroot(text, &spec, &error) == 0)
		check_spec(&spec);
	if (netroot_spec_parse_root_path(text, &asked, &spec, &error) == 0)
		check_spec(&spec);
	(void)netroot_spec_name_client(&spec, "192.0.2.1");
	free(text);
	return 0;
}
