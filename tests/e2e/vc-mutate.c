// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutated frames, cells, PDUs and messages at the cell input of a link. First two links on a cable
 * make calls, whose SDUs are recorded. Then the second one goes and this program is the peer: it
 * keeps an SSCOP connection, so that mutated messages are delivered, and sends what it has made of
 * the recorded ones. A client of the link takes and makes calls all the while. In the end the second
 * link comes back, and calls go through.
 *
 * usage: vc-mutate INTERFACE INTERFACE COUNT [SEED]
 */
#define _GNU_SOURCE

#include <pthread.h>

#include "vc.h"

#include "atmpeer.h"

#define SELECTOR 7
#define HELLO 30
#define CORPUS 200
#define REFS 16
/* SDs that the other end may not have acknowledged: half of its window. */
#define BURST 32
#define LOOK_MS 200
#define ANSWER_MS 20000
/* What ends a call soon is short, what a call waits for when it is made is not. */
#define PEER_BIND "role=user t303=20000 t308=300 t309=1000 t310=20000 t313=20000 t322=300 peer="

static uint64_t state;
static struct vclink a, b;

/* What was recorded. */
static struct sdu {
	uint32_t vci;
	size_t len;
	uint8_t octets[WIRE_SDU];
} corpus[CORPUS];
static unsigned int recorded, messages;

/* ---- numbers ---- */

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 24;
}

static uint32_t below(uint32_t n)
{
	return draw() % n;
}

static bool one_in(uint32_t n)
{
	return !below(n);
}

static uint8_t octet(void)
{
	static const uint8_t edges[] = { 0, 1, 0x7f, 0x80, 0x81, 0xfe, 0xff };

	return one_in(2) ? edges[below(sizeof(edges))] : draw();
}

/* ---- mutation of octets ---- */

static void range(size_t len, size_t *at, size_t *n)
{
	*at = below(len);
	*n = 1 + below(len - *at < 16 ? len - *at : 16);
}

static size_t cut(uint8_t *p, size_t len)
{
	size_t at, n;

	range(len, &at, &n);
	memmove(p + at, p + at + n, len - at - n);
	return len - n;
}

static size_t repeat(uint8_t *p, size_t len, size_t most)
{
	size_t at, n;

	range(len, &at, &n);
	if (len + n > most)
		return len;
	memmove(p + at + n, p + at, len - at);
	return len + n;
}

static size_t mutate_once(uint8_t *p, size_t len, size_t most)
{
	size_t n = 1 + below(16);

	if (!len)
		return len;
	switch (below(6)) {
	case 0:
		p[below(len)] ^= 1 << below(8);
		return len;
	case 1:
		p[below(len)] = octet();
		return len;
	case 2:
		return below(len + 1);
	case 3:
		return cut(p, len);
	case 4:
		return repeat(p, len, most);
	default:
		while (n-- && len < most)
			p[len++] = octet();
		return len;
	}
}

static size_t mutate(uint8_t *p, size_t len, size_t most)
{
	for (int n = 1 + below(4); n; n--)
		len = mutate_once(p, len, most);
	return len;
}

/* ---- the peer ---- */

static struct {
	uint32_t begun; /* connections */
	bool restarted; /* it has acknowledged our RESTART */
	uint32_t refs[REFS]; /* of calls, as we send them */
	uint32_t nrefs;
} seen;

/* As many calls as are remembered; the oldest is forgotten. */
static void remember(uint32_t ref)
{
	seen.refs[seen.nrefs++ % REFS] = ref;
}

static uint32_t ref(void)
{
	uint32_t known = seen.nrefs < REFS ? seen.nrefs : REFS;

	return known && !one_in(10) ? seen.refs[below(known)] : 1 + below(100);
}

/* Its RELEASE is confirmed; of its SETUP the reference is remembered. */
static void message(const uint8_t *m, size_t len)
{
	uint8_t complete[] = { 9, 3, 0, 0, 0, 0x5a, 0x80, 0, 0 };

	if (len < 9)
		return;
	memcpy(complete + 2, m + 2, 3);
	complete[2] ^= 0x80;
	if (m[5] == 0x4d)
		sd_send(complete, sizeof(complete));
	else if (m[5] == 0x4e)
		seen.restarted = true;
	else if (m[5] == 0x05)
		remember((complete[2] << 16) | complete[3] << 8 | complete[4]);
}

/* A mutated one may have told the link that its peer is at odds with it. */
static void hello(void)
{
	for (unsigned int i = 0; i < recorded; i++)
		if (corpus[i].vci == HELLO && !memcmp(corpus[i].octets + 8, wire.mac, ETH_ALEN))
			wire_send_sdu(&wire, HELLO, corpus[i].octets, corpus[i].len);
}

