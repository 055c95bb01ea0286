# rootling: the entry point. `make help` lists the targets.

SHELL := /bin/sh
MAKEFLAGS += -rR --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

O ?= build
CACHE ?= build
ARCH ?= $(patsubst aarch64,arm64,$(shell uname -m))
LIBC ?= klibc
PREFIX ?= /usr/local
KERNEL_FLAVOUR ?= cloud

# A configuration target and others in one call: one after the other, because what make read of
# the configuration at its start would be old by then.
config-goals := $(filter %config,$(MAKECMDGOALS))
ifneq ($(and $(config-goals),$(filter-out $(config-goals),$(MAKECMDGOALS))),)
.PHONY: $(MAKECMDGOALS) one-by-one
$(MAKECMDGOALS): one-by-one ;
one-by-one:
	@set -e; for goal in $(MAKECMDGOALS); do $(MAKE) $$goal; done
else

# These targets need no configuration, and some must work before kconfig-conf is installed.
bare-goals := help deps deb debs run check bench bench-serve sizes clean distclean kernel lint-text servers xterm kernel-% root-% sysroot-% %config
needs-config := $(filter-out $(bare-goals),$(or $(MAKECMDGOALS),all))

include kconfig/toolchain.mk
ifneq ($(needs-config),)
-include $(O)/include/config/auto.conf
endif
include kconfig/rules.mk

.PHONY: all
all: $(O)/init $(O)/rootling $(O)/initramfs.cpio.gz ## build init, rootling and an image for the cloud kernel

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-zA-Z_%-]+[^=]*:.*## / { sub(/ .*/, "", $$1); printf "  %-18s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Settings: ARCH=x86_64|arm64 LIBC=klibc|musl|glibc O=FOLDER V=1; configurations:"
	@echo "  $(configs)"

# ---- set-up

.PHONY: deps
deps: ## install the Debian packages in scripts/packages
	@scripts/deps

.PHONY: kernel kernel-%
kernel: kernel-cloud kernel-generic ## fetch and unpack Debian's cloud and generic kernels
kernel-%:
	@scripts/kernel $(CACHE)/kernel $* $(ARCH)

# What a Debian machine of the rig gets installed: two kernels, and libraries the tool needs.
.PHONY: debs
debs:
	@CACHE='$(CACHE)' scripts/debs $(CACHE)/debs $(ARCH) meta:linux-image-cloud-$(DEBARCH_$(ARCH)) \
		meta:linux-image-$(DEBARCH_$(ARCH)) linux-base libdeflate0 libelf1 liblz4-1 liblzma5 liblzo2-2

.PHONY: sysroot-%
sysroot-%:
	@scripts/sysroot $(CACHE)/sysroot $*
$(CACHE)/sysroot/%: | sysroot-% ;

# ---- configuration

.PHONY: menuconfig defconfig olddefconfig savedefconfig %_defconfig randconfig allnoconfig allyesconfig
menuconfig: $(O)/.config ## choose what /init can do
	@cd $(O) && srctree=$(CURDIR) kconfig-mconf $(CURDIR)/Kconfig
defconfig: vm_defconfig ## configure the default: vm
%_defconfig: ## configure tiny, vm, network, netboot, recovery, console, appliance or full
	$(have-conf)@test -f kconfig/configs/$@ || { echo "$@: not in kconfig/configs/" >&2; exit 1; }
	@mkdir -p $(O)
	@$(call conf,$(O),--defconfig=$(CURDIR)/kconfig/configs/$@)
	@echo "  CONF    $(O)/.config <- $@"
olddefconfig: $(O)/.config ## bring an old .config up to date
	@$(call conf,$(O),--olddefconfig)
savedefconfig: $(O)/.config ## write the minimal configuration to $(O)/defconfig
	@$(call conf,$(O),--savedefconfig=defconfig)
	@echo "  SAVE    $(O)/defconfig"
randconfig allnoconfig allyesconfig:
	$(have-conf)@mkdir -p $(O)
	@$(call conf,$(O),--$@)

# ---- products

