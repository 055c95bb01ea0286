/* The text files of http/web/, inside the program as strings. */
#ifndef HTTP_WEB_H
#define HTTP_WEB_H

extern const char web_index_html[];
extern const char web_style_css[];
extern const char web_status_js[];

#endif
