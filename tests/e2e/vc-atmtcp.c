// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATM over TCP: two links of this machine, which connect to stock atmtcp(8) that passes on between
 * them and prints what passes, or to each other; what becomes of calls when the connection is lost,
 * stands still or goes with its namespace; and networks beside each other. veth0 and veth1 are a
 * cable.
 *
 * usage: vc-atmtcp [CASE]
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "atmtcp.h"
#include "medium.h"

#define CLOCKS " t308=500 t309=500"
/* No busy machine takes so long to have another relay as SSCOP waits for an answer. */
#define PATIENT " noresponse=60000"
#define RELAYED_A "host=127.0.0.1 port=3813"
#define RELAYED_B "host=127.0.0.1 port=3814 role=network"
#define KILLED 8
/* Q.850: a peer that is away, and an interface or namespace */
#define OUT_OF_ORDER 27
#define NETWORK_OUT 38
/* More than the buffers of two kernels hold of a connection on which nobody reads. */
#define STALLED_MAX (32 << 20)

/* ---- links and calls ---- */

static void begin_one(struct vclink *l, uint64_t cookie, const char *args)
{
	char words[256];

	snprintf(words, sizeof(words), "%s" CLOCKS, args);
	if (vc_bind_to(l, "atmtcp", 0, words))
		DIE("%s is not bound", args);
	vc_af(l, cookie);
}

static void begin(const char *a_args, const char *b_args)
{
	begin_one(&a, 1, a_args);
	begin_one(&b, 2, b_args);
	if (vc_sap(&b, SELECTOR, 0, NULL))
		DIE("the SAP");
}

static void end(void)
{
	bool good = vc_unlink(&a);

	good = vc_unlink(&b) && good;
	if (!good)
		DIE("the links do not end");
}

static bool frames_pass(struct vc *out, struct vc *in)
{
	static const size_t sizes[] = { 1, 7, 8, 9, 48, 1000, 9000 };
	static uint8_t sent[9000], got[9188];
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = i * 7;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT_EQ(good, write(out->fd, sent, sizes[i]), (ssize_t)sizes[i]);
		EXPECT_EQ(good, frame(in, got, sizeof(got), 5000), (ssize_t)sizes[i]);
		EXPECT(good, !memcmp(got, sent, sizes[i]));
		EXPECT_EQ(good, write(in->fd, sent, sizes[i]), (ssize_t)sizes[i]);
		EXPECT_EQ(good, frame(out, got, sizeof(got), 5000), (ssize_t)sizes[i]);
		EXPECT(good, !memcmp(got, sent, sizes[i]));
	}
	return good;
}

/* With close data, which the far end gets; all that was sent is confirmed. */
static bool over(struct vc *out, struct vc *in)
{
	static const char bye[] = "good bye";
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, vc_close(out, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, bye, 8, &arg), 0);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	EXPECT_EQ(good, arg.out_report.in_doubt, 0);
	EXPECT(good, acknowledged(out, in, bye, 8));
	return good;
}

/* ---- cases ---- */

static void relayed(void)
{
	pid_t pid = relay();
	struct vc out, in;
	bool good = true;
	uint32_t vci;

	begin(RELAYED_A, RELAYED_B);
	EXPECT(good, calls(&out, &in));
	EXPECT_EQ(good, !!(vc_link(a.af).out_flags & CLEARDOWN_VC_LINK_NETWORK), 0);
	EXPECT_EQ(good, !!(vc_link(b.af).out_flags & CLEARDOWN_VC_LINK_NETWORK), 1);
	EXPECT(good, !memcmp(vc_link(a.af).out_peer, b.nsap, sizeof(b.nsap)));
	EXPECT(good, !memcmp(vc_link(b.af).out_peer, a.nsap, sizeof(a.nsap)));
	tap(good, "a call through stock atmtcp, frames of 1 to 9000 octets both ways");

	good = true;
	vci = vc_status(&out).out_call.vci;
	EXPECT_EQ(good, write(out.fd, "dumped", 6), 6);
	EXPECT(good, printed(vci, "64 75 6d 70 65 64"));
	EXPECT(good, over(&out, &in));
	EXPECT(good, printed(5, "67 6f 6f 64 20 62 79 65"));
	tap(good, "V-23 atmtcp has printed a frame, and the close data in a RELEASE");
	end();
	relay_kill(pid);
}

static void direct(void)
{
	struct vc out, in;
	bool good = true;

	begin("host=127.0.0.1", "listen=2812 host=127.0.0.1");
	EXPECT(good, calls(&out, &in));
	EXPECT_EQ(good, !!(vc_link(b.af).out_flags & CLEARDOWN_VC_LINK_NETWORK), 1);
	EXPECT(good, over(&out, &in));
	end();
	tap(good, "a call between a link that connects and one that listens");
}

