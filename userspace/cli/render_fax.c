// SPDX-License-Identifier: GPL-2.0-or-later
/* Fax lines and jobs: what their documents and tables have in common. */
#include <inttypes.h>

#include <libsmartcols.h>

#include "cli.h"

void table_or(struct libscols_table *table, const char *nothing)
{
	if (!scols_table_is_empty(table)) {
		table_print(table);
		return;
	}
	scols_unref_table(table);
	puts(nothing);
}

/* 64 bits: more than the numbers of many a reader of JSON have. */
struct json_object *json_job(uint64_t job)
{
	char text[SHORT_TEXT];

	snprintf(text, sizeof(text), "%" PRIu64, job);
	return job ? json_object_new_string(text) : NULL;
}

void put_job(struct json_object *o, const char *key, uint64_t job)
{
	json_object_object_add(o, key, json_job(job));
}

void faxport_to_json(struct json_object *o, const struct cleardown_faxport_status *port)
{
	put_text(o, "line", port->name);
	put_text(o, "status", cleardown_fps_name(port->fps));
	put_u64(o, "provider_pid", port->provider_pid);
	put_job(o, "job", port->job);
	put_bool(o, "send", port->flags & CLDN_FAXPORT_SEND);
	put_bool(o, "receive", port->flags & CLDN_FAXPORT_RECEIVE);
	put_u64(o, "rings", port->rings);
	put_u64(o, "priority", port->priority);
	put_text(o, "tsid", port->tsid);
	put_text(o, "csid", port->csid);
}

const char *faxport_uses(const struct cleardown_faxport_status *port)
{
	static const char *const texts[] = { "off", "sends", "receives", "sends, receives" };

	return texts[port->flags & (CLDN_FAXPORT_SEND | CLDN_FAXPORT_RECEIVE)];
}
