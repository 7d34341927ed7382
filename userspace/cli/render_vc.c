// SPDX-License-Identifier: GPL-2.0-or-later
/* Links of virtual circuits and their calls as JSON and as text. */
#include <errno.h>
#include <string.h>

#include "station.h"

static const uint8_t nobody[CLDN_NSAP_LEN];

char *text_q850(char *buf, uint32_t cause)
{
	const char *name = cleardown_clearing_name(cause);

	snprintf(buf, SHORT_TEXT, name ? "%u (%s)" : "%u", cause, name);
	return buf;
}

/* 40 digits, or null where it is not known. */
void nsap_to_json(struct json_object *o, const char *key, const uint8_t *nsap)
{
	char text[2 * CLDN_NSAP_LEN + 1];
	size_t i;

	for (i = 0; i < CLDN_NSAP_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", nsap[i]);
	put_text(o, key, memcmp(nsap, nobody, CLDN_NSAP_LEN) ? text : NULL);
}

void call_params_to_json(struct json_object *o, const struct cleardown_call *call)
{
	nsap_to_json(o, "called", call->called);
	nsap_to_json(o, "calling", call->calling);
	put_u64(o, "sap", call->called[CLDN_NSAP_LEN - 1]);
	put_u64(o, "vpi", call->vpi);
	put_u64(o, "vci", call->vci);
	put_u64(o, "fwd_rate", call->fwd_rate);
	put_u64(o, "bwd_rate", call->bwd_rate);
	put_u64(o, "fwd_sdu", call->fwd_sdu);
	put_u64(o, "bwd_sdu", call->bwd_sdu);
}

void call_end_to_json(struct json_object *o, const struct cleardown_call_end *end)
{
	put_u64(o, "cause", end->cause);
	put_text(o, "cause_text", cleardown_clearing_name(end->cause));
	if (end->data_len)
		put_bytes(o, "close_data", (const char *)end->data, end->data_len);
	else
		put_text(o, "close_data", NULL);
}

void vc_payload_to_json(struct json_object *o, const struct cleardown_record *record)
{
	struct cleardown_call_end end;
	struct cleardown_call call;

	put_u64(o, "vc", record->type == CLDN_EV_INCOMING_CALL ? record->req_id : record->handle);
	if (record->type == CLDN_EV_COMPLETION)
		put_u64(o, "req_id", record->req_id);
	if (record->type == CLDN_EV_AF_NOTIFY)
		put_word(o, "cause", cleardown_cause_name(record->p1), record->p1);
	put_word(o, "status", cleardown_status_name(record->status), record->status);
	put_errno(o, "errno", record->error);
	if (cleardown_call_from_record(record, &call) == 0)
		call_params_to_json(o, &call);
	if (cleardown_call_end_from_record(record, &end) == 0)
		call_end_to_json(o, &end);
}

/* ---- show ---- */

static void link_to_json(struct json_object *o, const struct cleardown_vclink_status *s)
{
	json_object_object_add(o, "flags", bits_array(s->flags, cleardown_linkflag_name));
	put_text(o, "side", s->flags & CLDN_VC_LINK_NETWORK ? "network" : "user");
	nsap_to_json(o, "nsap", s->nsap);
	nsap_to_json(o, "peer", s->peer);
	put_u64(o, "vcs", s->vcs);
	put_u64(o, "close_data", s->close_data);
	put_u64(o, "rate", s->rate);
	put_u64(o, "uni", s->uni);
}

static int show_as_json(const struct cleardown_device *device, struct cleardown_vclink *link,
			const struct cleardown_vclink_status *status, enum show_circuits which)
{
	struct json_object *doc = doc_open("show"), *o = NULL;

	device_to_json(doc, device);
	if (status) {
		o = json_object_new_object();
		link_to_json(o, status);
	}
	json_object_object_add(doc, "vc", o);
	if (!o || which == SHOW_NO_CIRCUITS)
		return XC_OK;
	return show_circuits(link, device->name, which == SHOW_STUCK, o);
}

static void show_as_text(const struct cleardown_device *device,
			 const struct cleardown_vclink_status *s, int err)
{
	char text[CLDN_NSAP_TEXT];

	printf("%s (vc)\n", device->name);
	printf("  line          %s\n", device->backend);
	if (!s) {
		printf("  (no more to be seen: %s)\n", errno_cause(err));
		return;
	}
	printf("  link          %s, %s, %s side%s\n", s->flags & CLDN_VC_LINK_UP ? "up" : "down",
	       s->flags & CLDN_VC_LINK_SAAL ? "signalling established" : "no signalling",
	       s->flags & CLDN_VC_LINK_NETWORK ? "network" : "user",
	       s->flags & CLDN_VC_LINK_MULTI ? ", multipoint channels" : "");
	printf("  address       %s\n", cleardown_nsap_to_text(s->nsap, text));
	printf("  peer          %s\n", memcmp(s->peer, nobody, sizeof(nobody)) ?
					       cleardown_nsap_to_text(s->peer, text) :
					       "not known");
	printf("  circuits      %u, of everybody\n", s->vcs);
	if (s->uni)
		printf("  signalling    UNI %u.%u\n", s->uni / 10, s->uni % 10);
	if (s->rate)
		printf("  rate          %u cells/s\n", s->rate);
	if (s->close_data)
		printf("  close data    %u octets at most\n", s->close_data);
	else
		printf("  close data    none\n");
}

enum show_circuits show_which;

const struct option show_options[] = {
	{ "states", no_argument, NULL, OPT_STATES },
	{ "stuck", no_argument, NULL, OPT_STUCK },
	{ 0 },
};

int set_show(int option, const char *argument)
{
	(void)argument;
	if (option == OPT_STUCK)
		show_which = SHOW_STUCK;
	else if (show_which == SHOW_NO_CIRCUITS)
		show_which = SHOW_STATES;
	return XC_OK;
}

int show_vc(const struct cleardown_device *device, enum show_circuits which)
{
	struct cleardown_vclink *link = cleardown_vclink_observe(device->name);
	const struct cleardown_vclink_status *status = link ? cleardown_vclink_get_status(link) :
							      NULL;
	int err = errno, code = XC_OK;

	if (settings.json) {
		code = show_as_json(device, link, status, which);
	} else {
		show_as_text(device, status, err);
		if (status && which != SHOW_NO_CIRCUITS)
			code = show_circuits(link, device->name, which == SHOW_STUCK, NULL);
	}
	cleardown_vclink_free(link);
	return code;
}
