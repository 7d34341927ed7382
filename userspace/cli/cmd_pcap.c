// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vc pcap: what passes on a link, put together again, as a capture. The cells are heard on the
 * interface, both ways; the frames are RFC 4717's, many cells in one behind an MPLS label. Each PDU of
 * AAL5 that is whole becomes a record of link type 123, SunATM, in which tshark knows signalling.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "cli.h"

#define DEFAULT_LABEL 100
#define LABEL_MAX 0xfffff
#define CELL 52
#define PAYLOAD 48
#define TRAILER 8
#define PDU_MAX 65568 /* the largest SDU, its padding and trailer */
#define FRAME_MAX 65536
#define RECEIVE_BYTES (8 << 20)
#define SIGNALLING_VCI 5
#define ILMI_VCI 16

/* Link type 123 begins with four octets: what it is, VPI, VCI. */
#define LINK_SUNATM 123
#define SUNATM_SENT 0x80
#define SUNATM_ILMI 5
#define SUNATM_SSCOP 6
#define SUNATM_HEAD 4
/* Times in nanoseconds. */
#define PCAP_MAGIC 0xa1b23c4d

static struct {
	uint64_t label;
	uint64_t count;
	bool signalling;
} opts = { .label = DEFAULT_LABEL };

int set_pcap(int option, const char *argument)
{
	switch (option) {
	case OPT_SIGNALLING:
		opts.signalling = true;
		return XC_OK;
	case OPT_LABEL:
		if (!parse_u64(argument, LABEL_MAX, &opts.label))
			return complain_usage("--label %s: not a label, 0 to %d", argument,
					      LABEL_MAX);
		return XC_OK;
	default:
		if (!parse_u64(argument, UINT32_MAX, &opts.count) || !opts.count)
			return complain_usage("--count %s: not a number above 0", argument);
		return XC_OK;
	}
}

/* ---- the file ---- */

static int capture_begin(FILE *to)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, longest, link;
	} head = { PCAP_MAGIC, 2, 4, 0, 0, PDU_MAX + SUNATM_HEAD, LINK_SUNATM };

	return fwrite(&head, sizeof(head), 1, to) == 1 && fflush(to) == 0 ? 0 : -1;
}

/* Written out at once: somebody may read along. */
static int capture_write(FILE *to, const struct timespec *when, const uint8_t *head,
			 const uint8_t *sdu, size_t len)
{
	const struct {
		uint32_t seconds, nanoseconds, kept, length;
	} of = { when->tv_sec, when->tv_nsec, SUNATM_HEAD + len, SUNATM_HEAD + len };

	if (fwrite(&of, sizeof(of), 1, to) != 1 || fwrite(head, SUNATM_HEAD, 1, to) != 1 ||
	    fwrite(sdu, len, 1, to) != 1)
		return -1;
	return fflush(to);
}

/* ---- putting together ---- */

/* A PDU that is coming in, of one channel and one direction. */
struct partial {
	uint32_t key;
	uint8_t *buf;
	size_t filled;
	bool too_long;
};

struct capture {
	FILE *to;
	int fd;
	void *partials; /* tree, by key */
	struct timespec when; /* of the frame */
	bool sent; /* by this machine */
	bool failed; /* the file takes no more */
	uint64_t written, damaged, lost;
};

static int by_key(const void *a, const void *b)
{
	uint32_t x = ((const struct partial *)a)->key, y = ((const struct partial *)b)->key;

	return x < y ? -1 : x > y;
}

static struct partial *partial_of(struct capture *c, uint32_t key)
{
	struct partial wanted = { .key = key }, *p;
	struct partial **found = tfind(&wanted, &c->partials, by_key);

	if (found)
		return *found;
	p = calloc(1, sizeof(*p));
	if (p)
		p->buf = malloc(PDU_MAX);
	if (!p || !p->buf) {
		free(p);
		return NULL;
	}
	p->key = key;
	tsearch(p, &c->partials, by_key);
	return p;
}

static void partial_free(void *p)
{
	free(((struct partial *)p)->buf);
	free(p);
}