/* The connection is there; else it is begun anew. */
static bool connected(void)
{
	uint64_t end = cd_now() + ANSWER_MS * CD_MS;

	if (acknowledged(LOOK_MS))
		return true;
	peer.up = false;
	seen.begun++;
	while (!peer.up) {
		if (cd_now() > end)
			return false;
		hello();
		peer_begin();
		pump(100);
	}
	return true;
}

/* ---- what is sent ---- */

static const struct sdu *recorded_of(bool is_message)
{
	const struct sdu *s;

	do {
		s = &corpus[below(recorded)];
	} while (is_message && (s->vci != ATM_SIGNALLING || (s->octets[s->len - 4] & 0xf) != SD));
	return s;
}

/* A header that will be believed, over elements that may be anything. */
static void frame_message(uint8_t *m, size_t len)
{
	static const uint8_t types[] = { 0x01, 0x02, 0x05, 0x07, 0x0f, 0x46, 0x4d, 0x4e, 0x5a,
					 0x6e, 0x75, 0x7d, 0x80, 0x81, 0x82, 0x83, 0x84 };
	uint32_t r = ref();

	if (len < 9)
		return;
	m[0] = 9;
	m[1] = 3;
	if (one_in(3))
		m[5] = types[below(sizeof(types))];
	if (m[5] == 0x05) {
		r = 1 + below(100);
		remember(r);
	}
	m[2] = r >> 16;
	m[3] = r >> 8;
	m[4] = r;
	m[7] = (len - 9) >> 8;
	m[8] = len - 9;
}

static void send_message(void)
{
	const struct sdu *s = recorded_of(true);
	size_t len = s->len - 4 - (s->octets[s->len - 4] >> 6);
	uint8_t m[1024];

	memcpy(m, s->octets, len);
	if (!one_in(8))
		len = mutate(m, len, sizeof(m) - 32);
	if (!one_in(10))
		frame_message(m, len);
	sd_send(m, len);
}

/* A PDU of SSCOP whose numbers are near those that are due. */
static void send_pdu(void)
{
	uint8_t pdu[WIRE_SDU];
	size_t len = 4 * below(8);
	uint32_t near = (peer.vs + below(8) - 4) & 0xffffff;

	for (size_t i = 0; i < len; i += 4)
		wire_put32(pdu + i, one_in(2) ? near + below(64) : draw());
	wire_put32(pdu + len, one_in(16) ? draw() : (1 + below(15)) << 24 | near);
	len += 4;
	if (one_in(4))
		len = mutate(pdu, len, 256);
	wire_send_sdu(&wire, ATM_SIGNALLING, pdu, len);
}

static void send_recorded(void)
{
	const struct sdu *s = recorded_of(false);
	uint8_t sdu[WIRE_SDU];

	memcpy(sdu, s->octets, s->len);
	wire_send_sdu(&wire, s->vci, sdu, mutate(sdu, s->len, sizeof(sdu) - 64));
}

/* Trailers that do not fit, with and without the right CRC, and cells out of order. */
static void send_cells(void)
{
	const struct sdu *s = recorded_of(false);
	uint8_t pdu[WIRE_PDU], frame[WIRE_FRAME];
	size_t size = wire_pdu(pdu, s->octets, s->len), at = wire_head(&wire, frame);
	size_t cells = size / WIRE_PAYLOAD;

	if (one_in(2))
		pdu[size - 8 + below(4)] = octet();
	if (!one_in(3))
		wire_put32(pdu + size - 4, wire_crc(pdu, size - 4));
	for (size_t i = 0; i < cells && at + WIRE_CELL <= sizeof(frame); i++) {
		size_t from = one_in(8) ? below(cells) : i;

		if (one_in(8))
			continue;
		at = wire_cell(frame, at, one_in(16) ? draw() : 0,
			       one_in(16) ? draw() & 0xffff : s->vci,
			       one_in(8) ? below(8) : i == cells - 1, pdu + from * WIRE_PAYLOAD);
	}
	wire_send(&wire, frame, at);
}

