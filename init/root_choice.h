/* Another root than the options say: somebody chooses it while the boot looks for its root, or when
 * it has failed. The walk then goes back to where it looks. */
#ifndef INIT_ROOT_CHOICE_H
#define INIT_ROOT_CHOICE_H

#include "init/boot.h"

/* Is it sealed what the root is? */
bool root_choice_is_sealed(const struct boot *boot);

/* Does the boot look for a root, or has it failed? */
bool root_choice_fits(const struct boot *boot);

/* Why @value is no form of root=, NULL: it is one. Static storage. */
const char *root_choice_refusal(const struct boot *boot, const char *value);

/* Takes the choice, in place of an earlier one; what waits stops waiting. */
void root_choice_take(struct boot *boot, const char *value);

/* The walk goes back: puts down what was mounted for the root before, and root= is what was chosen. */
void root_choice_begin(struct boot *boot);

#endif