/* CRC-32 of AAL5: as Ethernet's, but the high bit first. */
static uint32_t crc32_of(const uint8_t *bytes, size_t len)
{
	static uint32_t table[256];
	uint32_t crc = 0xffffffff;
	unsigned int i, bit;

	for (i = 0; !table[255] && i < 256; i++) {
		table[i] = i << 24;
		for (bit = 0; bit < 8; bit++)
			table[i] = table[i] << 1 ^ (table[i] & 0x80000000 ? 0x04c11db7 : 0);
	}
	while (len--)
		crc = crc << 8 ^ table[(crc >> 24 ^ *bytes++) & 0xff];
	return ~crc;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* Octets of the SDU in a whole PDU, 0 when it is damaged. */
static size_t sdu_of(const struct partial *p)
{
	const uint8_t *trailer = p->buf + p->filled - TRAILER;
	size_t len = trailer[2] << 8 | trailer[3];

	if (p->too_long || crc32_of(p->buf, p->filled - 4) != be32(trailer + 4))
		return 0;
	return len + TRAILER <= p->filled && len + TRAILER + PAYLOAD > p->filled ? len : 0;
}

static void pdu_whole(struct capture *c, struct partial *p, uint32_t vpi, uint32_t vci)
{
	uint8_t head[SUNATM_HEAD] = { 0, vpi, vci >> 8, vci };
	size_t len = sdu_of(p);

	p->filled = 0;
	p->too_long = false;
	if (!len) {
		c->damaged++;
		return;
	}
	if (vpi == 0 && vci == SIGNALLING_VCI)
		head[0] = SUNATM_SSCOP;
	else if (vpi == 0 && vci == ILMI_VCI)
		head[0] = SUNATM_ILMI;
	if (c->sent)
		head[0] |= SUNATM_SENT;
	if (capture_write(c->to, &c->when, head, p->buf, len) < 0)
		c->failed = true;
	else
		c->written++;
}

static void cell(struct capture *c, const uint8_t *bytes)
{
	uint32_t head = be32(bytes), vpi = head >> 20 & 0xff, vci = head >> 4 & 0xffff;
	bool management = head & 8, last = head & 2;
	struct partial *p;

	if (management || (opts.signalling && (vpi || vci != SIGNALLING_VCI)))
		return;
	p = partial_of(c, (uint32_t)c->sent << 24 | vpi << 16 | vci);
	if (!p)
		return;
	if (p->filled + PAYLOAD > PDU_MAX) { /* its end was lost: all up to the next end is one */
		p->filled = 0;
		p->too_long = true;
	}
	memcpy(p->buf + p->filled, bytes + 4, PAYLOAD);
	p->filled += PAYLOAD;
	if (last)
		pdu_whole(c, p, vpi, vci);
}

static void frame(struct capture *c, const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len, *at = bytes + ETH_HLEN + 4;
	uint32_t shim;

	if (len < ETH_HLEN + 4 + CELL)
		return;
	shim = be32(bytes + ETH_HLEN);
	if (shim >> 12 != opts.label || !(shim & 0x100))
		return;
	for (; end - at >= CELL && !c->failed; at += CELL)
		cell(c, at);
}

/* ---- hearing ---- */

/* All that passes, and of it MPLS alone: what leaves is told to who wants everything only. */
static int listen_on(unsigned int index)
{
	struct sock_filter code[] = {
		{ BPF_LD | BPF_H | BPF_ABS, 0, 0, 12 },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ETH_P_MPLS_UC },
		{ BPF_RET | BPF_K, 0, 0, FRAME_MAX },
		{ BPF_RET | BPF_K, 0, 0, 0 },
	};
	const struct sock_fprog filter = { ARRAY_SIZE(code), code };
	const struct sockaddr_ll where = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = index,
	};
	const int on = 1, bytes = RECEIVE_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&where, sizeof(where)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* False when there is none, or no more. */
static bool hear(struct capture *c)
{
	static uint8_t bytes[FRAME_MAX];
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct sockaddr_ll from;
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr msg = { &from, sizeof(from), &part, 1, &control, sizeof(control), 0 };
	struct cmsghdr *cmsg;
	ssize_t n = recvmsg(c->fd, &msg, 0);

	if (n < 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &c->when);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
		if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&c->when, CMSG_DATA(cmsg), sizeof(c->when));
	c->sent = from.sll_pkttype == PACKET_OUTGOING;
	frame(c, bytes, n);
	return true;
}

