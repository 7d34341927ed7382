// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept and counted of calls: the records of calls that ended in each way, also those whose
 * owner is dead; who may see them; how many are kept; the list of VCs; the counters of a link; the
 * order of the tracepoints of a close. The module was loaded with vc_records=16.
 *
 * usage: vc-cdr INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/wait.h>

#include "vc.h"

#define SELECTOR 7
#define KEPT 16
#define USER 1000
#define MAX_HANDLES "/sys/module/cleardown/parameters/max_handles"
#define TRACING "/sys/kernel/tracing/"

static struct vclink a, b;

/* The newest record, by an observer of the link; number 0 when there is none. */
static struct cleardown_cdr cdr_last(const struct vclink *l)
{
	int fd = cd_open(l->name, O_RDONLY);
	struct cleardown_cdr last = vc_cdr_last(fd);

	close(fd);
	return last;
}

/* Waits for the record with this number. */
static bool cdr_await(const struct vclink *l, uint64_t number, struct cleardown_cdr *cdr)
{
	uint64_t end = cd_now() + 5 * CD_S;

	do {
		*cdr = cdr_last(l);
		if (cdr->number >= number)
			return cdr->number == number;
		usleep(2000);
	} while (cd_now() < end);
	return false;
}

static int vc_next_of(int fd, uint64_t after, struct cleardown_vc_next *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->after = after;
	return cd_ioctl(fd, CLEARDOWN_IOC_VC_NEXT, arg);
}

/* The counter of a link, ~0 when there is none of that name. */
static uint64_t count_of(int fd, const char *name)
{
	struct cleardown_vc_count arg = { .size = sizeof(arg) };

	for (; !cd_ioctl(fd, CLEARDOWN_IOC_VC_COUNT, &arg); arg.index++)
		if (!strcmp(arg.out_name, name))
			return arg.out_value;
	return ~0ULL;
}

static void bound(char **interfaces)
{
	bool good = vc_links(&a, &b, interfaces, "", "", SELECTOR);

	EXPECT_EQ(good, cdr_last(&a).number, 0);
	if (!tap(good, "two links, and no record yet"))
		exit(1);
}

/* Three frames one way, one of which nobody reads, and two the other way. */
static bool carries(struct vc *from, struct vc *to)
{
	static char frame[1000];
	bool good = true;

	EXPECT_EQ(good, write(from->fd, frame, 1000), 1000);
	EXPECT_EQ(good, write(from->fd, frame, 500), 500);
	EXPECT_EQ(good, write(from->fd, frame, 1), 1);
	EXPECT_EQ(good, write(to->fd, frame, 40), 40);
	EXPECT_EQ(good, write(to->fd, frame, 41), 41);
	EXPECT_EQ(good, read(to->fd, frame, sizeof(frame)), 1000);
	EXPECT_EQ(good, read(to->fd, frame, sizeof(frame)), 500);
	EXPECT_EQ(good, read(to->fd, frame, sizeof(frame)), 1);
	EXPECT_EQ(good, read(from->fd, frame, sizeof(frame)), 40);
	EXPECT_EQ(good, read(from->fd, frame, sizeof(frame)), 41);
	return good;
}

static bool is_of_us(const struct cleardown_cdr *cdr)
{
	return cdr->pid == getpid() && cdr->uid == getuid();
}

static void told_of_a_call(void)
{
	struct cleardown_cdr here, there;
	struct cleardown_close arg;
	union cd_record rec;
	struct vc from, to;
	bool good = true;

	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	EXPECT(good, carries(&from, &to));
	EXPECT_EQ(good, cdr_last(&a).number, 0);
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, "bye", 3, &arg), 0);
	EXPECT(good, cdr_await(&a, 1, &here));
	EXPECT(good, is_of_us(&here) && here.vc == from.id);
	EXPECT_EQ(good, here.why, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, here.flags, CLEARDOWN_CDR_CONNECTED);
	EXPECT(good, here.setup_ns && here.setup_ns < here.total_ns);
	EXPECT_EQ(good, here.sent, 1501);
	EXPECT_EQ(good, here.sent_frames, 3);
	EXPECT_EQ(good, here.received, 81);
	EXPECT_EQ(good, here.received_frames, 2);
	EXPECT_EQ(good, here.lost_frames + here.in_doubt, 0);
	EXPECT(good, !memcmp(here.calling, a.nsap, sizeof(a.nsap)));
	EXPECT(good,
	       !memcmp(here.called, b.nsap, sizeof(b.nsap) - 1) && here.called[19] == SELECTOR);
	EXPECT(good, here.vci >= 32);
	tap(good, "the record of a call that we have closed, with what it has carried");

	good = true;
	EXPECT(good, cdr_await(&b, 1, &there)); /* the client has not acknowledged yet */
	EXPECT_EQ(good, there.why, CLEARDOWN_CAUSE_PEER);
	EXPECT_EQ(good, there.flags, CLEARDOWN_CDR_CONNECTED | CLEARDOWN_CDR_INCOMING);
	EXPECT_EQ(good, there.cause, 21);
	EXPECT_EQ(good, there.close_data, 3);
	EXPECT_EQ(good, there.sent, 81);
	EXPECT_EQ(good, there.received, 1501);
	EXPECT(good, is_of_us(&there) && there.vci == here.vci);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, cdr_last(&b).number, 1);
	EXPECT_EQ(good, vc_delete(&from, NULL), 0);
	close(from.fd);
	close(to.fd);
	tap(good, "and of one that the far end has closed: once, when it is over");
}

