#include "lib/cursor.h"
#include "lib/signature.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key, a NUL and a signature: nobody signed the digest, so that none may fit. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[SHA256_SIZE] = "what nobody ever put a name to";
	struct cursor c = cursor_over(data, size);
	const char *pem = cursor_string(&c);
	size_t len = cursor_left(&c);
	const uint8_t *signature = cursor_bytes(&c, len);
	int err;

	if (!pem || len > SIGNATURE_SIZE_MAX)
		return 0;
	err = signature_verify(pem, strlen(pem) + 1, digest, signature, len);
	if (err != -EINVAL && err != -EOPNOTSUPP && err != -EBADMSG && err != -ENOMEM)
		abort();
	return 0;
}
