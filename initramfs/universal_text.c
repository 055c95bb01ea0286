#include "initramfs/universal.h"

#include <generated/universal.h>

const char universal_text[] = UNIVERSAL_TEXT;
