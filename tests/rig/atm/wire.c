// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's side: a datagram socket that QEMU's "-netdev dgram" (or a second cellswitch) has
 * its other end of, one Ethernet frame a datagram. What befalls frames on the way happens here, in
 * this order: an unplugged cable, a loss, a changed bit, a second copy, a frame that is overtaken,
 * and the freeze, behind which all wait in their order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "switch.h"

#define BATCH		64		/* frames between two looks at everything else */
#define MAX_QUEUED	4096
#define OVERTAKEN_MS	50		/* how long a frame waits for one to overtake it */

struct frame {
	struct frame *next;
	enum way way;
	size_t len;
	uint8_t data[];
};

struct queue {
	struct frame *first, **end;
	int len;
};

struct link wire_link = {
	.mac = { 0x02, 0, 0, 0, 0, 0xaa },
	.machine = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
	.label = 100,
	.mtu = 1500,
};
struct faults wire_faults[WAYS];

static int wire_fd = -1;
static struct sockaddr_un far;
static bool unplugged, frozen;
static struct queue waiting;			/* while frozen */
static struct queue sending;			/* QEMU does not take it at the moment */
static struct frame *held[WAYS];		/* to be overtaken */
static struct timer held_timer[WAYS];

/* ---- queues ---- */

/* False when the queue is full; the frame is gone then. */
static bool put(struct queue *q, struct frame *f)
{
	if (q->len == MAX_QUEUED) {
		free(f);
		stats.full++;
		return false;
	}
	if (!q->first)
		q->end = &q->first;
	f->next = NULL;
	*q->end = f;
	q->end = &f->next;
	q->len++;
	return true;
}

static struct frame *take(struct queue *q)
{
	struct frame *f = q->first;

	if (f) {
		q->first = f->next;
		q->len--;
	}
	return f;
}

static struct frame *frame_new(enum way way, const uint8_t *data, size_t len)
{
	struct frame *f = malloc(sizeof(*f) + len);

	if (!f)
		die("out of memory");
	f->way = way;
	f->len = len;
	memcpy(f->data, data, len);
	return f;
}

/* ---- out of the wire ---- */

/* True when the frame need not be kept: sent, or QEMU is not there. */
static bool send_frame(const struct frame *f)
{
	ssize_t n = sendto(wire_fd, f->data, f->len, MSG_NOSIGNAL, (struct sockaddr *)&far,
			   sizeof(far));

	if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return false;
	if (n < 0)
		stats.unplugged++;
	else
		stats.frames_out++;
	pcap_frame(f->data, f->len);
	return true;
}

static void flush(void)
{
	while (sending.first && send_frame(sending.first))
		free(take(&sending));
}

static void arrived(const struct frame *f)
{
	const char *fault = frame_fault(&wire_link, f->data, f->len);
	struct cell c;
	size_t i;

	if (fault) {
		stats.foreign++;
		log_line("machine", "-> a frame of %zu bytes: %s", f->len, fault);
		return;
	}
	for (i = 0; i < frame_cells(f->len); i++) {
		frame_cell(&c, f->data, i);
		vc_cell(&c);
	}
}

/* Consumes the frame. */
static void leave(struct frame *f)
{
	if (f->way == TO_MACHINE) {
		put(&sending, f);
		flush();
	} else {
		arrived(f);
		free(f);
	}
}

static void leave_or_wait(struct frame *f)
{
	if (frozen)
		put(&waiting, f);
	else
		leave(f);
}

/* ---- faults ---- */

static bool chance(long percent)
{
	return percent && random() % 100 < percent;
}

static void let_go(void *arg)
{
	struct frame **slot = arg, *f = *slot;

	*slot = NULL;
	if (f)
		leave_or_wait(f);
}

static void corrupt(struct frame *f)
{
	size_t bit = FRAME_HEAD * 8 + (size_t)random() % ((f->len - FRAME_HEAD) * 8);

	f->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	stats.corrupted++;
}

static void overtake(struct frame *f)
{
	enum way way = f->way;

	if (!held[way] && chance(wire_faults[way].reorder)) {
		held[way] = f;
		stats.reordered++;
		timer_set(&held_timer[way], clock_from_real_ms(OVERTAKEN_MS));
		return;
	}
	leave_or_wait(f);
	timer_stop(&held_timer[way]);
	let_go(&held[way]);
}

