#include "modules/modprobe.h"

#include "lib/log.h"
#include "lib/str.h"
#include "modules/modplan.h"
#include "modules/modrun.h"

#include <errno.h>

/* Of those that @matches counts. */
static int failures(const struct modload *m)
{
	int count = 0;

	for (unsigned i = 0; i < m->graph.count; i++)
		count += m->nodes[i].asked && m->graph.nodes[i].state == MODGRAPH_FAILED;
	return count;
}

/* The NFS client asks for Kerberos at each try, and is content without. */
static bool is_optional(const char *name)
{
	return IS_ENABLED(CONFIG_NETROOT_NFS) && str_after(name, "rpc-auth-");
}

/* True: one that the name stands for is there now. What failed beside it, such as a soft dependency
 * for other processors, does not count: mount(2) would not look for the file system any more. */
static bool load_any(struct modrun *run, const char *name)
{
	int matches = modplan_any(run->load, name);

	if (matches <= 0)
		log_write(is_optional(name) ? LOG_DEBUG : LOG_INFO,
			  "no module of this image is %s, which the kernel asked for",
			  name);
	modrun_finish(run);
	if (matches > 0)
		matches -= failures(run->load);
	modgraph_reset(&run->load->graph);
	return matches > 0;
}

int modprobe_main(int argc, char **argv, const struct modules_config *config)
{
	static struct modload load; /* zero pages that nobody touches cost nothing */
	struct modrun run = { .load = &load, .processors = 1 };
	bool options = true, all = true;

	log_set_name("modprobe");
	load.quiet = true;
	modload_open(&load, config);
	for (int i = 1; i < argc; i++) {
		if (options && argv[i][0] == '-')
			options = !str_equal(argv[i], "--");
		else
			all &= load_any(&run, argv[i]);
	}
	return all ? 0 : 1;
}