/* Anything from the destination's address on. */
static void send_frame(void)
{
	const struct sdu *s = recorded_of(false);
	uint8_t pdu[WIRE_PDU], frame[WIRE_FRAME];
	size_t size = wire_pdu(pdu, s->octets, s->len), at = wire_head(&wire, frame), len;

	for (size_t i = 0; i < size && at + WIRE_CELL <= sizeof(frame); i += WIRE_PAYLOAD)
		at = wire_cell(frame, at, 0, s->vci, i + WIRE_PAYLOAD >= size, pdu + i);
	len = mutate(frame, at, sizeof(frame));
	if (one_in(2))
		memcpy(frame, wire.to, ETH_ALEN);
	wire_send(&wire, frame, len < ETH_HLEN ? ETH_HLEN : len);
}

static void send_one(void)
{
	uint32_t kind = below(20);

	if (kind < 11)
		send_message();
	else if (kind < 13)
		send_pdu();
	else if (kind < 15)
		send_recorded();
	else if (kind < 18)
		send_cells();
	else
		send_frame();
}

/* ---- the client of the link ---- */

static struct client {
	bool stop;
	struct vclink link;
	unsigned int offered, accepted, made, refused;
} client;

/* Each fourth offer is not answered, each fourth refused, the others accepted and closed. */
static void offered(uint64_t number)
{
	struct cleardown_op_reject why = { .cause = 17 };
	struct vc vc;

	if (vc_create(&vc, &client.link, number, 0))
		return;
	switch (client.offered++ % 4) {
	case 0:
		break;
	case 1:
		cd_submit(vc.fd, CLEARDOWN_OP_REJECT, ++vc_request, &why, sizeof(why), NULL);
		break;
	default:
		client.accepted += vc_accept(&vc) != 0;
	}
	close(vc.fd);
}

/* The next call on the VC that makes calls. */
static void make(struct vc *vc)
{
	struct cleardown_close arg;

	vc_close(vc, CLEARDOWN_MODE_ORDERLY, 0, "mutant", 6, &arg);
	client.made += vc_make(vc, a.nsap, below(256)) != 0;
}

static void *client_run(void *unused)
{
	union cd_record rec;
	struct vc vc;

	if (vc_create(&vc, &client.link, 0, 1))
		DIE("the client's VC");
	while (!__atomic_load_n(&client.stop, __ATOMIC_RELAXED)) {
		if (cd_one(client.link.events, &rec, 50)) {
			make(&vc);
			continue;
		}
		if (rec.ev.type == CLEARDOWN_EV_INCOMING_CALL)
			offered(rec.ev.req_id);
		else if (rec.ev.cookie == 1)
			make(&vc);
	}
	close(vc.fd);
	return unused;
}

/* ---- the parts of the test ---- */

static void keep(void *ctx, uint32_t vci, const uint8_t *sdu, size_t len)
{
	struct sdu *s = &corpus[recorded];

	(void)ctx;
	if (recorded == CORPUS || len < 4 || len > WIRE_SDU)
		return;
	s->vci = vci;
	s->len = len;
	memcpy(s->octets, sdu, len);
	messages += vci == ATM_SIGNALLING && (sdu[len - 4] & 0xf) == SD;
	recorded++;
}

static void record(void)
{
	static struct wire_rx ways[2];
	uint8_t frame[2048];
	bool outgoing;
	size_t n;

	while ((n = wire_recv(&wire, frame, sizeof(frame), 100, &outgoing)))
		wire_input(&ways[outgoing], frame, n, keep, NULL);
}