static void told_of_no_call(void)
{
	struct cleardown_cdr cdr;
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT_EQ(good, vc_create(&vc, &a, 0, 1), 0);
	EXPECT(good, vc_make(&vc, b.nsap, SELECTOR + 1));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT(good, cdr_await(&a, 2, &cdr));
	EXPECT_EQ(good, cdr.why, CLEARDOWN_CAUSE_PEER);
	EXPECT_EQ(good, cdr.cause, 88);
	EXPECT_EQ(good, cdr.flags, 0);
	EXPECT_EQ(good, cdr.setup_ns + cdr.sent + cdr.received, 0);
	EXPECT_EQ(good, cdr_last(&b).number, 1); /* nobody there was told */
	EXPECT_EQ(good, count_of(b.af, "calls-refused"), 1);
	EXPECT_EQ(good, count_of(a.af, "calls-failed"), 1);
	close(vc.fd);
	tap(good, "of a call that was refused, where it was made");
}

/* Runs in a process of its own until it is killed; its call is up when it writes. */
static void caller(int told)
{
	struct vclink mine = a;
	union cd_record rec;
	struct vc vc;
	bool good;

	vc_af(&mine, 3);
	good = !vc_create(&vc, &mine, 0, 1) && vc_make(&vc, b.nsap, SELECTOR) &&
	       vc_next(&mine, CLEARDOWN_EV_COMPLETION, &rec, 5000) && !rec.ev.error &&
	       write(vc.fd, "last words", 10) == 10;
	if (write(told, good ? "g" : "b", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static void told_of_the_dead(void)
{
	int pipes[2], status;
	struct cleardown_cdr cdr;
	struct cleardown_close arg;
	union cd_record rec;
	struct vc to;
	bool good = !pipe(pipes);
	char word = 'b';
	pid_t pid = fork();

	if (!pid)
		caller(pipes[1]);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&to, &b, rec.ev.req_id, 1), 0);
	EXPECT(good, vc_accept(&to));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, read(pipes[0], &word, 1) == 1 && word == 'g');
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	EXPECT(good, cdr_await(&a, 3, &cdr));
	EXPECT_EQ(good, cdr.why, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT_EQ(good, cdr.pid, pid);
	EXPECT_EQ(good, cdr.sent, 10);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(to.fd);
	close(pipes[0]);
	close(pipes[1]);
	tap(good, "PR-8 of a call whose owner was killed, when he is gone");
}

static void listed(void)
{
	struct cleardown_vc_next first, second, none;
	struct cleardown_close arg;
	int fd = cd_open(a.name, O_RDONLY);
	union cd_record rec;
	struct vc from, to, idle;
	bool good = true;

	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	EXPECT_EQ(good, vc_create(&idle, &a, 0, 1), 0);
	EXPECT_EQ(good, vc_next_of(fd, 0, &first), 0);
	EXPECT_EQ(good, first.out_vc, from.id);
	EXPECT_EQ(good, first.out_status.out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, first.out_status.out_call_state, 10);
	EXPECT_EQ(good, first.out_owner_pid, getpid());
	EXPECT(good, first.out_since_ns && first.out_since_ns < cd_now());
	EXPECT_EQ(good, vc_next_of(fd, first.out_vc, &second), 0);
	EXPECT_EQ(good, second.out_vc, idle.id);
	EXPECT_EQ(good, second.out_status.out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, vc_next_of(fd, second.out_vc, &none), -ENOENT);
	none.__reserved = 1;
	EXPECT_EQ(good, cd_ioctl(fd, CLEARDOWN_IOC_VC_NEXT, &none), -EINVAL);
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_next_of(b.af, 0, &first), 0);
	EXPECT_EQ(good, first.out_status.out_state, CLEARDOWN_VC_REMOTE_CLOSED);
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(from.fd);
	close(to.fd);
	close(idle.fd);
	close(fd);
	tap(good, "an observer sees the VCs of a link, their states and whose they are");
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (!good)
		fprintf(stderr, "# %s > %s: %m\n", text, path);
	close(fd);
	return good;
}