static void enter(enum way way, const uint8_t *data, size_t len)
{
	const struct faults *faults = &wire_faults[way];
	struct frame *f;

	if (unplugged) {
		stats.unplugged++;
		return;
	}
	if (chance(faults->loss)) {
		stats.lost++;
		return;
	}
	f = frame_new(way, data, len);
	if (len > FRAME_HEAD && chance(faults->corrupt))
		corrupt(f);
	if (chance(faults->dup)) {
		stats.doubled++;
		overtake(frame_new(way, f->data, f->len));
	}
	overtake(f);
}

void wire_cable(bool on)
{
	unplugged = !on;
}

bool wire_cable_on(void)
{
	return !unplugged;
}

bool wire_frozen(void)
{
	return frozen;
}

void wire_freeze(bool on)
{
	struct frame *f;

	frozen = on;
	while (!frozen && (f = take(&waiting)))
		leave(f);
}

/* ---- patches ---- */

/* Octets that are exchanged in SDUs to the machine: what the real peer cannot be told to send. */
static struct {
	uint8_t from[256], to[256];
	size_t len;			/* 0: none */
	long times;			/* how often yet */
} patch;

/* Len 0 takes the patch away. */
bool wire_patch(const uint8_t *from, const uint8_t *to, size_t len, long times)
{
	if (len > sizeof(patch.from))
		return false;
	memcpy(patch.from, from, len);
	memcpy(patch.to, to, len);
	patch.len = len;
	patch.times = times;
	return true;
}

static void apply_patch(uint8_t *sdu, size_t len)
{
	uint8_t *at;

	if (!patch.len || !patch.times)
		return;
	at = memmem(sdu, len, patch.from, patch.len);
	if (!at)
		return;
	memcpy(at, patch.to, patch.len);
	patch.times--;
	stats.patched++;
	log_line("machine", "<- an SDU of %zu bytes was patched", len);
}

/* ---- into the wire ---- */

static void send_pdu(int vpi, int vci, const uint8_t *pdu, size_t len)
{
	uint8_t frame[FRAME_MAX];
	size_t done = 0;

	while (done < len) {
		size_t n = frame_make(frame, &wire_link, vpi, vci, pdu, len, &done);

		enter(TO_MACHINE, frame, n);
	}
}

void wire_sdu(int vpi, int vci, const uint8_t *data, size_t len)
{
	static uint8_t sdu[SDU_MAX], pdu[PDU_MAX];
	struct vc *v = vc_get(vpi, vci);

	memcpy(sdu, data, len);
	apply_patch(sdu, len);
	if (v) {
		v->out++;
		v->out_bytes += len;
	}
	stats.out++;
	pcap_sdu(TO_MACHINE, vpi, vci, sdu, len);
	ports_copy(vpi, vci, sdu, len);
	send_pdu(vpi, vci, pdu, aal5_pdu(pdu, sdu, len));
}

static bool receive(void)
{
	static uint8_t data[FRAME_MAX];
	ssize_t n = recv(wire_fd, data, sizeof(data), MSG_TRUNC);

	if (n < 0)
		return false;
	if ((size_t)n > sizeof(data)) {
		stats.foreign++;
		return true;
	}
	stats.frames_in++;
	pcap_frame(data, (size_t)n);
	enter(FROM_MACHINE, data, (size_t)n);
	return true;
}

/* ---- the socket ---- */

static void address(struct sockaddr_un *a, const char *path)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		die("%s: path too long for a socket", path);
	strcpy(a->sun_path, path);
}

void wire_open(const char *here, const char *there)
{
	struct sockaddr_un a;
	int i;

	address(&a, here);
	address(&far, there);
	unlink(here);
	wire_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (wire_fd < 0 || bind(wire_fd, (struct sockaddr *)&a, sizeof(a)))
		die("%s: %m", here);
	for (i = 0; i < WAYS; i++)
		timer_init(&held_timer[i], let_go, &held[i]);
}

/* Returns how long the loop may sleep, in milliseconds: an unconnected socket has no POLLOUT. */
int wire_poll_setup(struct pollfd *p)
{
	flush();
	*p = (struct pollfd){ .fd = wire_fd, .events = POLLIN };
	return sending.first ? 1 : -1;
}

void wire_poll_done(const struct pollfd *p)
{
	int i;

	for (i = 0; p->revents & POLLIN && i < BATCH; i++)
		if (!receive())
			return;
}
