# How things are built. A target is made again when a prerequisite is newer, when its command
# line changed, or when an option that its sources mention changed (scripts/fixdep).

squote := '
quote = '$(subst $(squote),'\'',$(1))'
# cmd_NAME in one short line with tag_NAME or, with V=1, whole.
say = $(if $(V),printf '%s\n' $(call quote,$(cmd_$(1))),printf '  %-7s %s\n' '$(tag_$(1))' '$(@:$(O)/%=%)')

saved-file = $(dir $@).$(notdir $@).cmd
save = printf 'saved_%s := %s\n' '$@' $(call quote,$(cmd_$(1))) >$(saved-file)
changed = $(or $(filter-out FORCE,$?),$(if $(wildcard $@),,missing),$(call differs,$(cmd_$(1)),$(saved_$@)))
differs = $(if $(and $(findstring x$(strip $(1))x,x$(strip $(2))x),$(findstring x$(strip $(2))x,x$(strip $(1))x)),,different)
make-it = set -e; mkdir -p $(@D); $(call say,$(1)); $(cmd_$(1)); $(call save,$(1))

# $(call if_changed,NAME) runs cmd_NAME; if_changed_dep also reads the compiler's dependencies, with
# the options of the folder in its second argument.
if_changed = $(if $(call changed,$(1)),@$(call make-it,$(1)),@:)
if_changed_dep = $(if $(call changed,$(1)),@$(call make-it,$(1)); scripts/fixdep $@ $(@:.o=.d) $(2) >>$(saved-file),@:)

# ---- configuration

