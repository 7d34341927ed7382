// SPDX-License-Identifier: GPL-2.0-only
/* The VCs that were seen, each with the PDU that is being put together and its counts. */
#include <stdlib.h>
#include <string.h>

#include "switch.h"

#define BUCKETS		4096
#define MAX_VCS		65536

static struct vc *buckets[BUCKETS];
static int known;

static struct vc **bucket(int vpi, int vci)
{
	return &buckets[(vci ^ vpi << 4) % BUCKETS];
}

struct vc *vc_find(int vpi, int vci)
{
	struct vc *v;

	for (v = *bucket(vpi, vci); v; v = v->next)
		if (v->vpi == vpi && v->vci == vci)
			return v;
	return NULL;
}

static void *need(void *memory)
{
	if (!memory)
		die("out of memory");
	return memory;
}

struct vc *vc_get(int vpi, int vci)
{
	struct vc *v = vc_find(vpi, vci);
	struct vc **first = bucket(vpi, vci);

	if (v || known == MAX_VCS)
		return v;
	known++;
	v = need(calloc(1, sizeof(*v)));
	v->vpi = vpi;
	v->vci = vci;
	v->next = *first;
	*first = v;
	return v;
}

static void bad(struct vc *v, const char *why)
{
	v->bad++;
	stats.bad++;
	log_line("machine", "-> %d.%d: a bad PDU: %s", v->vpi, v->vci, why);
}

static void arrived(struct vc *v, const uint8_t *sdu, size_t len)
{
	v->in++;
	v->in_bytes += len;
	stats.in++;
	v->last = need(realloc(v->last, len));
	memcpy(v->last, sdu, len);
	v->last_len = len;
	pcap_sdu(FROM_MACHINE, v->vpi, v->vci, sdu, len);
	ports_deliver(v, sdu, len);
}

static void whole(struct vc *v)
{
	size_t len;
	const char *fault = v->overlong ? "too long" : aal5_fault(v->pdu, v->have, &len);

	if (fault)
		bad(v, fault);
	else
		arrived(v, v->pdu, len);
	free(v->pdu);
	v->pdu = NULL;
	v->have = 0;
	v->overlong = false;
}

void vc_cell(const struct cell *c)
{
	struct vc *v = c->user ? vc_get(c->vpi, c->vci) : NULL;

	if (!v) {
		stats.oam++;
		return;
	}
	if (v->have == PDU_MAX)
		v->overlong = true;
	if (!v->overlong) {
		v->pdu = need(realloc(v->pdu, v->have + CELL_DATA));
		memcpy(v->pdu + v->have, c->data, CELL_DATA);
		v->have += CELL_DATA;
	}
	if (c->last)
		whole(v);
}
