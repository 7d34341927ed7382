// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * l2tpd: a call manager that signals by L2TPv2 (RFC 2661) on a UDP socket of its own: the LAC's side,
 * and of it what makes and ends calls. A call of a client is a session: ICRQ, ICRP, ICCN; its frames
 * move on the link's channel of the same selector, not in the tunnel. Close data is the error message
 * of CDN, both ways.
 *
 * Control messages are sent one at a time: the next one when the last was acknowledged. One that is
 * not acknowledged in five tries ends the tunnel, and with it every call.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cleardown.h>

#define CALLS 64
#define WAITING 256
#define MESSAGE 512
#define HEADER 12
#define TRIES 5
#define TRY_MS 1000
#define FIRST_VCI 32
#define LAST_VCI 65535

enum { SCCRQ = 1, SCCRP = 2, SCCCN = 3, STOPCCN = 4, HELLO = 6, ICRQ = 10, ICRP = 11, ICCN = 12 };
enum { CDN = 14 };

enum {
	AVP_TYPE = 0,
	AVP_RESULT = 1,
	AVP_VERSION = 2,
	AVP_FRAMING = 3,
	AVP_HOST = 7,
	AVP_TUNNEL = 9,
	AVP_SESSION = 14,
	AVP_SERIAL = 15,
	AVP_FRAMING_TYPE = 19,
	AVP_SPEED = 24,
};

/* Result codes: of CDN 2, a general error, 6, vendor specific, with a message; of StopCCN 1. */
#define CDN_GENERAL 2
#define ERROR_VENDOR 6
#define STOP_GENERAL 1

/* Of Q.850. */
#define CAUSE_NORMAL 16
#define CAUSE_REJECTED 21
#define CAUSE_NETWORK 38
#define CAUSE_NO_CHANNEL 35

enum call_state {
	CALL_FREE,
	CALL_ASKED, /* ICRQ is sent, or waits to be */
	CALL_UP,
	CALL_ENDED, /* by the far end: CLOSE_CALL is to come */
	CALL_CLOSING, /* CDN is sent, or waits to be, and CLOSE_CALL waits for that */
};

/**
 * struct session - a call
 * @state: enum call_state
 * @theirs: session id that the far end gave it, 0 = none yet
 * @request: MAKE_CALL or CLOSE_CALL that waits for its answer
 * @vci: channel that it is to have
 */
struct session {
	enum call_state state;
	uint16_t theirs;
	struct cleardown_callmgr_request request;
	uint16_t vci;
};

/**
 * struct message - a control message that is not acknowledged
 * @len: octets of @bytes
 * @call: a session's, or -1
 * @session: its id at the far end when the message was made
 * @closes: it is the CDN that a CLOSE_CALL waits for
 */
struct message {
	uint16_t len;
	int call;
	uint16_t session;
	bool closes;
	uint8_t bytes[MESSAGE];
};

static struct cleardown_callmgr *cm;
static struct cleardown_queue *queue;
static bool verbose;
static unsigned int channel_base = 200;

/* The tunnel. */
static int sock = -1;
static uint16_t tunnel_ours, tunnel_theirs, ns, nr;
static bool tunnel_up, tunnel_dead;
static struct message waiting[WAITING];
static unsigned int first, count, tries;
static int64_t due_ms;

static struct session sessions[CALLS];
static uint32_t serial;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fflush(stdout);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

static uint16_t get16(const uint8_t *from)
{
	return from[0] << 8 | from[1];
}

/* ---- messages ---- */

/* A mandatory AVP of @len octets. */
static void avp(struct message *m, uint16_t type, const void *value, size_t len)
{
	uint8_t *at = m->bytes + m->len;

	if (m->len + 6 + len > sizeof(m->bytes))
		return;
	put16(at, 0x8000 | (6 + len));
	put16(at + 2, 0);
	put16(at + 4, type);
	memcpy(at + 6, value, len);
	m->len += 6 + len;
}

