// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of the information elements. A get function sets in->bad when the contents break a rule
 * of the element, reading on is harmless then; msg.c takes the element for absent. A put function
 * sets out->bad when a value has no place on the wire.
 */
#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <string.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1UL << (n))
#endif
#include "ie.h"

/* Set in the last octet of a group. */
#define EXT 0x80

static u8 get8(struct cldn_q2931_in *in)
{
	if (!in->left) {
		in->bad = true;
		return 0;
	}
	in->left--;
	return *in->at++;
}

static u16 get16(struct cldn_q2931_in *in)
{
	u16 high = get8(in);

	return high << 8 | get8(in);
}

static u32 get24(struct cldn_q2931_in *in)
{
	u32 high = get8(in);

	return high << 16 | get16(in);
}

/* All that is left, from @min to @max octets. Return: how many, 0 when that is not so. */
static u8 get_rest(struct cldn_q2931_in *in, u8 *to, size_t min, size_t max)
{
	size_t n = in->left;

	if (n < min || n > max) {
		in->bad = true;
		return 0;
	}
	memcpy(to, in->at, n);
	in->at += n;
	in->left = 0;
	return n;
}

static void must(struct cldn_q2931_in *in, bool good)
{
	in->bad |= !good;
}

void cldn_q2931_put8(struct cldn_q2931_out *out, u8 value)
{
	if (out->len < out->size)
		out->buf[out->len] = value;
	out->len++;
}

void cldn_q2931_put16(struct cldn_q2931_out *out, u16 value)
{
	cldn_q2931_put8(out, value >> 8);
	cldn_q2931_put8(out, value & 0xff);
}

void cldn_q2931_put24(struct cldn_q2931_out *out, u32 value)
{
	cldn_q2931_put8(out, (value >> 16) & 0xff);
	cldn_q2931_put16(out, value & 0xffff);
}

/* @len octets, which must be from @min to @max. */
static void put_octets(struct cldn_q2931_out *out, const u8 *from, size_t len, size_t min,
		       size_t max)
{
	size_t i;

	if (len < min || len > max) {
		out->bad = true;
		return;
	}
	for (i = 0; i < len; i++)
		cldn_q2931_put8(out, from[i]);
}

/* One octet: @value, at most @max, below the bits of @high. */
static void put_field(struct cldn_q2931_out *out, u8 high, u8 value, u8 max)
{
	out->bad |= value > max;
	cldn_q2931_put8(out, high | value);
}

/* ---- AAL parameters ---- */

#define AAL_FWD_SDU 0x8c
#define AAL_BWD_SDU 0x81
#define AAL_MODE 0x83 /* UNI 3.0 had it; read over */
#define AAL_SSCS 0x84

static void get_aal5(struct cldn_q2931_in *in, struct cldn_q2931_aal *aal)
{
	switch (get8(in)) {
	case AAL_FWD_SDU:
		must(in, !aal->has_fwd);
		aal->has_fwd = true;
		aal->fwd_sdu = get16(in);
		break;
	case AAL_BWD_SDU:
		must(in, !aal->has_bwd);
		aal->has_bwd = true;
		aal->bwd_sdu = get16(in);
		break;
	case AAL_MODE:
		get8(in);
		break;
	case AAL_SSCS:
		must(in, !aal->has_sscs);
		aal->has_sscs = true;
		aal->sscs = get8(in);
		break;
	default:
		in->bad = true;
	}
}

static void get_aal(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_aal *aal = &msg->aal;

	aal->type = get8(in);
	if (aal->type != CLDN_Q2931_AAL5)
		in->left = 0;
	while (in->left && !in->bad)
		get_aal5(in, aal);
}

static void put_aal(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_aal *aal = &msg->aal;

	out->bad |= aal->type != CLDN_Q2931_AAL5;
	cldn_q2931_put8(out, aal->type);
	if (aal->has_fwd) {
		cldn_q2931_put8(out, AAL_FWD_SDU);
		cldn_q2931_put16(out, aal->fwd_sdu);
	}
	if (aal->has_bwd) {
		cldn_q2931_put8(out, AAL_BWD_SDU);
		cldn_q2931_put16(out, aal->bwd_sdu);
	}
	if (aal->has_sscs) {
		cldn_q2931_put8(out, AAL_SSCS);
		cldn_q2931_put8(out, aal->sscs);
	}
}

/* ---- traffic descriptor ---- */

#define TRAFFIC_BEST_EFFORT 0xbe
#define TRAFFIC_OPTIONS 0xbf

/* By enum cldn_q2931_rate. */
static const u8 traffic_ids[CLDN_Q2931_NRATES] = {
	0x82, 0x83, 0x84, 0x85, 0x88, 0x89, 0x90, 0x91, 0x92, 0x93, 0xa0, 0xa1, 0xb0, 0xb1,
};

