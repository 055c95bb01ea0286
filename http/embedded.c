#include "http/embedded.h"

#include "http/coding.h"
#include "http/representation.h"
#include "http/target.h"
#include "http/web.h"

bool embedded_answer(const struct http_exchange *exchange, struct response *response)
{
	const struct http_request *request = exchange->request;
	const struct web_file *file;
	struct representation r = { 0 };
	struct target target;
	char path[64], etag[64];

	if (target_parse(request->path, &target) || !FORMAT(path, "/%s", target.path))
		return false;
	file = web_find(text_of(path));
	if (!file)
		return false;
	r.is_gzip =
		file->gzip && coding_prefers_gzip(request->fields[HTTP_ACCEPT_ENCODING]);
	FORMAT(etag, "\"%s%s\"", file->etag, r.is_gzip ? "-gzip" : "");
	r.type = file->type;
	r.validators.etag = etag;
	r.varies = file->gzip;
	r.data = r.is_gzip ? file->gzip : file->data;
	r.len = r.is_gzip ? file->gzip_len : file->len;
	representation_answer(&r, exchange, response);
	return true;
}
