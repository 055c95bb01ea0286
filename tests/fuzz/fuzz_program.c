/* Any bytes as the start of a program: what it names ends inside its field. */
#include "mount/program.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program program;

	if (!program_parse(data, size, &program) &&
	    !memchr(program.interpreter, 0, sizeof(program.interpreter)))
		abort();
	return 0;
}
