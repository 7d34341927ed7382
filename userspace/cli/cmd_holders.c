// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * holders: who has the objects and their lines. The kernel tells the owner; observers, and whoever has
 * a line without us, are found among the processes.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <libsmartcols.h>

#include "cli.h"

#define MAX_HOLDERS 32

/* Where holders go. */
struct listing {
	struct json_object *array;	/* or else */
	struct libscols_table *table;
	size_t n;
};

static void holder_out(struct listing *listing, const struct cleardown_device *device,
		       const char *role, const struct holder *holder)
{
	char process[SHORT_TEXT];
	const char *cells[] = { device->name, role, process, device->backend };
	struct json_object *o;

	listing->n++;
	if (listing->table) {
		if (holder->pid)
			text_process(process, holder->pid, holder->comm);
		else
			snprintf(process, sizeof(process), "%s", holder->comm);
		table_row(listing->table, cells, NULL);
		return;
	}
	o = json_object_new_object();
	put_text(o, "object", device->name);
	put_text(o, "role", role);
	json_object_object_add(o, "pid", holder->pid ? json_object_new_int(holder->pid) : NULL);
	put_text(o, "comm", holder->comm);
	put_text(o, "backend", device->backend);
	json_object_array_add(listing->array, o);
}

static void processes_out(struct listing *listing, const struct cleardown_device *device,
			  const char *role, uint64_t rdev)
{
	struct holder all[MAX_HOLDERS];
	size_t n = find_holders(rdev, all, MAX_HOLDERS), i;

	for (i = 0; i < n; i++)
		if (all[i].pid != device->session.owner_pid)
			holder_out(listing, device, role, &all[i]);
}

static void look_at(struct listing *listing, const struct cleardown_device *device)
{
	const struct cleardown_session *s = &device->session;
	struct holder holder = { .pid = s->owner_pid };
	char node[64];
	struct stat st;

	snprintf(holder.comm, sizeof(holder.comm), "%s", s->owner_comm);
	if (holder.pid)
		holder_out(listing, device, "owner", &holder);
	snprintf(node, sizeof(node), "/dev/cleardown/%s", device->name);
	if (stat(node, &st) == 0)
		processes_out(listing, device, "observer", st.st_rdev);
	processes_out(listing, device, "line", device->rdev);
	holder.pid = 0;
	if (parport_driver_of(device->backend, holder.comm, sizeof(holder.comm)))
		holder_out(listing, device, "driver", &holder);
}

static int look_at_all(struct cleardown_ctl *ctl, struct listing *listing)
{
	const struct cleardown_device *next = NULL;
	struct cleardown_device device = { 0 };

	while ((next = cleardown_ctl_next_device(ctl, device.id))) {
		device = *next;
		look_at(listing, &device);
	}
	return errno == ENOENT ? XC_OK : complain_errno(NULL, "list the objects", errno);
}

static int holders(struct cleardown_ctl *ctl, const char *word)
{
	static const struct column columns[] = {
		{ "OBJECT", false },
		{ "ROLE", false },
		{ "HOLDER", false },
		{ "LINE", false },
	};
	struct listing listing = { 0 };
	struct cleardown_device device;
	int code = XC_OK;

	if (word)
		code = find_object(ctl, CLDN_CLASS_ANY, word, &device);
	if (code)
		return code;
	if (settings.json) {
		listing.array = json_object_new_array();
		json_object_object_add(doc_open("holders"), "holders", listing.array);
	} else {
		listing.table = table_new(columns, ARRAY_SIZE(columns));
	}
	if (word)
		look_at(&listing, &device);
	else
		code = look_at_all(ctl, &listing);
	if (listing.table && listing.n)
		scols_print_table(listing.table);
	else if (listing.table)
		puts(word ? "nobody has it" : "nobody has any of them");
	scols_unref_table(listing.table);
	return code;
}

static int run_holders(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc > 1)
		return complain_usage("holders takes one object");
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = holders(ctl, argc ? argv[0] : NULL);
	cleardown_ctl_free(ctl);
	return code;
}

const struct verb verb_holders = {
	.name = "holders",
	.operands = "[OBJ]",
	.summary = "who has an object, or its line",
	.details =
		"owner: has it open for writing; observer: only watches; line: has the line behind our\n"
		"back, so that the object cannot be opened; driver: a kernel driver has the parallel\n"
		"port. Only root sees observers and lines among other users' processes.\n",
	.run = run_holders,
};