/* The reset, also one that comes before connect() has returned. */
static bool is_reset(int fd, const struct sockaddr_in *there)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char octet;

	if (connect(fd, (const struct sockaddr *)there, sizeof(*there)))
		return errno == ECONNRESET;
	return poll(&p, 1, 5000) == 1 && read(fd, &octet, 1) == -1 && errno == ECONNRESET;
}

/* Whoever connects from there is reset. */
static bool sent_away(const char *from)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(2812) };
	struct sockaddr_in here = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = true;

	inet_pton(AF_INET, from, &here.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
	EXPECT_EQ(good, bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	EXPECT(good, good && is_reset(fd, &there));
	close(fd);
	return good;
}

static void strangers(void)
{
	bool good = true;

	begin_one(&b, 2, "listen=2812 host=127.0.0.1");
	EXPECT(good, sent_away("127.0.0.2"));
	EXPECT(good, is_down(&b));
	begin_one(&a, 1, "host=127.0.0.1");
	EXPECT(good, is_up(&a) && is_up(&b));
	end();
	tap(good, "who is not the peer that bind has named is sent away");
}

/* The longest SDU there is, over links that were bound for it. */
static void longest(void)
{
	static uint8_t sent[65535], got[65535];
	struct vc out, in;
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = i * 31;
	begin("host=127.0.0.1 max_sdu=65535", "listen=2812 max_sdu=65535");
	EXPECT(good, is_up(&a) && is_up(&b));
	EXPECT(good, good && vc_connect_of(&a, &out, &b, &in, SELECTOR, sizeof(sent)));
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(good, write(out.fd, sent, sizeof(sent)), (ssize_t)sizeof(sent));
		EXPECT_EQ(good, frame(&in, got, sizeof(got), 5000), (ssize_t)sizeof(got));
		EXPECT(good, !memcmp(got, sent, sizeof(sent)));
	}
	EXPECT(good, over(&out, &in));
	end();
	tap(good, "SDUs of 65535 octets");
}

/* Nothing that answers: what we say is printed. */
static void dumper(void)
{
	pid_t pid = fork();
	bool good = true;

	if (!pid) {
		if (freopen(PRINTED, "w", stdout))
			execl(ATMTCP, "atmtcp", "listen", "2812", "print", NULL);
		_exit(1);
	}
	begin_one(&a, 1, "host=127.0.0.1");
	EXPECT(good, flags_are(&a, CLEARDOWN_VC_LINK_UP, CLEARDOWN_VC_LINK_UP));
	EXPECT(good, printed(5, "01 00 "));
	EXPECT_EQ(good, waitpid(pid, NULL, WNOHANG), 0);
	EXPECT(good, vc_unlink(&a));
	EXPECT_EQ(good, waitpid(pid, NULL, 0), pid);
	tap(good, "atmtcp listen print has our BGN, and ends when the link is unbound");
}

/* ---- the connection is lost ---- */

