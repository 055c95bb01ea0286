/* Included before every source file by the build: the options of this configuration.
 *
 * IS_ENABLED(CONFIG_X) is 1 or 0 and may stand in an `if` or an initialiser, so code for
 * an option that is off is still compiled and type-checked. Options gate files first
 * (Kbuild), branches second; `#ifdef CONFIG_` stands nowhere else. */
#ifndef LIB_KCONFIG_H
#define LIB_KCONFIG_H

#include <generated/autoconf.h>

/* CONFIG_X is defined as 1 or not at all: pasting it onto ENABLED_PAIR_ yields an extra
 * argument only for 1, which shifts the 1 into second place. */
#define ENABLED_PAIR_1			     0,
#define ENABLED_SECOND(ignored, second, ...) second
#define ENABLED_TEST_(pair)		     ENABLED_SECOND(pair 1, 0)
#define ENABLED_TEST(value)		     ENABLED_TEST_(ENABLED_PAIR_##value)
#define IS_ENABLED(option)		     ENABLED_TEST(option)

#endif