static void get_rate(struct cldn_q2931_in *in, struct cldn_q2931_traffic *traffic, u8 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(traffic_ids); i++) {
		if (traffic_ids[i] != id)
			continue;
		must(in, !(traffic->have & BIT(i)));
		traffic->have |= BIT(i);
		traffic->value[i] = get24(in);
		return;
	}
	in->bad = true;
}

static void get_traffic(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_traffic *traffic = &msg->traffic;

	must(in, in->left);
	while (in->left && !in->bad) {
		u8 id = get8(in);

		if (id == TRAFFIC_BEST_EFFORT) {
			traffic->best_effort = true;
		} else if (id == TRAFFIC_OPTIONS) {
			traffic->has_options = true;
			traffic->options = get8(in);
		} else {
			get_rate(in, traffic, id);
		}
	}
}

static void put_traffic(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_traffic *traffic = &msg->traffic;
	size_t i;

	out->bad |= !traffic->have || traffic->have >= BIT(CLDN_Q2931_NRATES);
	for (i = 0; i < ARRAY_SIZE(traffic_ids); i++) {
		if (!(traffic->have & BIT(i)))
			continue;
		out->bad |= traffic->value[i] > 0xffffff;
		cldn_q2931_put8(out, traffic_ids[i]);
		cldn_q2931_put24(out, traffic->value[i]);
	}
	if (traffic->best_effort)
		cldn_q2931_put8(out, TRAFFIC_BEST_EFFORT);
	if (traffic->has_options) {
		cldn_q2931_put8(out, TRAFFIC_OPTIONS);
		cldn_q2931_put8(out, traffic->options);
	}
}

/* ---- what the called side must understand ---- */

static void get_bearer(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_bearer *bearer = &msg->bearer;
	u8 octet = get8(in);

	bearer->class = octet & 0x1f;
	bearer->has_capability = !(octet & EXT);
	if (bearer->has_capability) {
		octet = get8(in);
		must(in, octet & EXT);
		bearer->capability = octet & 0x7f;
	}
	octet = get8(in);
	bearer->clipping = octet >> 5 & 3;
	bearer->multipoint = octet & 3;
	must(in, (octet & EXT) && bearer->clipping <= 1 && bearer->multipoint <= 1);
}

static void put_bearer(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_bearer *bearer = &msg->bearer;

	put_field(out, bearer->has_capability ? 0 : EXT, bearer->class, 0x1f);
	if (bearer->has_capability)
		put_field(out, EXT, bearer->capability, 0x7f);
	out->bad |= bearer->clipping > 1;
	put_field(out, EXT | bearer->clipping << 5, bearer->multipoint, 1);
}

static void get_bhli(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	u8 octet = get8(in);

	must(in, octet & EXT);
	msg->bhli.type = octet & 0x7f;
	msg->bhli.len = get_rest(in, msg->bhli.info, 0, CLDN_Q2931_BHLI_MAX);
}

static void put_bhli(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_field(out, EXT, msg->bhli.type, 0x7f);
	put_octets(out, msg->bhli.info, msg->bhli.len, 0, CLDN_Q2931_BHLI_MAX);
}

#define BLLI_LAYER(octet) ((octet) >> 5 & 3)
#define BLLI_SNAP 5 /* organisation and protocol behind the octet that announces them */
#define BLLI_L3_TR9577 11

/* The octets that belong to a layer: up to the one that has the extension bit. */
static u8 get_layer(struct cldn_q2931_in *in)
{
	u8 first = get8(in), octet = first;

	while (!(octet & EXT) && !in->bad)
		octet = get8(in);
	return first;
}

/* Layers come in their order, each at most once; SNAP only behind a layer 3 that is TR 9577. */
static void read_layers(struct cldn_q2931_in *in, struct cldn_q2931_blli *blli)
{
	u8 *const protocol[] = { NULL, &blli->l1, &blli->l2, &blli->l3 };
	u8 layer, last = 0;

	while (in->left && !in->bad) {
		layer = BLLI_LAYER(*in->at);
		if (layer) {
			must(in, layer > last);
			*protocol[layer] = get_layer(in) & 0x1f;
			last = layer;
			continue;
		}
		must(in, blli->l3 == BLLI_L3_TR9577 && in->left == 1 + BLLI_SNAP);
		in->left = 0;
	}
}

static void get_blli(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_in layers = *in;
	struct cldn_q2931_blli *blli = &msg->blli;

	blli->len = get_rest(in, blli->octets, 1, CLDN_Q2931_BLLI_MAX);
	if (in->bad)
		return;
	read_layers(&layers, blli);
	must(in, !layers.bad);
}

static void put_blli(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_in layers = { .at = msg->blli.octets, .left = msg->blli.len };
	struct cldn_q2931_blli answer = { .len = 0 };

	put_octets(out, msg->blli.octets, msg->blli.len, 1, CLDN_Q2931_BLLI_MAX);
	if (out->bad)
		return;
	read_layers(&layers, &answer);
	out->bad |= layers.bad;
}