conf = cd $(1) && srctree=$(CURDIR) kconfig-conf $(2) $(CURDIR)/Kconfig >/dev/null
kconfigs := Kconfig $(wildcard */Kconfig)
configs := $(patsubst kconfig/configs/%,%,$(wildcard kconfig/configs/*_defconfig))
have-conf = $(if $(shell command -v kconfig-conf),,$(error kconfig-conf is missing: `make deps' installs what is needed))

$(O)/.config:
	@$(MAKE) -f Makefile O=$(O) vm_defconfig

# auto.conf is made by a sub-step of its own so that make reads the new one and starts over.
$(O)/include/config/auto.conf: $(O)/.config $(kconfigs)
	$(have-conf)@mkdir -p $(O)/include/config $(O)/include/generated
	@$(call conf,$(O),--olddefconfig)
	@$(call conf,$(O),--silentoldconfig)
	@touch $@

$(O)/host/include/config/auto.conf: $(kconfigs)
	$(have-conf)@mkdir -p $(O)/host/include/config $(O)/host/include/generated
	@$(call conf,$(O)/host,--allyesconfig)
	@$(call conf,$(O)/host,--silentoldconfig)
	@touch $@

# ---- what is built of what

folders := lib modules mount netcfg netroot http appliance init
objs :=
all-objs :=
host-y :=
LIBC_$(LIBC) := y
define read-folder
obj-y :=
obj- :=
include $(1)/Kbuild
objs += $$(addprefix $(1)/,$$(obj-y))
all-objs += $$(addprefix $(1)/,$$(obj-y) $$(obj-))
endef
$(foreach f,$(folders),$(eval $(call read-folder,$(f))))
include initramfs/Kbuild
host-objs := $(addprefix initramfs/,$(host-y))
# The library of the host: every file of every folder, without main() and what only a libc lacks.
lib-objs := $(filter-out init/main.o lib/klibc%.o,$(all-objs))
tool-lib-objs := $(filter-out initramfs/main.o,$(host-objs))

# When it was made, as far as a second build of the same tree says the same.
epoch := $(or $(SOURCE_DATE_EPOCH),$(shell git -c 'safe.directory=*' log -1 --format=%ct 2>/dev/null),0)
use-epoch = $(if $(filter lib/clock_floor.c,$<),-DCLOCK_FLOOR_S=$(epoch))

target-prepare := $(SYSROOT:%=sysroot-$(ARCH)) $(if $(filter musl,$(LIBC)),$(O)/musl-kernel-headers)
include kconfig/mbedtls.mk

tag_cc := CC
define flavour
cmd_cc_$(1) = $$(cc-$(1)) $$(flags-$(1)) $$(call use-mbedtls,$(1)) $$(use-epoch) -MMD -MF $$(@:.o=.d) -c $$< -o $$@
tag_cc_$(1) := CC
$(O)/$(1)/%.o: %.c FORCE
	$$(call if_changed_dep,cc_$(1),$(if $(filter target,$(1)),$(O),$(O)/host))
cmd_ar_$(1) = rm -f $$@ && ar rcsD $$@ $$(filter %.o,$$^)
tag_ar_$(1) := AR
$(O)/$(1)/lib.a: $(addprefix $(O)/$(1)/,$(lib-objs) $(if $(filter target,$(1)),,$(tool-lib-objs))) FORCE
	$$(call if_changed,ar_$(1))
endef
$(foreach f,target host unit fuzz cov,$(eval $(call flavour,$(f))))

# Generated headers come first; the dependency files take over from the second build on.
$(addprefix $(O)/target/,$(objs)): | $(O)/include/config/auto.conf $(target-prepare)
$(foreach f,host unit fuzz cov,$(addprefix $(O)/$(f)/,$(lib-objs) $(host-objs))): | $(O)/host/include/config/auto.conf

cmd_link_init = $(TARGET_CC) $(link-flags) $(if $(CONFIG_MBEDTLS),$(mbedtls-link)) $(arch-link-$(ARCH)) $(libc-start-$(LIBC)) -o $@ \
	$(filter %.o %.a,$^) $(libc-end-$(LIBC)) $(LDFLAGS)
tag_link_init := LD
$(O)/init.debug: $(addprefix $(O)/target/,$(objs) $(if $(CONFIG_MBEDTLS),mbedtls.a)) FORCE
	$(call if_changed,link_init)

cmd_strip = $(TARGET_STRIP) -s -R .comment -R .note -R .note.gnu.property -o $@ $< && scripts/cut-sections $@
tag_strip := STRIP
$(O)/init: $(O)/init.debug FORCE
	$(call if_changed,strip)

# Each calls the other: lib/entropy.c is called by mbedTLS.
archives = -Wl,--start-group $(filter %.a,$^) -Wl,--end-group
tool-libs = -lelf -ldeflate -lz -lzstd -llz4 -llzma -llzo2 -lbz2 -lpthread
cmd_link_tool = $(HOSTCC) -o $@ $(filter %.o,$^) $(archives) $(tool-libs) $(HOSTLDFLAGS)
tag_link_tool := LD
$(O)/rootling: $(O)/host/initramfs/main.o $(O)/host/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_tool)

# The set of --universal, as a string of C.
cmd_universal = { printf '\043define UNIVERSAL_TEXT %s\n' '\'; sed -e 's/["\\]/\\&/g' -e 's/.*/"&\\n" \\/' $<; echo; } >$@
tag_universal := TEXT
$(O)/host/include/generated/universal.h: initramfs/universal.conf FORCE
	$(call if_changed,universal)
$(foreach f,host unit fuzz cov,$(O)/$(f)/initramfs/universal_text.o): | $(O)/host/include/generated/universal.h

# Our part of --http-console, as strings of C: web_index_html and so on.
cmd_console = { $(foreach f,$(filter http/%,$^),echo 'static const char web_$(subst .,_,$(notdir $f))[] ='; \
	sed -e 's/["\\]/\\&/g' -e 's/.*/"&\\n"/' $f; echo ';';) } >$@
tag_console := TEXT
$(O)/host/include/generated/console.h: $(wildcard http/console/*) FORCE
	$(call if_changed,console)
$(foreach f,host unit fuzz cov,$(O)/$(f)/initramfs/build_console.o): | $(O)/host/include/generated/console.h

# The files of the web page, as arrays of C; the list is part of the command, so that one more or
# less is noticed.
web-files := $(sort $(wildcard http/web/*))
cmd_web = scripts/embed $@ $< $(web-files)
tag_web := EMBED
$(O)/include/generated/web_files.h $(O)/host/include/generated/web_files.h: http/page.html $(web-files) scripts/embed FORCE
	$(call if_changed,web)
$(O)/target/http/web.o: | $(O)/include/generated/web_files.h
$(foreach f,host unit fuzz cov,$(O)/$(f)/http/web.o): | $(O)/host/include/generated/web_files.h

# ---- unit tests and fuzzers: one program a file

unit-tests := $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))
fuzzers := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# A test names the calls it intercepts in a line `/* wrap: mount umount2 */`.
wraps = $(addprefix -Wl$(comma)--wrap=,$(shell sed -n 's,^/\* wrap: \(.*\) \*/$$,\1,p' tests/unit/test_$(notdir $*).c))
comma := ,

cmd_link_unit = $(HOSTCC) -fsanitize=address,undefined -o $@ $(filter %.o,$^) $(archives) $(wraps) \
	-lcmocka $(tool-libs)
tag_link_unit := LD
$(unit-tests:%=$(O)/unit/test_%): $(O)/unit/test_%: $(O)/unit/tests/unit/test_%.o $(O)/unit/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_unit)
cmd_link_mutate = $(HOSTCC) -fsanitize=address,undefined -o $@ $(filter %.o %.a,$^) $(tool-libs)
tag_link_mutate := LD
$(O)/mutate/mutate_fsprobe: $(O)/unit/tests/mutate/mutate_fsprobe.o $(O)/unit/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_mutate)
$(O)/unit/tests/mutate/mutate_fsprobe.o: | $(O)/host/include/config/auto.conf
cmd_link_cov = $(HOSTCC) --coverage -o $@ $(filter %.o,$^) $(archives) $(wraps) -lcmocka $(tool-libs)
tag_link_cov := LD
$(unit-tests:%=$(O)/cov/test_%): $(O)/cov/test_%: $(O)/cov/tests/unit/test_%.o $(O)/cov/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_cov)
cmd_link_fuzz = $(HOSTCLANG) -fsanitize=fuzzer,address,undefined -o $@ $(filter %.o,$^) $(archives) $(tool-libs)
tag_link_fuzz := LD
$(fuzzers:%=$(O)/fuzz/fuzz_%): $(O)/fuzz/fuzz_%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(O)/fuzz/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_fuzz)
$(unit-tests:%=$(O)/unit/tests/unit/test_%.o) $(unit-tests:%=$(O)/cov/tests/unit/test_%.o) \
$(fuzzers:%=$(O)/fuzz/tests/fuzz/fuzz_%.o): | $(O)/host/include/config/auto.conf

$(O)/musl-kernel-headers:
	@mkdir -p $@.new
	@for d in linux asm-generic; do ln -sfn $(abspath $(or $(SYSROOT),/))/usr/include/$$d $@.new/$$d; done
	@ln -sfn $(abspath $(or $(SYSROOT),/))/usr/include/$(TRIPLET_$(ARCH))-gnu/asm $@.new/asm
	@mv -T $@.new $@

FORCE:
# Other output folders may lie below this one: only our own are read.
-include $(wildcard $(O)/.*.cmd) $(shell find $(addprefix $(O)/,target host unit fuzz cov include/generated) -name '.*.cmd' 2>/dev/null)