# What the default image loads without asking: a virtio machine with the cloud kernel.
IMAGE_LOAD ?= virtio_pci virtio_blk
IMAGE_FLAGS ?=
cmd_image = $(O)/rootling build -c /dev/null --modules-dir $(firstword $(wildcard $(CACHE)/kernel/$(kernel-name)/lib/modules/*)) \
	--init $(O)/init $(IMAGE_LOAD:%=--load %) $(image-klibc) $(IMAGE_FLAGS) -o $@
# Debian has klibc's programs for the machine that builds.
image-klibc = $(if $(CONFIG_RECOVERY_KLIBC),$(if $(filter $(shell uname -m),$(ARCH:arm64=aarch64)),--add-klibc))
kernel-name = $(KERNEL_FLAVOUR)$(if $(filter-out x86_64,$(ARCH)),-$(ARCH))
tag_image := IMAGE
$(O)/initramfs.cpio.gz: $(O)/init $(O)/rootling FORCE | kernel-$(KERNEL_FLAVOUR)
	$(call if_changed,image)

.PHONY: run
run: deps ## boot into a login shell; ROOT=debian APPEND='…' DISK=… KERNEL=… INITRD=…
	@$(MAKE) $(if $(INITRD),,$(O)/initramfs.cpio.gz) $(if $(KERNEL),,kernel-$(KERNEL_FLAVOUR)) $(if $(DISK),,root-$(or $(ROOT),demo))
	@ARCH='$(ARCH)' CACHE='$(CACHE)' ROOT='$(or $(ROOT),demo)' DISK='$(DISK)' APPEND='$(APPEND)' \
	 KERNEL='$(or $(KERNEL),$(CACHE)/kernel/$(kernel-name)/vmlinuz)' \
	 INITRD='$(or $(INITRD),$(O)/initramfs.cpio.gz)' scripts/run

.PHONY: root-%
root-%:
	@scripts/root $(CACHE)/root $* $(ARCH)

.PHONY: xterm
xterm: ## fetch xterm.js by npm, for rootling build --http-console build/xterm
	@scripts/xterm $(CACHE)/xterm

# What the rig's networks serve with.
.PHONY: servers
servers:
	@scripts/servers $(CACHE)/root/servers $(ARCH)

# Their lists are printed by the tool: options from the table of init/config.c, keys from its own.
list-rootling.cmdline.7 := options --mdoc
list-rootling.conf.5 := options --conf --mdoc
cmd_page = $(O)/rootling $(list-$(@F)) >$@.list && \
	sed -e '/^@[A-Z]*@/ { r $@.list' -e 'd }' $< >$@
tag_page := MAN
made-pages := $(patsubst man/%.in,$(O)/man/%,$(wildcard man/*.in))
$(made-pages): $(O)/man/%: man/%.in $(O)/rootling FORCE
	$(call if_changed,page)
pages = $(wildcard man/*.[1-8]) $(made-pages)

cmd_completion = $(O)/rootling completion bash >$@
tag_completion := BASH
$(O)/rootling.bash: $(O)/rootling FORCE
	$(call if_changed,completion)

.PHONY: install
install: $(O)/init $(O)/rootling $(O)/rootling.bash $(made-pages) ## install under DESTDIR and PREFIX
	install -D -m 0755 $(O)/rootling $(DESTDIR)$(PREFIX)/bin/rootling
	install -D -m 0755 $(O)/init $(DESTDIR)$(PREFIX)/lib/rootling/init
	for p in $(pages); do install -D -m 0644 $$p $(DESTDIR)$(PREFIX)/share/man/man$${p##*.}/$${p##*/}; done
	install -D -m 0644 $(O)/rootling.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/rootling
	install -D -m 0644 packaging/rootling.conf $(DESTDIR)$(PREFIX)/share/doc/rootling/examples/rootling.conf

# A distribution takes `full`: which machine it will be, and whether root= will say where the root
# is, are not known when the package is made. It costs 65 KB more than `vm` in the package.
deb-flags = DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get
.PHONY: deb
deb: ## make the Debian package $(O)/rootling_VERSION_ARCH.deb
	@test '$(ARCH)' = '$(HOST_ARCH)' || { echo "deb: ARCH=$(ARCH): the tool is built for $(HOST_ARCH) only" >&2; exit 1; }
	@$(MAKE) O=$(O)/deb full_defconfig
	@rm -rf $(O)/deb/root
	@$(MAKE) -s O=$(O)/deb DESTDIR=$(O)/deb/root PREFIX=/usr install \
		HOSTCFLAGS="$$($(deb-flags) CFLAGS) $$($(deb-flags) CPPFLAGS) -g0" HOSTLDFLAGS="$$($(deb-flags) LDFLAGS)"
	@scripts/deb $(O)/deb $(O)

.PHONY: size
size: $(O)/init $(O)/rootling ## sizes of the products against their budgets
	@scripts/size $(O) $(LIBC)

# Those that have a budget, all of them before the verdict.
.PHONY: sizes
sizes: ## the same of vm, network, https and netboot, each made for it
	@for c in vm network https netboot; do \
		echo "$$c:"; \
		$(MAKE) -s O=$(O)/size/$$c $${c}_defconfig && $(MAKE) -s O=$(O)/size/$$c size || over=1; \
	done; [ -z "$$over" ]

# ---- proof

.PHONY: check
check: deps ## everything CI runs: lint, unit, fuzz-short, scenarios; K=name picks scenarios
	@set -e; for goal in $(if $(K),,lint unit fuzz-short) qemu; do $(MAKE) $$goal; done

.PHONY: unit
unit: $(unit-tests:%=$(O)/unit/test_%) ## unit tests under ASan and UBSan
	@scripts/each "unit tests" $^

FUZZ_SECONDS ?= 10
.PHONY: fuzz-short fuzz
fuzz-short: $(fuzzers:%=$(O)/fuzz/fuzz_%) ## each fuzzer for 10 s from its corpus
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz $(O)/fuzz-corpus $^
fuzz: ## each fuzzer for 10 minutes
	@$(MAKE) fuzz-short FUZZ_SECONDS=600

MUTATE_COUNT ?= 1000000
MUTATE_SEED ?= 1
.PHONY: mutate
mutate: $(O)/mutate/mutate_fsprobe ## a million damaged superblocks; MUTATE_COUNT=n MUTATE_SEED=n
	@$< $(MUTATE_SEED) $(MUTATE_COUNT) tests/data/fsprobe/*

.PHONY: coverage
coverage: $(unit-tests:%=$(O)/cov/test_%) ## line coverage of the unit tests
	@find $(O)/cov -name '*.gcda' -delete
	@scripts/each "unit tests" $^
	@gcovr -r . --object-directory $(O)/cov -e 'tests/.*' --print-summary -o $(O)/coverage.txt
	@cat $(O)/coverage.txt

.PHONY: lint lint-text
lint: lint-text ## compiler warnings as errors, formats, cppcheck, man pages, layers
	@$(MAKE) O=$(O)/lint WERROR=1 full_defconfig
	@$(MAKE) O=$(O)/lint WERROR=1 $(O)/lint/init $(made-pages:$(O)/%=$(O)/lint/%)
	@mandoc -Tlint -Wwarning $(made-pages:$(O)/%=$(O)/lint/%)
lint-text:
	@scripts/lint

.PHONY: qemu
qemu: $(O)/rootling ## the QEMU scenarios alone; K=name picks
	@O='$(abspath $(O))' CACHE='$(abspath $(CACHE))' $(PYTHON) -m pytest -q -n $$(($(shell nproc) + 1)) --dist loadfile \
	 qemu-test $(if $(K),-k '$(K)') $(PYTEST_FLAGS)

bench-env = O='$(abspath $(O)/vm)' CACHE='$(abspath $(CACHE))'
.PHONY: bench bench-serve
bench: deps kernel ## boots, builds and file servers compared with others: instructions, seconds, sizes
	@$(MAKE) O=$(O)/vm vm_defconfig
	@$(MAKE) O=$(O)/vm $(O)/vm/init $(O)/vm/rootling
	@status=0; $(bench-env) $(PYTHON) bench/bench.py || status=1; $(MAKE) bench-serve || status=1; exit $$status
bench-serve: deps
	@$(MAKE) O=$(O)/vm vm_defconfig
	@$(MAKE) O=$(O)/vm $(O)/vm/rootling $(O)/vm/target/http-serve
	@$(bench-env) $(PYTHON) bench/serve.py

.PHONY: check-kernel
check-kernel: $(O)/include/config/auto.conf ## which options a kernel lacks: KCONFIG_FILE=/boot/config-…
	@scripts/check-kernel $(O)/.config '$(KCONFIG_FILE)' kconfig/kernel

.PHONY: clean distclean
clean: ## remove what was compiled; kernels and roots stay
	@rm -rf $(filter-out $(addprefix $(CACHE)/,apt debs kernel mbedtls root sysroot xterm) $(wildcard $(CACHE)/peers-*),$(wildcard $(O)/* $(O)/.[a-z]*))
distclean: ## remove everything that was made
	@rm -rf $(O) $(CACHE)

endif