/* An unprivileged listener on b: takes one call, sees that alone; then his limit is reached. */
static int listener(int told)
{
	struct vclink mine = b;
	struct cleardown_close arg;
	struct cleardown_vc_cdr cdr;
	struct cleardown_vc_next next;
	union cd_record rec;
	struct vc vc;
	bool good = !setresgid(USER, USER, USER) && !setresuid(USER, USER, USER);

	vc_af(&mine, 3);
	EXPECT_EQ(good, vc_sap(&mine, SELECTOR + 2, 0, NULL), 0);
	EXPECT_EQ(good, write(told, "r", 1), 1);
	EXPECT(good, vc_next(&mine, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&vc, &mine, rec.ev.req_id, 1), 0);
	EXPECT(good, vc_accept(&vc));
	EXPECT(good, vc_next(&mine, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, vc_next_of(mine.af, 0, &next), 0);
	EXPECT_EQ(good, next.out_vc, vc.id);
	EXPECT_EQ(good, vc_next_of(mine.af, vc.id, &next), -ENOENT);
	EXPECT_EQ(good, vc_cdr_next(mine.af, 0, &cdr), -ENOENT);
	EXPECT_EQ(good, write(told, "l", 1), 1); /* only now the call may end */
	EXPECT(good, vc_next(&mine, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 10000));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_cdr_next(mine.af, 0, &cdr), 0);
	EXPECT_EQ(good, cdr.out_cdr.vc, vc.id);
	EXPECT_EQ(good, vc_cdr_next(mine.af, cdr.out_cdr.number, &cdr), -ENOENT);
	return good ? 0 : 1;
}

/* The child has an address family and a VC, and may have no more; root has room for the call. */
static bool limited(void)
{
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT_EQ(good, vc_create(&vc, &a, 0, 1), 0);
	EXPECT(good, put(MAX_HANDLES, "2"));
	EXPECT(good, vc_make(&vc, b.nsap, SELECTOR + 2));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 47);
	EXPECT(good, put(MAX_HANDLES, "16384"));
	close(vc.fd);
	return good;
}

static void owned_by_the_listener(void)
{
	struct cleardown_close arg;
	struct cleardown_cdr cdr;
	union cd_record rec;
	struct vc vc, mine, taken;
	char path[64], word;
	int pipes[2], status = 1;
	bool good = !pipe(pipes);
	uint64_t before = cdr_last(&b).number;
	pid_t pid;

	EXPECT(good, vc_connect(&a, &mine, &b, &taken, SELECTOR)); /* not the child's */
	snprintf(path, sizeof(path), "/dev/cleardown/%s", b.name);
	EXPECT_EQ(good, chmod(path, 0666), 0);
	pid = fork();
	if (!pid)
		_exit(listener(pipes[1]));
	EXPECT_EQ(good, read(pipes[0], &word, 1), 1);
	EXPECT_EQ(good, vc_create(&vc, &a, 0, 1), 0);
	EXPECT(good, vc_make(&vc, b.nsap, SELECTOR + 2));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, vc_close(&mine, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	close(mine.fd);
	close(taken.fd);
	EXPECT(good, cdr_await(&b, before + 1, &cdr));
	EXPECT_EQ(good, cdr.uid, 0);
	EXPECT(good, limited());
	EXPECT_EQ(good, read(pipes[0], &word, 1), 1);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, cdr_await(&b, before + 2, &cdr));
	EXPECT_EQ(good, cdr.uid, USER);
	EXPECT_EQ(good, cdr.pid, pid);
	waitpid(pid, &status, 0);
	EXPECT_EQ(good, status, 0);
	close(vc.fd);
	close(pipes[0]);
	close(pipes[1]);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	tap(good, "an incoming call is the SAP's owner's: his limit, his record, and no other's");
}