/* What was sent and nobody confirmed is in doubt for ever, also when the call goes on. */
static void shortly(void)
{
	struct cleardown_close arg;
	pid_t pid = relay();
	struct vc out, in;
	bool good = true;

	begin(RELAYED_A PATIENT, RELAYED_B PATIENT);
	EXPECT(good, calls(&out, &in));
	relay_kill(pid);
	EXPECT(good, is_down(&a) && is_down(&b));
	EXPECT_EQ(good, write(out.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ENETDOWN);
	pid = relay();
	EXPECT(good, is_up(&a) && is_up(&b));
	EXPECT(good, good && moves(&out, &in));
	EXPECT_EQ(good, vc_close(&out, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.in_doubt);
	EXPECT(good, acknowledged(&out, &in, "", 0));
	tap(good, "the relay dies and another one comes: the call stays, frames go on");
	end();
	relay_kill(pid);
}

static void for_long(void)
{
	pid_t pid = relay();
	struct vc out, in;
	bool good = true;

	begin(RELAYED_A, RELAYED_B);
	EXPECT(good, calls(&out, &in));
	relay_kill(pid);
	EXPECT(good, lost(&a, &out, OUT_OF_ORDER));
	EXPECT(good, lost(&b, &in, OUT_OF_ORDER));
	pid = relay();
	EXPECT(good, calls(&out, &in) && over(&out, &in));
	tap(good,
	    "TV-10 no relay for long: both ends lose the call, cause %u; then it is as before",
	    OUT_OF_ORDER);
	end();
	relay_kill(pid);
}

/* ---- it stands still ---- */

/* Fills what there is; the octets that were taken. */
static uint64_t fill(struct vc *vc)
{
	static uint8_t sdu[9000];
	struct pollfd p = { .fd = vc->fd, .events = POLLOUT };
	uint64_t taken = 0;

	fcntl(vc->fd, F_SETFL, O_NONBLOCK);
	while (taken < STALLED_MAX && poll(&p, 1, 1000) == 1) {
		ssize_t n = write(vc->fd, sdu, sizeof(sdu));

		if (n < 0 && errno != EAGAIN)
			break;
		taken += n > 0 ? n : 0;
	}
	return taken;
}

/* Octets that the relay's TCP has of us, and the relay has not. */
static uint64_t unread(unsigned int port)
{
	FILE *file = fopen("/proc/net/tcp", "r");
	unsigned int at, state, queue;
	uint64_t octets = 0;
	char line[256];

	if (!file)
		DIE("/proc/net/tcp: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %*x:%x %*x:%*x %x %*x:%x", &at, &state, &queue) == 3 &&
		    at == port && state == TCP_ESTABLISHED)
			octets += queue;
	fclose(file);
	return octets;
}

/* It never goes on: nobody has read what was sent, and no more is confirmed than what its TCP has. */
static void lost_in_the_socket(void)
{
	struct cleardown_close arg;
	pid_t pid = relay();
	struct vc out, in;
	union cd_record rec;
	uint64_t taken, read;
	bool good = true;

	begin(RELAYED_A, RELAYED_B);
	EXPECT(good, calls(&out, &in));
	relay_stop(pid);
	taken = fill(&out);
	read = unread(3813);
	relay_kill(pid);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 40000));
	EXPECT_EQ(good, vc_close(&out, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.in_doubt);
	EXPECT(good, arg.out_report.in_doubt && taken > read);
	EXPECT(good, arg.out_report.confirmed <= arg.out_report.accepted - taken + read);
	fprintf(stderr, "# %llu octets: %llu unread, %llu in doubt\n", (unsigned long long)taken,
		(unsigned long long)read, (unsigned long long)arg.out_report.in_doubt);
	EXPECT_EQ(good, vc_delete(&out, NULL), 0);
	close(out.fd);
	EXPECT(good, lost(&b, &in, OUT_OF_ORDER));
	tap(good, "PR-7 the relay dies without reading: what its TCP has not got is in doubt");
	end();
}