static void get_qos(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->qos.fwd = get8(in);
	msg->qos.bwd = get8(in);
}

static void put_qos(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	cldn_q2931_put8(out, msg->qos.fwd);
	cldn_q2931_put8(out, msg->qos.bwd);
}

/* ---- numbers ---- */

#define E164_MAX 15

static bool number_valid(const struct cldn_q2931_number *number, bool may_be_absent)
{
	size_t i;

	if (!number->len)
		return may_be_absent;
	if (number->plan == CLDN_Q2931_PLAN_NSAP)
		return number->len == CLDN_Q2931_NSAP;
	if (number->plan != CLDN_Q2931_PLAN_E164 || number->len > E164_MAX)
		return false;
	for (i = 0; i < number->len; i++)
		if (number->digits[i] < '0' || number->digits[i] > '9')
			return false;
	return true;
}

static void get_called(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_number *number = &msg->called;
	u8 octet = get8(in);

	must(in, octet & EXT);
	number->type = octet >> 4 & 7;
	number->plan = octet & 0xf;
	number->len = get_rest(in, number->digits, 1, CLDN_Q2931_NSAP);
	must(in, number_valid(number, false));
}

static void put_called(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_number *number = &msg->called;

	out->bad |= number->type > 7 || !number_valid(number, false);
	put_field(out, EXT | number->type << 4, number->plan, 0xf);
	put_octets(out, number->digits, number->len, 1, CLDN_Q2931_NSAP);
}

static void get_calling(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_number *number = &msg->calling;
	u8 octet = get8(in);

	number->type = octet >> 4 & 7;
	number->plan = octet & 0xf;
	if (!(octet & EXT)) {
		octet = get8(in);
		must(in, octet & EXT);
		number->presentation = octet >> 5 & 3;
		number->screening = octet & 3;
	}
	number->len = get_rest(in, number->digits, 0, CLDN_Q2931_NSAP);
	must(in, number_valid(number, number->presentation));
}

static void put_calling(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_number *number = &msg->calling;
	bool more = number->presentation || number->screening;

	out->bad |= number->type > 7 || number->presentation > 3 ||
		    !number_valid(number, number->presentation);
	put_field(out, (more ? 0 : EXT) | number->type << 4, number->plan, 0xf);
	if (more)
		put_field(out, EXT | number->presentation << 5, number->screening, 3);
	put_octets(out, number->digits, number->len, 0, CLDN_Q2931_NSAP);
}

static void get_subaddress(struct cldn_q2931_in *in, struct cldn_q2931_subaddress *sub)
{
	sub->len = get_rest(in, sub->octets, 2, CLDN_Q2931_SUBADDRESS_MAX);
	must(in, sub->octets[0] & EXT);
}

static void put_subaddress(struct cldn_q2931_out *out, const struct cldn_q2931_subaddress *sub)
{
	out->bad |= !(sub->octets[0] & EXT);
	put_octets(out, sub->octets, sub->len, 2, CLDN_Q2931_SUBADDRESS_MAX);
}

static void get_called_sub(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	get_subaddress(in, &msg->called_sub);
}

static void put_called_sub(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_subaddress(out, &msg->called_sub);
}

static void get_calling_sub(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	get_subaddress(in, &msg->calling_sub);
}

static void put_calling_sub(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_subaddress(out, &msg->calling_sub);
}

static void get_transit(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->transit_len = get_rest(in, msg->transit, 2, CLDN_Q2931_TRANSIT_MAX);
}

static void put_transit(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_octets(out, msg->transit, msg->transit_len, 2, CLDN_Q2931_TRANSIT_MAX);
}

/* ---- causes and states ---- */

static void get_cause(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_cause_ie *cause = &msg->cause[msg->ncauses];
	u8 octet = get8(in);

	must(in, octet & EXT);
	cause->location = octet & 0xf;
	octet = get8(in);
	must(in, octet & EXT);
	cause->value = octet & 0x7f;
	cause->diag_len = get_rest(in, cause->diag, 0, CLDN_Q2931_DIAG_MAX);
	if (!in->bad)
		msg->ncauses++;
}

void cldn_q2931_put_cause(struct cldn_q2931_out *out, const struct cldn_q2931_cause_ie *cause)
{
	out->bad |= cause->value == CLDN_Q2931_CAUSE_NORMAL && cause->diag_len;
	put_field(out, EXT, cause->location, 0xf);
	put_field(out, EXT, cause->value, 0x7f);
	put_octets(out, cause->diag, cause->diag_len, 0, CLDN_Q2931_DIAG_MAX);
}

static void get_call_state(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->call_state = get8(in) & 0x3f;
}

