/* Debug data in ELF files. */
#ifndef INITRAMFS_ELF_STRIP_H
#define INITRAMFS_ELF_STRIP_H

#include "initramfs/mem.h"

/* Cuts the debug sections out of the program, library or kernel module in @file, of any machine.
 * What is left keeps its numbers and what is loaded its place: the sections stay in the table,
 * empty. A module with a signature behind it, which covers every byte, stays as it is. Pure. 0, also
 * when there was nothing to cut; -ENOEXEC: not an ELF file, or its parts
 * overlap, and @file is as it was. */
int elf_strip_debug(struct bytes *file);

#endif