static void stalled(void)
{
	struct cleardown_close arg;
	pid_t pid = relay();
	struct vc out, in;
	uint64_t taken, at;
	bool good = true;

	begin(RELAYED_A, RELAYED_B);
	EXPECT(good, calls(&out, &in));
	relay_stop(pid);
	taken = fill(&out);
	EXPECT(good, taken && taken < STALLED_MAX);
	EXPECT_EQ(good, write(out.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, EAGAIN);
	at = cd_now();
	EXPECT_EQ(good, vc_close(&out, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, cd_now() - at < 10 * CD_S + SLACK_MS * CD_MS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, arg.out_report.in_doubt > 0);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	tap(good,
	    "PR-5 PR-7 the relay stands still: writes have a bound, and so has the close, which "
	    "says what is in doubt");

	good = true;
	kill(pid, SIGCONT);
	EXPECT(good, acknowledged(&out, &in, "", 0));
	EXPECT(good, calls(&out, &in) && over(&out, &in));
	tap(good, "it goes on: the other end hears of the close, the next call is as before");
	end();
	relay_kill(pid);
}

/* ---- ends of owners, of links, of namespaces ---- */

/* Calls of a process of its own, which is killed when all are up. */
static pid_t owner(int up)
{
	pid_t pid = fork();
	union cd_record rec;
	struct vc vc;
	int i;

	if (pid)
		return pid;
	for (i = 0; i < KILLED; i++)
		if (vc_create(&vc, &a, 0, 100) || !vc_make(&vc, b.nsap, SELECTOR) ||
		    !vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 10000) || rec.ev.error)
			_exit(1);
	if (write(up, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void killed(void)
{
	struct cleardown_close arg;
	struct vc in[KILLED];
	union cd_record rec;
	bool good = true;
	int up[2], i;
	char got;
	pid_t pid;

	begin("host=127.0.0.1", "listen=2812");
	EXPECT(good, is_up(&a) && is_up(&b));
	if (pipe2(up, O_CLOEXEC))
		DIE("pipe: %s", strerror(errno));
	pid = owner(up[1]);
	for (i = 0; i < KILLED; i++) {
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 10000));
		EXPECT_EQ(good, vc_create(&in[i], &b, rec.ev.req_id, 200), 0);
		EXPECT(good, vc_accept(&in[i]));
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	}
	EXPECT_EQ(good, read(up[0], &got, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (i = 0; i < KILLED; i++)
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	for (i = 0; i < KILLED; i++) {
		EXPECT_EQ(good, vc_close(&in[i], CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
			  0);
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
		close(in[i].fd);
	}
	close(up[0]);
	close(up[1]);
	end();
	tap(good, "PR-8 kill -9 of the owner of %d calls: the far end has %d closes", KILLED,
	    KILLED);
}

/* RELEASE is the link's last word. */
static void forced(void)
{
	struct cleardown_close arg;
	struct vc out, in;
	union cd_record rec;
	bool good = true;

	begin("host=127.0.0.1", "listen=2812");
	EXPECT(good, calls(&out, &in));
	EXPECT_EQ(good, cd_unbind(a.name, 0), -EBUSY);
	EXPECT_EQ(good, cd_unbind(a.name, CLEARDOWN_UNBIND_FORCE), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 10000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, vc_close(&in, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(out.fd);
	close(in.fd);
	close(a.af);
	close(a.events);
	EXPECT(good, is_down(&b));
	EXPECT(good, vc_unlink(&b));
	tap(good, "unbound by force in a call: the far end has its RELEASE, then the link is down");
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		DIE("lo: %s", strerror(errno));
	close(fd);
}

/* Nobody is left in it but two links. */
static void namespace(void)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct vc out, in;
	bool good = true;

	if (home < 0 || unshare(CLONE_NEWNET))
		DIE("unshare: %s", strerror(errno));
	loopback_up();
	begin("host=127.0.0.1", "listen=2812");
	EXPECT(good, calls(&out, &in));
	if (setns(home, CLONE_NEWNET))
		DIE("setns: %s", strerror(errno));
	close(home);
	EXPECT(good, lost(&a, &out, NETWORK_OUT));
	EXPECT(good, lost(&b, &in, NETWORK_OUT));
	EXPECT(good, is_down(&a) && is_down(&b));
	end_forced(&a);
	end_forced(&b);
	tap(good, "TV-10 their network namespace goes: both ends lose the call, cause %u",
	    NETWORK_OUT);
}

/* ---- networks apart ---- */

/**
 * struct network - two links and a call between them
 * @a: who calls
 * @b: who is called
 * @out: the call at @a
 * @in: and at @b
 * @word: what its frames say
 */
struct network {
	struct vclink a, b;
	struct vc out, in;
	const char *word;
};

static bool network_calls(struct network *n)
{
	bool good = true;

	vc_af(&n->a, 1);
	vc_af(&n->b, 2);
	EXPECT(good, is_up(&n->a) && is_up(&n->b));
	EXPECT_EQ(good, vc_sap(&n->b, SELECTOR, 0, NULL), 0);
	EXPECT(good, good && vc_connect(&n->a, &n->out, &n->b, &n->in, SELECTOR));
	return good;
}

/* Nothing but its own, and all of that. */
static bool network_speaks(struct network *n)
{
	uint8_t got[64];
	bool good = true;

	EXPECT_EQ(good, frame(&n->in, got, sizeof(got), 5000), 3);
	EXPECT(good, !memcmp(got, n->word, 3));
	EXPECT_EQ(good, frame(&n->out, got, sizeof(got), 5000), 3);
	EXPECT(good, !memcmp(got, n->word, 3));
	EXPECT_EQ(good, frame(&n->in, got, sizeof(got), 100), -1);
	EXPECT_EQ(good, frame(&n->out, got, sizeof(got), 0), -1);
	return good;
}

/* What is called on @from is the address of another network's end. */
static bool network_refuses(struct network *from, struct network *to)
{
	union cd_record rec;
	bool good = true;
	struct vc vc;

	EXPECT_EQ(good, vc_create(&vc, &from->a, 0, 300), 0);
	EXPECT(good, vc_make(&vc, to->b.nsap, SELECTOR));
	EXPECT(good, vc_next(&from->a, CLEARDOWN_EV_COMPLETION, &rec, 10000));
	EXPECT(good, rec.ev.error);
	EXPECT_EQ(good, cd_one(to->b.events, &rec, 100), -ETIMEDOUT);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	return good;
}

static bool network_ends(struct network *n)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_close(&n->out, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&n->b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&n->in, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&n->b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_delete(&n->out, NULL), 0);
	close(n->out.fd);
	close(n->in.fd);
	EXPECT(good, vc_unlink(&n->a));
	EXPECT(good, vc_unlink(&n->b));
	return good;
}

#define NSAP_A "nsap=47111111111111111111111111111111111111"
#define NSAP_B "nsap=47222222222222222222222222222222222222"

static void apart(void)
{
	struct network n[3] = { { .word = "one" }, { .word = "two" }, { .word = "eth" } };
	bool good = true;
	int i, k;

	EXPECT_EQ(good, vc_bind_to(&n[0].a, "atmtcp", 0, "host=127.0.0.1 port=2813"), 0);
	EXPECT_EQ(good, vc_bind_to(&n[0].b, "atmtcp", 0, "listen=2813 " NSAP_A "00"), 0);
	EXPECT_EQ(good, vc_bind_to(&n[1].a, "atmtcp", 0, "host=127.0.0.1 port=2814"), 0);
	EXPECT_EQ(good, vc_bind_to(&n[1].b, "atmtcp", 0, "listen=2814 " NSAP_B "00"), 0);
	EXPECT_EQ(good, vc_bind(&n[2].a, "veth0", ""), 0);
	EXPECT_EQ(good, vc_bind(&n[2].b, "veth1", ""), 0);
	for (i = 0; good && i < 3; i++)
		EXPECT(good, network_calls(&n[i]));
	if (!tap(good, "two networks over TCP and one on a cable, with a call on each"))
		exit(1);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(good, vc_status(&n[i].out).out_call.vci,
			  vc_status(&n[0].out).out_call.vci);
		EXPECT_EQ(good, write(n[i].out.fd, n[i].word, 3), 3);
		EXPECT_EQ(good, write(n[i].in.fd, n[i].word, 3), 3);
	}
	for (i = 0; i < 3; i++)
		EXPECT(good, network_speaks(&n[i]));
	tap(good, "the same VCI on all of them: each end has its own network's frames");
	good = true;
	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++)
			EXPECT(good, i == k || network_refuses(&n[i], &n[k]));
	tap(good, "an address of one network is nobody's on the others");
	good = true;
	for (i = 0; i < 3; i++)
		EXPECT(good, network_ends(&n[i]));
	tap(good, "they end one after the other");
}

/* ---- words of bind ---- */

static void words(void)
{
	static const struct {
		const char *args;
		int error;
	} table[] = {
		{ "", EINVAL },
		{ "port=2812", EINVAL },
		{ "host=nowhere", EINVAL },
		{ "host=1.2.3.4.5", EINVAL },
		{ "host=224.0.0.1", EINVAL },
		{ "host=255.255.255.255", EINVAL },
		{ "host=0.0.0.0", EINVAL },
		{ "host=127.0.0.1 port=0", EINVAL },
		{ "host=127.0.0.1 port=65536", EINVAL },
		{ "listen=0", EINVAL },
		{ "listen=many", EINVAL },
		{ "listen=2812 host=224.0.0.1", EINVAL },
		{ "host=127.0.0.1 peer=4711", EINVAL },
		{ "host=127.0.0.1 nsap=4711", EINVAL },
		{ "host=127.0.0.1 role=both", EINVAL },
		{ "host=127.0.0.1 max_sdu=0", EINVAL },
		{ "host=127.0.0.1 max_sdu=65536", EINVAL },
		{ "host=127.0.0.1 close_data=129", EINVAL },
	};
	struct vclink l;
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		EXPECT_EQ(good, vc_bind_to(&l, "atmtcp", 0, table[i].args), -table[i].error);
	EXPECT(good, cd_bind_unknown(CLEARDOWN_CLASS_VC, "atmtcp", 0, "listen=2812 label=16",
				     "label=16"));
	begin_one(&a, 1, "listen=2812");
	EXPECT_EQ(good, vc_bind_to(&l, "atmtcp", 0, "listen=2812"), -EADDRINUSE);
	EXPECT(good, vc_unlink(&a));
	tap(good, "bind refuses what is no other end, and a port that is taken");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{ "words", words },
		{ "relayed", relayed },
		{ "direct", direct },
		{ "strangers", strangers },
		{ "longest", longest },
		{ "dumper", dumper },
		{ "shortly", shortly },
		{ "for_long", for_long },
		{ "lost_in_the_socket", lost_in_the_socket },
		{ "stalled", stalled },
		{ "killed", killed },
		{ "forced", forced },
		{ "namespace", namespace },
		{ "apart", apart },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (argc < 2 || !strcmp(argv[1], cases[i].name))
			cases[i].run();
	return tap_done();
}
