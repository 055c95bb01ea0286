#include "lib/entropy.h"

#include "lib/klibc.h"

#include <errno.h>
#include <mbedtls/pk.h>
#include <psa/crypto.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>

static int fill(void *out, size_t len, unsigned flags)
{
	uint8_t *p = out;

	while (len) {
		ssize_t n = getrandom(p, len, flags);

		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int entropy_fill(void *out, size_t len)
{
	return fill(out, len, GRND_NONBLOCK);
}

static void wake_up(int signal)
{
	(void)signal; /* that it came is enough: getrandom() ends with EINTR */
}

static void set_alarm(unsigned limit_s)
{
	/* again every second, in case that the first comes before the call */
	struct itimerval timer = { .it_value.tv_sec = limit_s,
				   .it_interval.tv_sec = limit_s ? 1 : 0 };

	(void)setitimer(ITIMER_REAL, &timer, NULL); /* of a valid clock and time */
}

int entropy_wait(unsigned limit_s)
{
	struct sigaction action = { .sa_handler = wake_up }, old;
	uint8_t byte;
	int err = entropy_fill(&byte, sizeof(byte));

	if (err != -EAGAIN)
		return err;
	if (sigaction(SIGALRM, &action, &old))
		return -errno;
	set_alarm(limit_s);
	err = fill(&byte, sizeof(byte), 0);
	set_alarm(0);
	(void)sigaction(SIGALRM, &old, NULL); /* it was so before */
	return err == -EINTR ? -EAGAIN : err;
}

/* What mbedTLS calls (MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG). */
psa_status_t
mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
				uint8_t *out, size_t size, size_t *len);
psa_status_t
mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
				uint8_t *out, size_t size, size_t *len)
{
	(void)context;
	*len = size;
	return entropy_fill(out, size) ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
}

/* Stands for what is called with a private key only: kconfig/mbedtls.mk. */
int mbedtls_refused(void);
int mbedtls_refused(void)
{
	return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}
