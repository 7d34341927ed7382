// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATM over TCP: two links of this machine, which connect to stock atmtcp(8) that passes on between
 * them and prints what passes, or to each other.
 *
 * usage: vc-atmtcp
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/wait.h>

#include "vc.h"

#define SELECTOR 7
#define ATMTCP "/usr/sbin/atmtcp"
#define PRINTED "/run/atmtcp.out"
#define CLOCKS " t308=500 t309=500"

static struct vclink a, b;

/* ---- the relay ---- */

/* Stock atmtcp with two connections, one after the other, and a printer of what passes. */
static pid_t relay(void)
{
	pid_t pid = fork();

	if (pid < 0)
		DIE("fork: %s", strerror(errno));
	if (pid)
		return pid;
	if (!freopen(PRINTED, "w", stdout))
		_exit(1);
	execl(ATMTCP, "atmtcp", "listen", "3813", "listen", "3814", "print", NULL);
	_exit(1);
}

static void relay_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* atmtcp has printed that octet string, of a PDU on that channel. */
static bool printed(unsigned int vci, const char *hex)
{
	static char text[1 << 20];
	uint64_t end = cd_now() + 5 * CD_S;
	char head[40];

	snprintf(head, sizeof(head), "VPI 0, VCI %u, ", vci);
	do {
		FILE *file = fopen(PRINTED, "r");
		size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
		const char *at = text;

		if (file)
			fclose(file);
		text[len] = '\0';
		while ((at = strstr(at, head))) {
			const char *next = strstr(at, "\nLink"), *found = strstr(at, hex);

			if (found && (!next || found < next))
				return true;
			at++;
		}
		usleep(20000);
	} while (cd_now() < end);
	fprintf(stderr, "# atmtcp has not printed %s on VCI %u\n", hex, vci);
	return false;
}

/* ---- links and calls ---- */

static bool is_up(struct vclink *l)
{
	if (vc_up(l->af, VC_UP_MS))
		return true;
	fprintf(stderr, "# %s: flags %#x\n", l->name, vc_link(l->af).out_flags);
	return false;
}

static void begin(const char *a_args, const char *b_args)
{
	char args[256];

	snprintf(args, sizeof(args), "%s" CLOCKS, a_args);
	if (vc_bind_to(&a, "atmtcp", 0, args))
		DIE("the first link");
	snprintf(args, sizeof(args), "%s" CLOCKS, b_args);
	if (vc_bind_to(&b, "atmtcp", 0, args))
		DIE("the second link");
	vc_af(&a, 1);
	vc_af(&b, 2);
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

static ssize_t frame(struct vc *vc, uint8_t *got, size_t size, int ms)
{
	struct pollfd p = { .fd = vc->fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? read(vc->fd, got, size) : -1;
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

static bool calls(struct vc *out, struct vc *in)
{
	bool good = true;

	EXPECT(good, is_up(&a) && is_up(&b));
	EXPECT(good, good && vc_connect(&a, out, &b, in, SELECTOR));
	EXPECT(good, good && frames_pass(out, in));
	return good;
}

/* With close data, which the far end gets; all that was sent is confirmed. */
static bool over(struct vc *out, struct vc *in)
{
	static const char bye[] = "good bye";
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_close(out, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, bye, 8, &arg), 0);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	EXPECT_EQ(good, arg.out_report.in_doubt, 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, 8);
	EXPECT(good, !memcmp(rec.ev.data, bye, 8));
	EXPECT_EQ(good, vc_close(in, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_delete(out, NULL), 0);
	close(out->fd);
	close(in->fd);
	return good;
}

/* ---- cases ---- */

static void relayed(void)
{
	pid_t pid = relay();
	struct vc out, in;
	bool good = true;
	uint32_t vci;

	begin("host=127.0.0.1 port=3813", "host=127.0.0.1 port=3814 role=network");
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

int main(void)
{
	relayed();
	direct();
	return tap_done();
}