static int capture_loop(struct capture *c, const char *file)
{
	int64_t limit = timeout_or(CLDN_FOREVER), end = monotonic_ns() + limit, left = -1;
	struct pollfd fds[] = {
		{ .fd = c->fd, .events = POLLIN },
		{ .fd = catch_signals(), .events = POLLIN },
	};

	for (;;) {
		while (!c->failed && (!opts.count || c->written < opts.count) && hear(c))
			;
		if (c->failed)
			return complain_errno(file, "write it", errno);
		if (opts.count && c->written >= opts.count)
			return XC_OK;
		if (limit >= 0)
			left = end - monotonic_ns();
		if (limit >= 0 && left <= 0)
			return XC_OK;
		if (poll(fds, ARRAY_SIZE(fds), left < 0 ? -1 : left / NS_PER_MS + 1) > 0 &&
		    fds[1].revents)
			return XC_OK; /* that is how one ends it */
	}
}

/* ---- the command ---- */

static int unheard(const char *name, int err)
{
	struct trouble trouble = {
		.object = name,
		.action = "hear its interface",
		.cause = errno_cause(err),
		.err = err,
	};

	if (err == EPERM)
		trouble.remedy = "become root, or have CAP_NET_RAW";
	return complain(err == EPERM ? XC_PERMISSION : exit_for_errno(err), &trouble);
}

static void dropped(struct capture *c)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (getsockopt(c->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
		c->lost = stats.tp_drops;
}

static void told(const struct capture *c, const char *name, const char *file)
{
	struct json_object *doc;

	if (settings.json) {
		doc = doc_open("capture");
		put_text(doc, "object", name);
		put_text(doc, "file", file);
		put_u64(doc, "written", c->written);
		put_u64(doc, "damaged", c->damaged);
		put_u64(doc, "frames_lost", c->lost);
	} else if (!settings.quiet) {
		fprintf(stderr, "%s: %" PRIu64 " PDUs written", name, c->written);
		if (c->damaged)
			fprintf(stderr, ", %" PRIu64 " damaged", c->damaged);
		if (c->lost)
			fprintf(stderr, ", %" PRIu64 " frames lost", c->lost);
		fputc('\n', stderr);
	}
}

static int capture_to(struct capture *c, const char *name, const char *file)
{
	int code;

	c->to = strcmp(file, "-") ? fopen(file, "we") : stdout;
	if (!c->to || capture_begin(c->to) < 0)
		return complain_errno(file, "write it", errno);
	progress("%s: capturing; Ctrl-C ends", name);
	code = capture_loop(c, file);
	dropped(c);
	told(c, name, file);
	return code;
}

/* What TCP carries has no interface, and others read it from the connection. */
static int no_frames(const struct cleardown_device *device)
{
	const struct trouble trouble = {
		.object = device->name,
		.action = "capture",
		.cause = "its circuits are not on Ethernet",
		.remedy = "tshark decodes ATM over TCP: tshark -f 'tcp port 2812'",
		.err = EOPNOTSUPP,
	};

	return complain(exit_for_errno(EOPNOTSUPP), &trouble);
}

int run_pcap(int argc, char **argv)
{
	struct capture c = { .fd = -1 };
	struct cleardown_device device;
	unsigned int index;
	int code;

	if (argc != 1 && argc != 2)
		return complain_usage(
			"pcap takes a file, - for standard output, and after it an object");
	if (!strcmp(argv[0], "-"))
		doc_to_stderr();
	code = name_object(CLDN_CLASS_VC, argc == 2 ? argv[1] : NULL, &device);
	if (code)
		return code;
	if (strncmp(device.backend, "eth:", 4))
		return no_frames(&device);
	index = if_nametoindex(device.backend + 4);
	if (!index)
		return complain_errno(device.name, "find its interface here", ENODEV);
	c.fd = listen_on(index);
	if (c.fd < 0)
		return unheard(device.name, errno);
	code = capture_to(&c, device.name, argv[0]);
	tdestroy(c.partials, partial_free);
	close(c.fd);
	return code;
}