/* One call after the other, refused at once. */
static void ring(void)
{
	struct cleardown_vc_cdr first;
	uint64_t last = cdr_last(&a).number;
	union cd_record rec;
	struct vc vc;
	bool good = true;
	int i, fd = cd_open(a.name, O_RDONLY);

	EXPECT_EQ(good, vc_cdr_next(fd, 0, &first), 0);
	EXPECT_EQ(good, first.out_cdr.number, 1);
	EXPECT_EQ(good, first.out_lost, 0);
	EXPECT_EQ(good, vc_create(&vc, &a, 0, 1), 0);
	for (i = 0; i < KEPT; i++) {
		EXPECT(good, vc_make(&vc, b.nsap, SELECTOR + 1));
		EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	}
	EXPECT_EQ(good, cdr_last(&a).number, last + KEPT);
	EXPECT_EQ(good, vc_cdr_next(fd, 0, &first), 0);
	EXPECT_EQ(good, first.out_cdr.number, last + 1);
	EXPECT_EQ(good, first.out_lost, last);
	EXPECT_EQ(good, count_of(fd, "records"), last + KEPT);
	EXPECT_EQ(good, count_of(fd, "calls-made"), last + KEPT);
	EXPECT(good, count_of(fd, "frames-in") > KEPT && count_of(fd, "signalling-up") == 1);
	EXPECT_EQ(good, count_of(fd, "nonsense"), ~0ULL);
	EXPECT_EQ(good, vc_cdr_next(fd, ~0ULL, &first), -ENOENT);
	EXPECT_EQ(good,
		  cd_ioctl(fd, CLEARDOWN_IOC_VC_SAP,
			   &(struct cleardown_vc_sap){ .size = 16, .selector = 9 }),
		  -ENOTTY);
	close(vc.fd);
	close(fd);
	tap(good, "the ring keeps the newest, and says how many it has lost; counters");
}

/* Whether the trace has these events of @l's VCs, and no other ones between. */
static bool traced(const struct vclink *l, uint64_t device, const char *const *wanted)
{
	char line[512], name[64];
	unsigned long long vc;
	const char *at;
	FILE *f = fopen(TRACING "trace", "r");

	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, "vc=");
		if (!at || sscanf(at, "vc=%llx", &vc) != 1 || vc >> 32 != device)
			continue;
		while (at > line && strncmp(at, ": ", 2))
			at--;
		*(char *)at = '\0';
		at = strrchr(line, ' ');
		snprintf(name, sizeof(name), "%s", at ? at + 1 : "");
		if (!*wanted || strcmp(name, *wanted)) {
			fprintf(stderr, "# %s: traced %s, wanted %s\n", l->name, name,
				*wanted ?: "nothing");
			fclose(f);
			return false;
		}
		wanted++;
	}
	if (f)
		fclose(f);
	return f && !*wanted;
}

static void in_order(void)
{
	static const char *const wanted[] = { "cl_close_call",
					      "cm_close_call",
					      "close_data_sent",
					      "net_released",
					      "party_freed",
					      "cm_deactivate",
					      "mp_deactivate",
					      "deactivate_complete",
					      "cm_close_complete",
					      "cl_close_complete",
					      "co_delete_vc",
					      "peer_delete_vc",
					      "mp_delete_vc",
					      "vc_free",
					      NULL };
	struct cleardown_close arg;
	union cd_record rec;
	struct vc from, to;
	bool good = true;
	uint64_t end;

	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	/* Numbered: the times of two processors say nothing of who was first. */
	EXPECT(good, put(TRACING "trace_clock", "counter"));
	EXPECT(good, put(TRACING "events/cleardown_vc/enable", "1"));
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 0, "bye", 3, &arg), -EINPROGRESS);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_PENDING);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, vc_delete(&from, NULL), 0);
	close(from.fd);
	end = cd_now() + 5 * CD_S;
	while (!traced(&a, from.id >> 32, wanted) && cd_now() < end)
		usleep(20000);
	EXPECT(good, cd_now() < end);
	EXPECT(good, put(TRACING "events/cleardown_vc/enable", "0"));
	close(to.fd);
	tap(good, "V-38 O1 TV-2 a close has its tracepoints in the order of the contract");
}

static void over(void)
{
	bool good = vc_unlink(&a);

	good &= vc_unlink(&b);
	tap(good, "the links are unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	bound(argv + 1);
	told_of_a_call();
	told_of_no_call();
	told_of_the_dead();
	listed();
	owned_by_the_listener();
	ring();
	in_order();
	over();
	return tap_done();
}
