# mbedTLS, from Debian's source package (scripts/mbedtls). Hardly anybody knows that it is there: the
# files of $(mbedtls-users) see its headers. On the host one build without sanitizers serves the
# tool, the tests and the fuzzers.

mbedtls := $(CACHE)/mbedtls
mbedtls-users := $(addprefix lib/,ca_bundle.o entropy.o pem.o sha256.o signature.o tls_client.o \
	tls_identity.o tls_identity_check.o tls_mbedtls.o tls_pins.o tls_server.o tls_trust.o x509_text.o) \
	initramfs/self_signed.o
mbedtls-names := aes aesni asn1parse asn1write base64 bignum bignum_core chacha20 chachapoly \
	cipher cipher_wrap constant_time ecdh ecdsa ecp ecp_curves gcm hkdf md oid pem pk pk_ecc \
	pk_wrap pkparse platform platform_util poly1305 psa_crypto psa_crypto_aead \
	psa_crypto_cipher psa_crypto_client psa_crypto_driver_wrappers_no_static psa_crypto_ecp \
	psa_crypto_hash psa_crypto_mac psa_crypto_rsa psa_crypto_slot_management psa_util rsa \
	rsa_alt_helpers sha256 sha512 ssl_ciphersuites ssl_client ssl_msg ssl_tls \
	ssl_tls12_client ssl_tls12_server ssl_tls13_client ssl_tls13_server ssl_tls13_generic ssl_tls13_keys x509 x509_crt
mbedtls-names-host := pkwrite x509_create x509write x509write_crt

# Which sides of TLS there are; on the host both, and certificates are made. What a server sends at once, its certificates among
# it, must fit into one buffer.
mbedtls-define = $(addprefix -DMBEDTLS_,$(1))
mbedtls-client := $(call mbedtls-define,SSL_CLI_C SSL_SERVER_NAME_INDICATION PEM_PARSE_C)
mbedtls-server := $(call mbedtls-define,SSL_SRV_C SSL_ALPN SSL_OUT_CONTENT_LEN=8192)
mbedtls-sides-host := $(mbedtls-client) $(mbedtls-server) \
	$(call mbedtls-define,PEM_WRITE_C PK_WRITE_C X509_CREATE_C X509_CRT_WRITE_C)
mbedtls-sides-target = $(if $(CONFIG_TLS_SERVER),$(mbedtls-server),-DMBEDTLS_SSL_OUT_CONTENT_LEN=4096) \
	$(if $(or $(CONFIG_TLS_CLIENT),$(CONFIG_SIGNATURE)),$(mbedtls-client),-DMBEDTLS_SHA256_SMALLER)
# Its warnings are its makers'. Not one program with ours: the linker could not wrap calls any more.
# At -O2 ChaCha20 is twice as fast, for 0.7 KB; the others gain nothing worth their bytes.
mbedtls-flags-chacha20 := -O2
# The processor is asked before its AES instructions are used, which need its vector registers.
mbedtls-aesni-x86_64 := -msse2 -maes -mpclmul -mincoming-stack-boundary=3
mbedtls-flags-aesni-target = $(mbedtls-aesni-$(ARCH))

# What nobody here calls: tables of the library name it, and with it comes more. It ends in
# mbedtls_refused(). RSA neither encrypts nor decrypts, and keys of it come with all their numbers;
# without a server /init never owns a private key, and what signs is left out too.
mbedtls-refused := mbedtls_rsa_deduce_crt mbedtls_rsa_deduce_primes mbedtls_rsa_deduce_private_exponent \
	mbedtls_rsa_pkcs1_decrypt mbedtls_rsa_pkcs1_encrypt
mbedtls-signing := mbedtls_ecdsa_write_signature mbedtls_ecp_check_pub_priv mbedtls_pk_sign \
	mbedtls_pk_sign_ext mbedtls_rsa_check_pub_priv mbedtls_rsa_pkcs1_sign \
	mbedtls_ssl_tls13_write_certificate_verify
mbedtls-refused += $(if $(CONFIG_TLS_SERVER),,$(mbedtls-signing))
mbedtls-link := $(foreach f,$(mbedtls-refused),-Wl,--wrap=$f,--defsym=__wrap_$f=mbedtls_refused)

mbedtls-flags := -I$(mbedtls)/include '-DMBEDTLS_CONFIG_FILE="lib/mbedtls_config.h"'
# $(call use-mbedtls,FLAVOUR)
use-mbedtls = $(if $(filter $(<:.c=.o),$(mbedtls-users)),$(or $(mbedtls-sides-$(1)),$(mbedtls-sides-host)) $(mbedtls-flags))