static void avp16(struct message *m, uint16_t type, uint16_t value)
{
	uint8_t octets[2];

	put16(octets, value);
	avp(m, type, octets, sizeof(octets));
}

static void avp32(struct message *m, uint16_t type, uint32_t value)
{
	uint32_t octets = htonl(value);

	avp(m, type, &octets, sizeof(octets));
}

static void avp_result(struct message *m, uint16_t result, uint16_t error, const void *text,
		       size_t len)
{
	uint8_t octets[4 + CLDN_CLOSE_DATA_MAX];

	put16(octets, result);
	put16(octets + 2, error);
	if (len)
		memcpy(octets + 4, text, len);
	avp(m, AVP_RESULT, octets, 4 + len);
}

static void header(uint8_t *to, uint16_t len, uint16_t session, uint16_t number)
{
	put16(to, 0xc802); /* control, with length and numbers, version 2 */
	put16(to + 2, len);
	put16(to + 4, tunnel_theirs);
	put16(to + 6, session);
	put16(to + 8, number);
	put16(to + 10, nr);
}

/* What was received is acknowledged by an empty message, which has the next one's number. */
static void acknowledge(void)
{
	uint8_t zlb[HEADER];

	header(zlb, sizeof(zlb), 0, count ? ns + 1 : ns);
	if (send(sock, zlb, sizeof(zlb), 0) < 0)
		say("acknowledgement: %s\n", strerror(errno));
}

/* The oldest message goes out; again, when nobody acknowledges it. */
static void transmit(void)
{
	struct message *m = &waiting[first];

	header(m->bytes, m->len, m->session, ns);
	if (send(sock, m->bytes, m->len, 0) < 0)
		say("send: %s\n", strerror(errno));
	tries++;
	due_ms = now_ms() + TRY_MS;
}

/* A message of @type to be filled; post() sends it. NULL: too many wait. */
static struct message *message(uint16_t type, int call)
{
	struct message *m = &waiting[(first + count) % WAITING];

	if (count == WAITING || tunnel_dead)
		return NULL;
	m->len = HEADER;
	m->call = call;
	m->session = call >= 0 ? sessions[call].theirs : 0;
	m->closes = false;
	avp16(m, AVP_TYPE, type);
	return m;
}

static void post(void)
{
	if (count++)
		return;
	tries = 0;
	transmit();
}

/* ---- calls ---- */

static void answer(const struct cleardown_callmgr_request *request, uint32_t status, uint32_t cause)
{
	struct cleardown_callmgr_answer a = {
		.size = sizeof(a),
		.number = request->number,
		.object = request->object,
		.status = status,
		.cause = cause,
	};

	if (cleardown_callmgr_complete(cm, &a) < 0 && errno != EBADFD && errno != ENOENT)
		fprintf(stderr, "l2tpd: answer to %u: %s\n", request->what, strerror(errno));
}

static int call_of(uint64_t object)
{
	int i;

	for (i = 0; i < CALLS; i++)
		if (sessions[i].state && sessions[i].request.object == object)
			return i;
	return -1;
}

/* The far end knows, or cannot be told any more. */
static void closed(int i)
{
	cleardown_callmgr_deactivate(cm, sessions[i].request.object);
	answer(&sessions[i].request, 0, CAUSE_NORMAL);
	sessions[i].state = CALL_FREE;
	say("call %d is closed\n", i + 1);
}

static void send_cdn(int i, const void *text, size_t len, bool closes)
{
	struct message *m = message(CDN, i);

	if (!m)
		return;
	avp16(m, AVP_SESSION, i + 1);
	avp_result(m, CDN_GENERAL, ERROR_VENDOR, text, len);
	m->closes = closes;
	post();
}

