#include "http/web.h"

/* web_files[] of struct web_file, and the bytes of page_html[] */
#include <generated/web_files.h>

const struct text web_page = { (const char *)page_html, sizeof(page_html) };

const struct web_file *web_find(struct text path)
{
	for (size_t i = 0; i < sizeof(web_files) / sizeof(web_files[0]); i++)
		if (text_is(path, web_files[i].path))
			return &web_files[i];
	return NULL;
}