define mbedtls-flavour
cmd_cc_mbedtls_$(1) = $$(cc-$(1)) $$(flags-$(1)) $$(mbedtls-sides-$(1)) $$(mbedtls-flags) $$(mbedtls-flags-$$(*F)) \
	$$(mbedtls-flags-$$(*F)-$(1)) -fno-lto -w -MMD -MF $$(@:.o=.d) -c $$< -o $$@
tag_cc_mbedtls_$(1) := CC
$(O)/$(1)/mbedtls/%.o: $(mbedtls)/library/%.c FORCE
	$$(call if_changed_dep,cc_mbedtls_$(1),$(2))
$(O)/$(1)/mbedtls.a: $(patsubst %,$(O)/$(1)/mbedtls/%.o,$(mbedtls-names) $(mbedtls-names-$(1))) FORCE
	$$(call if_changed,ar_$(1))
endef
$(eval $(call mbedtls-flavour,target,$(O)))
$(eval $(call mbedtls-flavour,host,$(O)/host))
$(mbedtls-names:%=$(O)/target/mbedtls/%.o): | $(O)/include/config/auto.conf $(target-prepare)
$(patsubst %,$(O)/host/mbedtls/%.o,$(mbedtls-names) $(mbedtls-names-host)): | $(O)/host/include/config/auto.conf
$(foreach f,target host unit fuzz cov,$(mbedtls-users:%=$(O)/$(f)/%)): | mbedtls-source

.PHONY: mbedtls-source
mbedtls-source:
	@scripts/mbedtls $(mbedtls)
# Named one by one, or make would take them for its own to remove.
$(patsubst %,$(mbedtls)/library/%.c,$(mbedtls-names) $(mbedtls-names-host)): | mbedtls-source ;

# Each side of lib/tls.h alone, for qemu-test/test_tls.py and test_https.py: with the libc of /init,
# and with sanitizers.
cmd_link_tls_target = $(TARGET_CC) $(link-flags) $(mbedtls-link) $(arch-link-$(ARCH)) $(libc-start-$(LIBC)) -o $@ \
	$(filter %.o,$^) $(archives) $(libc-end-$(LIBC)) $(LDFLAGS)
tag_link_tls_target := LD
$(O)/target/tls-%: $(O)/target/tests/tls/%.o $(addprefix $(O)/target/,$(filter lib/klibc%,$(objs)) lib.a mbedtls.a) FORCE
	$(call if_changed,link_tls_target)
cmd_link_tls_unit = $(HOSTCC) -fsanitize=address,undefined -o $@ $(filter %.o,$^) $(archives)
tag_link_tls_unit := LD
$(O)/unit/tls-%: $(O)/unit/tests/tls/%.o $(O)/unit/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_tls_unit)

# The HTTP server alone, in a configuration without HTTP_TLS, for bench/serve.py.
$(O)/target/http.a: $(addprefix $(O)/target/,$(filter-out $(mbedtls-users),$(filter http/% lib/%,$(lib-objs)))) FORCE
	$(call if_changed,ar_target)
cmd_link_http_target = $(TARGET_CC) $(link-flags) $(arch-link-$(ARCH)) $(libc-start-$(LIBC)) -o $@ $(filter %.o %.a,$^) \
	$(libc-end-$(LIBC)) $(LDFLAGS)
tag_link_http_target := LD
$(O)/target/http-serve: $(addprefix $(O)/target/,tests/http/serve.o $(filter lib/klibc%,$(objs)) http.a) FORCE
	$(call if_changed,link_http_target)

# The same in a configuration with it, for qemu-test/test_http_attack.py.
$(O)/target/https-serve: $(addprefix $(O)/target/,tests/http/serve.o $(filter lib/klibc%,$(objs)) lib.a mbedtls.a) FORCE
	$(call if_changed,link_tls_target)

# The worker that fetches a root alone, for qemu-test/test_fetch.py.
$(O)/target/netroot-worker: $(addprefix $(O)/target/,tests/netroot/worker.o $(filter lib/klibc%,$(objs)) lib.a mbedtls.a) FORCE
	$(call if_changed,link_tls_target)
$(O)/unit/netroot-worker: $(O)/unit/tests/netroot/worker.o $(O)/unit/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_tls_unit)

# PID 1 with the HTTP worker alone, for qemu-test/test_console.py.
$(O)/unit/http-pid1: $(O)/unit/tests/http/pid1.o $(O)/unit/lib.a $(O)/host/mbedtls.a FORCE
	$(call if_changed,link_tls_unit)
$(O)/unit/tests/tls/client.o $(O)/unit/tests/tls/server.o $(O)/unit/tests/netroot/worker.o $(O)/unit/tests/http/pid1.o: | $(O)/host/include/config/auto.conf
