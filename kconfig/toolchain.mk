# Compilers and flags: $(ARCH) x $(LIBC) for the target, the machine's own for the host tool,
# sanitizers for unit tests and fuzzers.

CROSS_x86_64 :=
CROSS_arm64 := aarch64-linux-gnu-
DEBARCH_x86_64 := amd64
DEBARCH_arm64 := arm64
TRIPLET_x86_64 := x86_64-linux
TRIPLET_arm64 := aarch64-linux

ifeq ($(DEBARCH_$(ARCH)),)
$(error ARCH=$(ARCH): known are x86_64 and arm64)
endif
ifeq ($(filter klibc musl glibc,$(LIBC)),)
$(error LIBC=$(LIBC): known are klibc, musl and glibc)
endif

CROSS_COMPILE ?= $(CROSS_$(ARCH))
TARGET_CC ?= $(CROSS_COMPILE)gcc
TARGET_STRIP ?= $(CROSS_COMPILE)strip
HOSTCC ?= gcc
HOST_ARCH := $(patsubst aarch64,arm64,$(shell uname -m))
PYTHON ?= /usr/bin/python3
HOSTCLANG ?= clang

# Headers and libraries of another architecture are unpacked, not installed: scripts/sysroot.
SYSROOT := $(if $(filter-out $(HOST_ARCH),$(ARCH)),$(CACHE)/sysroot/$(ARCH))

warn-flags := -Wall -Wextra -Wno-missing-field-initializers -Wmissing-prototypes -Wvla \
	-Wstrict-prototypes $(if $(WERROR),-Werror)
common-flags := -std=gnu11 -D_GNU_SOURCE -I. $(warn-flags)
size-flags := -Oz -fno-pie -fno-asynchronous-unwind-tables -fno-stack-protector \
	-fwrapv -fno-strict-aliasing -ffunction-sections -fdata-sections -fcommon
# What makes code longer, or less like its neighbour for gzip.
size-flags += -fno-schedule-insns2 -fno-caller-saves -fno-tree-loop-im \
	-fno-move-loop-invariants -fno-if-conversion -fno-tree-tail-merge \
	-fno-jump-tables -fno-partial-inlining -fno-code-hoisting -fno-forward-propagate
# Our code as one program, in one partition: the outcome must not depend on the machine.
LTO ?= -flto -flto-partition=one
size-flags += $(LTO)
# Data follow code in the file without a page of padding: the page they share is mapped twice.
link-flags := -static -no-pie -Wl,--gc-sections -Wl,-z,noseparate-code -Wl,-z,norelro \
	-Wl,-z,noexecstack -Wl,-z,common-page-size=64 -Wl,--build-id=none \
	-Wl,--sort-section=alignment $(LTO)

# klibc: crt0, libc.a and its headers (facts of the package: /usr/lib/klibc).
klibc := $(SYSROOT)/usr/lib/klibc
libc-flags-klibc = -nostdinc -isystem $(shell $(TARGET_CC) -print-file-name=include) \
	-isystem $(klibc)/include/arch/$(ARCH) -isystem $(klibc)/include/bits64 \
	-isystem $(klibc)/include -D__KLIBC__=2 -D__KLIBC_MINOR__=0 -D_BITSIZE=64
# Like klibc itself without vector registers, and so without the stack alignment for them.
small-x86_64 := -mno-sse -mpreferred-stack-boundary=3 -malign-data=abi
small-arm64 := -mgeneral-regs-only
libc-flags-klibc += $(small-$(ARCH))
libc-start-klibc = -nostdlib $(klibc)/lib/crt0.o
libc-end-klibc = $(klibc)/lib/libc.a -lgcc

# musl: by its own folders; kernel headers come through links, so that no glibc header shows.
musl := $(SYSROOT)/usr/lib/$(TRIPLET_$(ARCH))-musl
libc-flags-musl = -nostdinc -isystem $(SYSROOT)/usr/include/$(TRIPLET_$(ARCH))-musl \
	-isystem $(shell $(TARGET_CC) -print-file-name=include) -isystem $(O)/musl-kernel-headers
libc-start-musl = -nostdlib $(musl)/crt1.o $(musl)/crti.o
libc-end-musl = $(musl)/libc.a -lgcc $(musl)/crtn.o

libc-flags-glibc :=
libc-start-glibc :=
libc-end-glibc :=

arch-link-arm64 := -Wl,-z,max-page-size=65536

# The target takes its options from $(O); everything on the host has every option on.
flags-target = $(common-flags) $(size-flags) $(libc-flags-$(LIBC)) \
	-I$(O)/include -include lib/kconfig.h $(CFLAGS)
flags-host = $(common-flags) -O2 -g -I$(O)/host/include -include lib/kconfig.h $(HOSTCFLAGS)
flags-unit = $(common-flags) -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -I$(O)/host/include -include lib/kconfig.h
flags-fuzz = $(common-flags) -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -I$(O)/host/include -include lib/kconfig.h
flags-cov = $(common-flags) -O0 -g --coverage -I$(O)/host/include -include lib/kconfig.h

cc-target = $(TARGET_CC)
cc-host = $(HOSTCC)
cc-unit = $(HOSTCC)
cc-fuzz = $(HOSTCLANG)
cc-cov = $(HOSTCC)