static void make_call(const struct cleardown_callmgr_request *request)
{
	struct message *m;
	int i;

	for (i = 0; i < CALLS && sessions[i].state; i++)
		;
	if (i == CALLS || !tunnel_up || count == WAITING) {
		answer(request, CLDN_NDIS_STATUS_FAILURE, CAUSE_NETWORK);
		return;
	}
	sessions[i] = (struct session){
		.state = CALL_ASKED,
		.request = *request,
		.vci = channel_base + request->call.called[CLDN_NSAP_LEN - 1],
	};
	m = message(ICRQ, i);
	avp16(m, AVP_SESSION, i + 1);
	avp32(m, AVP_SERIAL, ++serial);
	post();
}

/* ICRP: the far end takes the call. */
static void answered(int i, uint16_t theirs)
{
	struct session *s = &sessions[i];
	struct message *m;

	s->theirs = theirs;
	if (cleardown_callmgr_activate(cm, s->request.object, 0, &s->vci) < 0) {
		answer(&s->request, CLDN_NDIS_STATUS_FAILURE, CAUSE_NO_CHANNEL);
		send_cdn(i, NULL, 0, false);
		s->state = CALL_FREE;
		return;
	}
	m = message(ICCN, i);
	if (m) {
		avp32(m, AVP_SPEED, 100000000);
		avp32(m, AVP_FRAMING_TYPE, 1);
		post();
	}
	s->state = CALL_UP;
	answer(&s->request, 0, 0);
	say("call %d is up on VCI %u\n", i + 1, s->vci);
}

/* CDN, or the end of the tunnel. */
static void ended(int i, uint32_t status, const void *text, size_t len)
{
	struct cleardown_callmgr_end end = {
		.size = sizeof(end),
		.status = status,
		.cause = status ? CAUSE_NETWORK : CAUSE_NORMAL,
		.data = text,
		.data_len = len < CLDN_CLOSE_DATA_MAX ? len : CLDN_CLOSE_DATA_MAX,
	};
	struct session *s = &sessions[i];

	switch (s->state) {
	case CALL_ASKED:
		answer(&s->request, CLDN_NDIS_STATUS_FAILURE,
		       status ? CAUSE_NETWORK : CAUSE_REJECTED);
		s->state = CALL_FREE;
		break;
	case CALL_UP:
		say("call %d: the far end has closed it: %.*s\n", i + 1, (int)len,
		    (const char *)text);
		s->state = CALL_ENDED;
		cleardown_callmgr_closed(cm, s->request.object, &end);
		break;
	case CALL_CLOSING:
		closed(i);
		break;
	default:
		break;
	}
}

/* CLOSE_CALL is answered when the far end has acknowledged the CDN, and so has the close data. */
static void close_call(const struct cleardown_callmgr_request *request)
{
	int i = call_of(request->object);

	if (i < 0) {
		cleardown_callmgr_deactivate(cm, request->object);
		answer(request, 0, CAUSE_NORMAL);
		return;
	}
	sessions[i].request = *request;
	if (sessions[i].state == CALL_ENDED || tunnel_dead) {
		closed(i);
		return;
	}
	sessions[i].state = CALL_CLOSING;
	send_cdn(i, request->data, request->data_len, true);
}

/* The client, or the kernel for him, does not wait for us. */
static void cancelled(uint64_t object)
{
	int i = call_of(object);

	if (i < 0)
		return;
	if (sessions[i].state != CALL_ENDED)
		send_cdn(i, NULL, 0, false);
	sessions[i].state = CALL_FREE;
}

static void serve(const struct cleardown_callmgr_request *request)
{
	switch (request->what) {
	case CLDN_CM_MAKE_CALL:
		make_call(request);
		break;
	case CLDN_CM_CLOSE_CALL:
		close_call(request);
		break;
	case CLDN_CM_CANCEL:
		cancelled(request->object);
		break;
	case CLDN_CM_SAP: /* a LAC is called by its subscribers, not by its LNS */
		answer(request, CLDN_NDIS_STATUS_NOT_SUPPORTED, 0);
		break;
	default:
		answer(request, 0, 0);
	}
}