static void put_call_state(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_field(out, 0, msg->call_state, 0x3f);
}

static void get_endpoint(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	must(in, get8(in) == 0);
	msg->endpoint = get16(in);
}

static void put_endpoint(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	cldn_q2931_put8(out, 0);
	cldn_q2931_put16(out, msg->endpoint);
}

static void get_endpoint_state(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->endpoint_state = get8(in) & 0x3f;
}

static void put_endpoint_state(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_field(out, 0, msg->endpoint_state, 0x3f);
}

/* ---- channels ---- */

static bool preference_valid(u8 pref)
{
	return pref == 0 || pref == 1 || pref == 4;
}

static void get_connection(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	u8 octet = get8(in);

	msg->connection.assoc = octet >> 3 & 3;
	msg->connection.pref = octet & 7;
	msg->connection.vpci = get16(in);
	msg->connection.vci = get16(in);
	must(in,
	     (octet & EXT) && msg->connection.assoc <= 1 && preference_valid(msg->connection.pref));
}

static void put_connection(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	out->bad |= msg->connection.assoc > 1 || !preference_valid(msg->connection.pref);
	put_field(out, EXT | msg->connection.assoc << 3, msg->connection.pref, 7);
	cldn_q2931_put16(out, msg->connection.vpci);
	cldn_q2931_put16(out, msg->connection.vci);
}

static void get_restart(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	u8 octet = get8(in);

	msg->restart = octet & 7;
	must(in, (octet & EXT) && msg->restart <= CLDN_Q2931_RESTART_ALL);
}

static void put_restart(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_field(out, EXT, msg->restart, CLDN_Q2931_RESTART_ALL);
}

/* ---- what the users say ---- */

static void get_notification(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->notification_len = get_rest(in, msg->notification, 1, CLDN_Q2931_NOTIFICATION_MAX);
}

static void put_notification(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	put_octets(out, msg->notification, msg->notification_len, 1, CLDN_Q2931_NOTIFICATION_MAX);
}

static void get_git(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->git.application = get8(in);
	msg->git.len = get_rest(in, msg->git.data, 0, CLDN_Q2931_GIT_MAX);
}

static void put_git(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	cldn_q2931_put8(out, msg->git.application);
	put_octets(out, msg->git.data, msg->git.len, 0, CLDN_Q2931_GIT_MAX);
}

static void get_uui(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg)
{
	msg->uui.protocol = get8(in);
	msg->uui.len = get_rest(in, msg->uui.data, 0, CLDN_Q2931_UUI_MAX);
}

static void put_uui(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	cldn_q2931_put8(out, msg->uui.protocol);
	put_octets(out, msg->uui.data, msg->uui.len, 0, CLDN_Q2931_UUI_MAX);
}

/* ---- the table ---- */

/* Who does not know a user's data shall do without them, and not answer with a STATUS. */
#define SKIP (Q2931_IE_EXT | Q2931_IE_EXPLICIT | 1)

#define IE(name, number, octet, function) \
	[CLDN_Q2931_IE_##name] = { number, octet, get_##function, put_##function }

const struct cldn_q2931_ie_type cldn_q2931_ies[CLDN_Q2931_NIES] = {
	IE(AAL, 0x58, Q2931_IE_EXT, aal),
	IE(TRAFFIC, 0x59, Q2931_IE_EXT, traffic),
	IE(BEARER, 0x5e, Q2931_IE_EXT, bearer),
	IE(BHLI, 0x5d, Q2931_IE_EXT, bhli),
	IE(BLLI, 0x5f, Q2931_IE_EXT, blli),
	IE(CALLED, 0x70, Q2931_IE_EXT, called),
	IE(CALLED_SUB, 0x71, Q2931_IE_EXT, called_sub),
	IE(CALLING, 0x6c, Q2931_IE_EXT, calling),
	IE(CALLING_SUB, 0x6d, Q2931_IE_EXT, calling_sub),
	IE(TRANSIT, 0x78, Q2931_IE_EXT, transit),
	[CLDN_Q2931_IE_CAUSE] = { 0x08, Q2931_IE_EXT, get_cause, NULL },
	IE(CALL_STATE, 0x14, Q2931_IE_EXT, call_state),
	IE(CONNECTION, 0x5a, Q2931_IE_EXT, connection),
	IE(RESTART, 0x79, Q2931_IE_EXT, restart),
	IE(NOTIFICATION, 0x27, Q2931_IE_EXT, notification),
	IE(GIT, 0x7f, SKIP, git),
	IE(UUI, 0x7e, SKIP, uui),
	IE(QOS, 0x5c, Q2931_IE_EXT, qos),
	IE(ENDPOINT, 0x54, Q2931_IE_EXT, endpoint),
	IE(ENDPOINT_STATE, 0x55, Q2931_IE_EXT, endpoint_state),
};
