#include "http/web.h"

/* The assembler reads the file from the top of the tree; http/Kbuild names it to make. */
#define EMBED(symbol, path)                                \
	__asm__(".pushsection .rodata." #symbol ",\"a\"\n" \
		".global " #symbol "\n" #symbol ":\n"      \
		".incbin \"" path "\"\n"                   \
		".byte 0\n"                                \
		".popsection")

EMBED(web_index_html, "http/web/index.html");
EMBED(web_style_css, "http/web/style.css");
EMBED(web_status_js, "http/web/status.js");