static bool serve_all(void)
{
	struct cleardown_callmgr_request request;
	const struct cleardown_record *record;

	while ((record = cleardown_queue_read(queue))) {
		if (record->type == CLDN_EV_PHONE_CLOSE)
			return false;
		if (!cleardown_callmgr_request_from_record(record, &request))
			serve(&request);
	}
	return errno == EAGAIN;
}

/* ---- the tunnel ---- */

static void tunnel_lost(const char *why)
{
	int i;

	fprintf(stderr, "l2tpd: the tunnel is gone: %s\n", why);
	tunnel_up = false;
	tunnel_dead = true;
	count = 0;
	for (i = 0; i < CALLS; i++)
		ended(i, CLDN_NDIS_STATUS_FAILURE, NULL, 0);
}

static void tunnel_open(void)
{
	struct message *m = message(SCCRQ, -1);
	char host[64] = "cleardown";

	gethostname(host, sizeof(host) - 1);
	avp16(m, AVP_VERSION, 0x0100);
	avp(m, AVP_HOST, host, strlen(host));
	avp32(m, AVP_FRAMING, 3);
	avp16(m, AVP_TUNNEL, tunnel_ours);
	post();
}

/* In good order; nobody waits for the acknowledgement. */
static void tunnel_close(void)
{
	struct message *m;

	if (!tunnel_up)
		return;
	count = 0;
	m = message(STOPCCN, -1);
	avp16(m, AVP_TUNNEL, tunnel_ours);
	avp_result(m, STOP_GENERAL, 0, NULL, 0);
	post();
}

/**
 * struct received - a control message
 * @type: of it
 * @assigned: tunnel or session id in it
 * @text: error message
 * @text_len: octets of @text
 */
struct received {
	uint16_t type;
	uint16_t assigned;
	const uint8_t *text;
	size_t text_len;
};

/* False: it is none. */
static bool parse(const uint8_t *at, size_t len, struct received *r)
{
	size_t size;

	memset(r, 0, sizeof(*r));
	for (; len; at += size, len -= size) {
		size = len >= 6 ? get16(at) & 0x3ff : 0;
		if (size < 6 || size > len)
			return false;
		if (get16(at + 2) || get16(at) & 0x4000)
			continue; /* a vendor's, or hidden */
		if (get16(at + 4) == AVP_TYPE && size == 8)
			r->type = get16(at + 6);
		else if ((get16(at + 4) == AVP_TUNNEL || get16(at + 4) == AVP_SESSION) && size == 8)
			r->assigned = get16(at + 6);
		else if (get16(at + 4) == AVP_RESULT && size > 10)
			r->text = at + 10, r->text_len = size - 10;
	}
	return r->type;
}

static void handle(const struct received *r, uint16_t session)
{
	int i = session && session <= CALLS ? session - 1 : -1;

	switch (r->type) {
	case SCCRP:
		tunnel_theirs = r->assigned;
		if (message(SCCCN, -1))
			post();
		tunnel_up = true;
		printf("the tunnel is up\n");
		fflush(stdout);
		break;
	case ICRP:
		if (i >= 0 && sessions[i].state == CALL_ASKED && !sessions[i].theirs)
			answered(i, r->assigned);
		break;
	case CDN:
		if (i >= 0)
			ended(i, 0, r->text, r->text_len);
		break;
	case STOPCCN:
		acknowledge();
		tunnel_lost("StopCCN");
		break;
	}
}

/* The oldest message was acknowledged. */
static void acknowledged(void)
{
	struct message *m = &waiting[first];
	int call = m->call;
	bool closes = m->closes;

	first = (first + 1) % WAITING;
	count--;
	ns++;
	tries = 0;
	if (count)
		transmit();
	if (closes && sessions[call].state == CALL_CLOSING)
		closed(call);
}

