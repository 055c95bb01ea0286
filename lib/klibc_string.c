/* What klibc has larger than it need be here, 4 KB together. Compiled only with LIBC=klibc. */
#include "lib/buf.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* The texts of glibc, by which people search. klibc has others, 134 of them, for streams and XENIX
 * too, with a pointer for each; what no call of ours returns is missing here. */
#define ERRORS(X)                                                      \
	X(EPERM, "Operation not permitted")                            \
	X(ENOENT, "No such file or directory")                         \
	X(ESRCH, "No such process")                                    \
	X(EINTR, "Interrupted system call")                            \
	X(EIO, "Input/output error")                                   \
	X(ENXIO, "No such device or address")                          \
	X(E2BIG, "Argument list too long")                             \
	X(ENOEXEC, "Exec format error")                                \
	X(EBADF, "Bad file descriptor")                                \
	X(ECHILD, "No child processes")                                \
	X(EAGAIN, "Resource temporarily unavailable")                  \
	X(ENOMEM, "Cannot allocate memory")                            \
	X(EACCES, "Permission denied")                                 \
	X(EFAULT, "Bad address")                                       \
	X(ENOTBLK, "Block device required")                            \
	X(EBUSY, "Device or resource busy")                            \
	X(EEXIST, "File exists")                                       \
	X(EXDEV, "Invalid cross-device link")                          \
	X(ENODEV, "No such device")                                    \
	X(ENOTDIR, "Not a directory")                                  \
	X(EISDIR, "Is a directory")                                    \
	X(EINVAL, "Invalid argument")                                  \
	X(ENFILE, "Too many open files in system")                     \
	X(EMFILE, "Too many open files")                               \
	X(ENOTTY, "Inappropriate ioctl for device")                    \
	X(ETXTBSY, "Text file busy")                                   \
	X(EFBIG, "File too large")                                     \
	X(ENOSPC, "No space left on device")                           \
	X(ESPIPE, "Illegal seek")                                      \
	X(EROFS, "Read-only file system")                              \
	X(EMLINK, "Too many links")                                    \
	X(EPIPE, "Broken pipe")                                        \
	X(ERANGE, "Numerical result out of range")                     \
	X(EDEADLK, "Resource deadlock avoided")                        \
	X(ENAMETOOLONG, "File name too long")                          \
	X(ENOSYS, "Function not implemented")                          \
	X(ENOTEMPTY, "Directory not empty")                            \
	X(ELOOP, "Too many levels of symbolic links")                  \
	X(ENODATA, "No data available")                                \
	X(ETIME, "Timer expired")                                      \
	X(ENOPKG, "Package not installed")                             \
	X(EPROTO, "Protocol error")                                    \
	X(EBADMSG, "Bad message")                                      \
	X(EOVERFLOW, "Value too large for defined data type")          \
	X(ELIBBAD, "Accessing a corrupted shared library")             \
	X(EILSEQ, "Invalid or incomplete multibyte or wide character") \
	X(EMSGSIZE, "Message too long")                                \
	X(EPROTONOSUPPORT, "Protocol not supported")                   \
	X(EOPNOTSUPP, "Operation not supported")                       \
	X(EAFNOSUPPORT, "Address family not supported by protocol")    \
	X(EADDRINUSE, "Address already in use")                        \
	X(EADDRNOTAVAIL, "Cannot assign requested address")            \
	X(ENETDOWN, "Network is down")                                 \
	X(ENETUNREACH, "Network is unreachable")                       \
	X(ECONNABORTED, "Software caused connection abort")            \
	X(ECONNRESET, "Connection reset by peer")                      \
	X(ENOBUFS, "No buffer space available")                        \
	X(ENOTCONN, "Transport endpoint is not connected")             \
	X(ETIMEDOUT, "Connection timed out")                           \
	X(ECONNREFUSED, "Connection refused")                          \
	X(EHOSTDOWN, "Host is down")                                   \
	X(EHOSTUNREACH, "No route to host")                            \
	X(EALREADY, "Operation already in progress")                   \
	X(EINPROGRESS, "Operation now in progress")                    \
	X(EUCLEAN, "Structure needs cleaning")                         \
	X(EREMOTEIO, "Remote I/O error")                               \
	X(ENOMEDIUM, "No medium found")                                \
	X(EMEDIUMTYPE, "Wrong medium type")                            \
	X(ECANCELED, "Operation canceled")                             \
	X(ENOKEY, "Required key not available")                        \
	X(EKEYEXPIRED, "Key has expired")                              \
	X(EKEYREVOKED, "Key has been revoked")                         \
	X(EKEYREJECTED, "Key was rejected by service")

#define NUMBER(number, text) number,
#define TEXT(number, text)   text "\0"

static const uint8_t numbers[] = { ERRORS(NUMBER) };
static const char texts[] = ERRORS(TEXT);

char *strerror(int err)
{
	static char unknown[16]; /* as everywhere: until the next call */
	const char *text = texts;

	for (size_t i = 0; i < sizeof(numbers); i++, text += strlen(text) + 1)
		if (numbers[i] == err)
			return (char *)text;
	FORMAT(unknown, "error %d", err);
	return unknown;
}

char *strstr(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text || !len; text++)
		if (strncmp(text, part, len) == 0)
			return (char *)text;
	return NULL;
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : (unsigned char)c;
}

/* klibc's own asks a table of 257 bytes. */
int strncasecmp(const char *a, const char *b, size_t len)
{
	for (; len; a++, b++, len--)
		if (!*a || lower(*a) != lower(*b))
			return lower(*a) - lower(*b);
	return 0;
}

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, strlen(a) + 1);
}