static bool call_and_close(struct vclink *from, struct vclink *to, const char *data)
{
	struct cleardown_close arg;
	struct vc out, in;
	union cd_record rec;
	uint8_t frame[2000] = { 1 };
	bool good = true;

	EXPECT(good, vc_connect(from, &out, to, &in, SELECTOR));
	EXPECT_EQ(good, write(out.fd, frame, sizeof(frame)), (ssize_t)sizeof(frame));
	EXPECT_EQ(good, read(in.fd, frame, sizeof(frame)), (ssize_t)sizeof(frame));
	EXPECT_EQ(good, vc_close(&out, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, data, strlen(data), &arg),
		  0);
	EXPECT(good, vc_next(to, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&in, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(to, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_delete(&out, NULL), 0);
	close(out.fd);
	close(in.fd);
	return good;
}

static bool second_begins(const char *interface)
{
	bool good = true;

	EXPECT_EQ(good, vc_bind(&b, interface, "role=network"), 0);
	if (!good)
		return false;
	vc_af(&b, 2);
	EXPECT(good, vc_up(a.af, 20000));
	EXPECT(good, vc_up(b.af, 20000));
	EXPECT_EQ(good, vc_sap(&b, SELECTOR, 0, NULL), 0);
	EXPECT_EQ(good, vc_sap(&a, SELECTOR, 0, NULL), 0);
	EXPECT(good, good && call_and_close(&a, &b, "twenty-seven octets, no mor"));
	EXPECT(good, good && call_and_close(&b, &a, ""));
	return good;
}

static bool second_ends(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, vc_sap(&a, SELECTOR, CLEARDOWN_SAP_REMOVE, NULL), 0);
	EXPECT_EQ(good, cd_close(b.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	close(b.af);
	close(b.events);
	EXPECT_EQ(good, cd_unbind(b.name, 0), 0);
	return good;
}

/* As a network that begins anew does: VCIs that were in quarantine are free again. */
static void restart(void)
{
	static const uint8_t all[] = { 9, 3, 0, 0, 0, 0x46, 0x80, 0, 5, 0x79, 0x80, 0, 1, 0x82 };

	sd_send(all, sizeof(all));
}

/* Half way to BURST what was sent is asked for, so that a lost connection does not go unnoticed. */
static bool send_all(uint32_t count)
{
	uint32_t in_burst = 0;

	for (uint32_t i = 0; i < count; i++) {
		send_one();
		if (++in_burst < BURST / 2)
			continue;
		in_burst = 0;
		if (one_in(8))
			restart();
		if (!connected()) {
			fprintf(stderr, "# no connection after %u\n", i + 1);
			return false;
		}
	}
	return connected();
}

/* The client's calls are over when its files are gone; the peer answers meanwhile. */
static bool levelled(void)
{
	uint64_t end = cd_now() + 30 * CD_S;

	while (vc_link(a.af).out_vcs) {
		if (cd_now() > end) {
			fprintf(stderr, "# %u VCs are left\n", vc_link(a.af).out_vcs);
			return false;
		}
		pump(20);
		connected();
	}
	return true;
}

static bool restarted(void)
{
	uint64_t end = cd_now() + ANSWER_MS * CD_MS;

	seen.restarted = false;
	restart();
	while (!seen.restarted && cd_now() < end)
		pump(20);
	return seen.restarted;
}

static void mutants(uint32_t count)
{
	pthread_t thread;
	bool good = true;

	client.link = a;
	vc_af(&client.link, 9);
	EXPECT_EQ(good, vc_sap(&client.link, 0, CLEARDOWN_SAP_ANY, NULL), 0);
	EXPECT(good, connected());
	pthread_create(&thread, NULL, client_run, NULL);
	EXPECT(good, good && send_all(count));
	__atomic_store_n(&client.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	close(client.link.af);
	close(client.link.events);
	fprintf(stderr,
		"# %u calls offered, %u accepted, %u made; the connection began anew %u times\n",
		client.offered, client.accepted, client.made, seen.begun);
	EXPECT(good, client.offered > 0);
	EXPECT(good, client.made > 0);
	tap(good, "%u mutated frames, cells, PDUs and messages: signalling stays, or begins anew",
	    count);
	good = levelled();
	EXPECT(good, connected() && restarted());
	tap(good, "V-20 V-37 O10 no VC is left of the client that went meanwhile");
}

int main(int argc, char **argv)
{
	struct cleardown_close arg;
	uint8_t mac[ETH_ALEN];
	bool good = true;
	char bind[128];
	int n;

	if (argc < 4)
		return 1;
	state = argc > 4 ? strtoull(argv[4], NULL, 0) : cd_now() | 1;
	fprintf(stderr, "# seed %llu\n", (unsigned long long)state);
	wire_mac(argv[2], mac);
	n = snprintf(bind, sizeof(bind), PEER_BIND);
	for (int i = 0; i < ETH_ALEN; i++)
		n += snprintf(bind + n, sizeof(bind) - n, "%s%02x", i ? ":" : "", mac[i]);
	wire_open(&wire, argv[2], argv[1], ETH_P_ALL);
	EXPECT_EQ(good, vc_bind(&a, argv[1], bind), 0);
	if (good)
		vc_af(&a, 1);
	EXPECT(good, good && second_begins(argv[2]));
	record();
	EXPECT(good, messages >= 10);
	EXPECT(good, good && second_ends());
	if (!tap(good, "calls between two links are recorded: %u SDUs, %u messages", recorded,
		 messages))
		return 1;
	mutants(strtoul(argv[3], NULL, 0));
	good = second_begins(argv[2]);
	EXPECT(good, good && second_ends());
	EXPECT_EQ(good, cd_close(a.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	close(a.af);
	close(a.events);
	EXPECT_EQ(good, cd_unbind(a.name, 0), 0);
	tap(good, "the other link comes back: calls both ways, frames, close data");
	return tap_done();
}
