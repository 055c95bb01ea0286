/* Answers from a folder: only regular files, reached through nothing but folders of it. Links are
 * not followed, wherever they lead. */
#ifndef HTTP_FILES_H
#define HTTP_FILES_H

#include "http/exchange.h"
#include "http/target.h"

struct recent; /* http/recent.h */

struct files {
	int root; /* the folder; nothing is ever looked up by a path from elsewhere */
	struct recent *recent; /* NULL: every file is opened for every answer */
	/* Answers for a folder without index.html, open as @fd; NULL: it is not found. */
	void (*list)(int fd, const struct target *target, struct response *response);
};

/* Answers a GET or HEAD. False: there is no such file, and @response is as it was. */
bool files_answer(const struct files *files, const struct http_exchange *exchange,
		  struct response *response);

#endif