static void receive(void)
{
	uint8_t in[2048];
	struct received r;
	ssize_t len;

	while ((len = recv(sock, in, sizeof(in), MSG_DONTWAIT)) >= 0) {
		if (len < HEADER || (get16(in) & 0xcb0f) != 0xc802 || get16(in + 2) > len ||
		    get16(in + 2) < HEADER || get16(in + 4) != tunnel_ours)
			continue; /* data, or nothing of ours */
		if (count && get16(in + 10) == (uint16_t)(ns + 1))
			acknowledged();
		if (get16(in + 2) == HEADER)
			continue;
		if (get16(in + 8) == nr && parse(in + HEADER, get16(in + 2) - HEADER, &r)) {
			nr++;
			handle(&r, get16(in + 6));
		}
		if (!tunnel_dead)
			acknowledge();
	}
	if (errno == ECONNREFUSED && !tunnel_dead)
		say("nobody is there\n");
}

static void clock_run(void)
{
	if (!count || tunnel_dead || now_ms() < due_ms)
		return;
	if (tries < TRIES)
		transmit();
	else
		tunnel_lost("no acknowledgement");
}

/* ---- the program ---- */

static int connect_to(const char *host)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM }, *found;
	int ret = getaddrinfo(host, "1701", &hints, &found);

	if (ret) {
		fprintf(stderr, "l2tpd: %s: %s\n", host, gai_strerror(ret));
		return -1;
	}
	sock = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = sock < 0 ? -1 : connect(sock, found->ai_addr, found->ai_addrlen);
	if (ret)
		fprintf(stderr, "l2tpd: %s: %s\n", host, strerror(errno));
	freeaddrinfo(found);
	return ret;
}

static int run(void)
{
	struct pollfd p[3] = { { .fd = cleardown_queue_fd(queue), .events = POLLIN },
			       { .fd = sock, .events = POLLIN },
			       { .events = POLLIN } };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p[2].fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (p[2].fd < 0)
		return 1;
	tunnel_open();
	while (serve_all()) {
		int64_t left = count ? due_ms - now_ms() : -1;

		if (poll(p, 3, count && left < 0 ? 0 : (int)left) < 0 && errno != EINTR)
			return 1;
		if (p[2].revents) {
			tunnel_close();
			return 0;
		}
		receive();
		clock_run();
	}
	return 1;
}

static int manage(const char *link, const char *host)
{
	int ret = 1;

	if (connect_to(host))
		return 1;
	tunnel_ours = getpid() % 65535 + 1;
	queue = cleardown_queue_open();
	cm = cleardown_callmgr_open(link);
	if (!queue || !cm || cleardown_callmgr_bind_queue(cm, queue, 0) < 0 ||
	    cleardown_callmgr_register(cm, CLDN_AF_L2TP, CLDN_CLOSE_DATA_MAX, 0) < 0)
		fprintf(stderr, "l2tpd: %s: %s\n", link, strerror(errno));
	else
		ret = run();
	cleardown_callmgr_free(cm);
	cleardown_queue_free(queue);
	return ret;
}

static void usage(FILE *to)
{
	fprintf(to,
		"usage: l2tpd [OPTION]... LINK HOST\n"
		"A call manager on LINK (vc0) that makes calls by L2TPv2 with the LNS on HOST.\n"
		"  -b, --base=VCI   selector N is channel VCI + N (200)\n"
		"  -v, --verbose    say what happens\n"
		"  -h, --help       this text\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "base", required_argument, NULL, 'b' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "b:vh", options, NULL)) != -1) {
		switch (c) {
		case 'b':
			channel_base = strtoul(optarg, &end, 10);
			if (end != optarg && !*end && channel_base >= FIRST_VCI &&
			    channel_base <= LAST_VCI - 255)
				break;
			fprintf(stderr, "l2tpd: %s: wanted is a VCI from 32\n", optarg);
			return 2;
		case 'v':
			verbose = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc - 2) {
		usage(stderr);
		return 2;
	}
	return manage(argv[optind], argv[optind + 1]);
}
