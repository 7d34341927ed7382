// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pvcd: a call manager for permanent circuits. There is nobody to signal to: a circuit is there when
 * both ends have said which channel it is. So a call is made by activating the channel that the
 * selector stands for, and closed by deactivating it. This is the smallest call manager there can
 * be; doc/callmanagers.md takes it apart.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cleardown.h>

#define SELECTORS 256
#define NDIS_SUCCESS 0U
/* Of Q.850. */
#define CAUSE_UNALLOCATED 1
#define CAUSE_BUSY 17
#define CAUSE_UNAVAILABLE 35

/**
 * struct circuit - a permanent circuit
 * @known: it was configured
 * @vpi: its channel
 * @vci: likewise
 */
struct circuit {
	bool known;
	uint16_t vpi;
	uint16_t vci;
};

static struct circuit circuits[SELECTORS];
static bool verbose;

/* "7=0.100": selector, VPI, VCI. */
static bool circuit_add(const char *text)
{
	unsigned int selector, vpi, vci;
	int end = 0;

	if (sscanf(text, "%u=%u.%u%n", &selector, &vpi, &vci, &end) != 3 || text[end] ||
	    selector >= SELECTORS || vpi > 255 || vci < 32 || vci > 65535)
		return false;
	circuits[selector] = (struct circuit){ .known = true, .vpi = vpi, .vci = vci };
	return true;
}

/* The answer to @request, whose call may be over meanwhile: that is no error of ours. */
static void answer(struct cleardown_callmgr *cm, const struct cleardown_callmgr_request *request,
		   uint32_t status, uint32_t cause)
{
	struct cleardown_callmgr_answer a = {
		.size = sizeof(a),
		.number = request->number,
		.object = request->object,
		.status = status,
		.cause = cause,
	};

	if (cleardown_callmgr_complete(cm, &a) < 0 && errno != EBADFD && errno != ENOENT)
		fprintf(stderr, "pvcd: answer to %u: %s\n", request->what, strerror(errno));
}

static void make_call(struct cleardown_callmgr *cm, const struct cleardown_callmgr_request *request)
{
	unsigned int selector = request->call.called[CLDN_NSAP_LEN - 1];
	const struct circuit *c = &circuits[selector];
	uint16_t vci = c->vci;

	if (!c->known) {
		answer(cm, request, CLDN_NDIS_STATUS_FAILURE, CAUSE_UNALLOCATED);
		return;
	}
	if (cleardown_callmgr_activate(cm, request->object, c->vpi, &vci) < 0) {
		answer(cm, request, CLDN_NDIS_STATUS_FAILURE,
		       errno == EEXIST ? CAUSE_BUSY : CAUSE_UNAVAILABLE);
		return;
	}
	if (verbose)
		printf("circuit %u is up\n", selector);
	answer(cm, request, NDIS_SUCCESS, 0);
}

static void serve(struct cleardown_callmgr *cm, const struct cleardown_callmgr_request *request)
{
	switch (request->what) {
	case CLDN_CM_MAKE_CALL:
		make_call(cm, request);
		break;
	case CLDN_CM_CLOSE_CALL:
		/* EBUSY: a call that is closed before it had its channel */
		cleardown_callmgr_deactivate(cm, request->object);
		answer(cm, request, NDIS_SUCCESS, 0);
		if (verbose)
			printf("a circuit is closed\n");
		break;
	case CLDN_CM_SAP: /* no call ever comes in */
		answer(cm, request, CLDN_NDIS_STATUS_NOT_SUPPORTED, 0);
		break;
	case CLDN_CM_CANCEL: /* its channel went with it */
		break;
	default:
		answer(cm, request, NDIS_SUCCESS, 0);
	}
}

/* All that has come. False when the link is gone, or nothing more can come. */
static bool serve_all(struct cleardown_callmgr *cm, struct cleardown_queue *queue)
{
	struct cleardown_callmgr_request request;
	const struct cleardown_record *record;

	while ((record = cleardown_queue_read(queue))) {
		if (record->type == CLDN_EV_PHONE_CLOSE) {
			fprintf(stderr, "pvcd: the link is gone\n");
			return false;
		}
		if (!cleardown_callmgr_request_from_record(record, &request))
			serve(cm, &request);
	}
	return errno == EAGAIN;
}

/* Until SIGTERM or SIGINT, or the link's end. */
static int run(struct cleardown_callmgr *cm, struct cleardown_queue *queue)
{
	struct pollfd p[2] = { { .fd = cleardown_queue_fd(queue), .events = POLLIN },
			       { .events = POLLIN } };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (p[1].fd < 0)
		return 1;
	while (serve_all(cm, queue)) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return 1;
		if (p[1].revents)
			return 0;
	}
	return 1;
}

static int manage(const char *link, uint32_t family)
{
	struct cleardown_queue *queue = cleardown_queue_open();
	struct cleardown_callmgr *cm = cleardown_callmgr_open(link);
	int ret = 1;

	if (!queue || !cm || cleardown_callmgr_bind_queue(cm, queue, 0) < 0 ||
	    cleardown_callmgr_register(cm, family, 0, 0) < 0) {
		fprintf(stderr, "pvcd: %s: %s\n", link, strerror(errno));
	} else {
		printf("family %#x of %s is managed\n", family, link);
		fflush(stdout);
		ret = run(cm, queue);
	}
	cleardown_callmgr_free(cm);
	cleardown_queue_free(queue);
	return ret;
}

static void usage(FILE *to)
{
	fprintf(to,
		"usage: pvcd [OPTION]... LINK\n"
		"A call manager for permanent circuits on LINK (vc0).\n"
		"  -c, --circuit=SELECTOR=VPI.VCI  a circuit, called by its selector (0 to 255)\n"
		"  -f, --family=NUMBER             address family (0x80000001)\n"
		"  -v, --verbose                   say what happens\n"
		"  -h, --help                      this text\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "circuit", required_argument, NULL, 'c' },
		{ "family", required_argument, NULL, 'f' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint32_t family = CLDN_AF_PROPRIETARY | 1;
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "c:f:vh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			if (circuit_add(optarg))
				break;
			fprintf(stderr, "pvcd: %s: wanted is SELECTOR=VPI.VCI, VCI from 32\n",
				optarg);
			return 2;
		case 'f':
			errno = 0;
			family = strtoul(optarg, &end, 0);
			if (!errno && end != optarg && !*end)
				break;
			fprintf(stderr, "pvcd: %s: wanted is a number\n", optarg);
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
	if (optind != argc - 1) {
		usage(stderr);
		return 2;
	}
	return manage(argv[optind], family);
}
