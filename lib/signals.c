#include "lib/signals.h"

#include <signal.h>
#include <stddef.h>

#define FIRST_REALTIME 32 /* nobody here touches those */

void signals_default(void)
{
	sigset_t none;

	for (int s = 1; s < FIRST_REALTIME; s++)
		(void)signal(s, SIG_DFL); /* KILL and STOP refuse, rightly */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}
