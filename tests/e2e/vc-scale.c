// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of calls at once, over a cable inside the machine. They belong to a process of their
 * own, the owner, which makes them and sends a frame on each; this process takes them and sends it
 * back. Then they end: the owner closes each, or is killed, or the cable is pulled. Each has one
 * completion, one report and one record at either end, nothing is left, and none costs more for
 * there being many others.
 *
 * usage: vc-scale INTERFACE INTERFACE FEW MANY
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "kmem.h"
#include "vc.h"

#define SELECTOR 7
#define MOST 10000
#define FILES 32768
/* Calls that are being made, and frames on their way, at once. */
#define IN_FLIGHT 1024
#define FRAMES 250
/* Of a busy machine; nothing waits so long. */
#define LONG_MS 60000
#define LOST_CAUSE 38
/* What finds out that the cable is gone, and takes no busy machine for that or for a silent end. */
#define CLOCKS "idle=1000 noresponse=10000 t309=1000 t303=60000 t310=60000 t313=60000"
/* For what the kernel has in a circuit and its file. */
#define VC_OCTETS 4096
/* How much more one of many may cost than one of few: this machine is not the only one. */
#define DEARER 4
#define LISTS 5
#define DEATH_MS 3000

enum end { BY_REQUEST, BY_LOSS, BY_DEATH };

/* What one round took, nanoseconds. */
struct took {
	uint64_t setup;
	uint64_t list;
	uint64_t death;
	uint64_t end;
};

/* Written by the owner, who may be killed. */
static struct {
	uint64_t id[MOST];
	uint16_t vci[MOST];
	uint16_t order[MOST]; /* by VCI, which both ends know */
	uint64_t setup_ns;
} * shared;

static struct vclink a, b;
static struct vc vcs[MOST];
static int other; /* the other process */
static int n; /* calls of this round */

/* ---- the two processes ---- */

static void say(char c)
{
	if (write(other, &c, 1) != 1)
		DIE("nobody hears '%c'", c);
}

static void hear(char wanted)
{
	char c = 0;

	if (read(other, &c, 1) != 1 || c != wanted)
		DIE("'%c' is wanted, not '%c'", wanted, c);
}

static void next(struct vclink *l, union cd_record *rec)
{
	if (!vc_next(l, 0, rec, LONG_MS))
		exit(1);
	if (rec->ev.error)
		DIE("%s: type %u, error %d, cause %u", l->name, rec->ev.type, rec->ev.error,
		    rec->ev.p1);
}

/* How often something has happened to each circuit. */
static bool once_each(const uint8_t *counts)
{
	for (int i = 0; i < n; i++)
		if (counts[i] != 1)
			return false;
	return true;
}

/* ---- the owner ---- */

static int by_vci(const void *x, const void *y)
{
	return shared->vci[*(const uint16_t *)x] - shared->vci[*(const uint16_t *)y];
}

static void make_all(void)
{
	uint64_t begin = cd_now();
	struct cleardown_vc_call call;
	union cd_record rec;

	for (int made = 0, up = 0; up < n; up++) {
		for (; made < n && made - up < IN_FLIGHT; made++) {
			if (vc_create(&vcs[made], &a, 0, made) ||
			    !vc_make(&vcs[made], b.nsap, SELECTOR))
				DIE("call %d: %s", made, strerror(errno));
			shared->id[made] = vcs[made].id;
			shared->order[made] = made;
		}
		next(&a, &rec);
		memcpy(&call, rec.ev.data, sizeof(call));
		shared->vci[rec.ev.cookie] = call.vci;
	}
	shared->setup_ns = cd_now() - begin;
	qsort(shared->order, n, sizeof(*shared->order), by_vci);
}

/* The circuit's number in a frame, which must not come on another one. */
static void frame_put(struct vc *vc, uint32_t number)
{
	if (write(vc->fd, &number, sizeof(number)) != sizeof(number))
		DIE("frame %u: %s", number, strerror(errno));
}

static void frame_get(struct vc *vc, uint32_t number)
{
	struct pollfd p = { .fd = vc->fd, .events = POLLIN };
	uint32_t got = ~number;

	if (poll(&p, 1, LONG_MS) != 1 || read(vc->fd, &got, sizeof(got)) != sizeof(got) ||
	    got != number)
		DIE("frame %u is wanted, not %u", number, got);
}

static void frames_of_owner(void)
{
	for (int from = 0; from < n; from += FRAMES) {
		for (int k = from; k < n && k < from + FRAMES; k++)
			frame_put(&vcs[shared->order[k]], k);
		say('f');
		hear('f');
		for (int k = from; k < n && k < from + FRAMES; k++)
			frame_get(&vcs[shared->order[k]], k + MOST);
	}
}

/* One record of @type for each. */
static bool told_each(uint32_t type)
{
	static uint8_t told[MOST];
	union cd_record rec;
	bool good = true;

	memset(told, 0, sizeof(told));
	for (int i = 0; i < n; i++) {
		next(&a, &rec);
		EXPECT_EQ(good, rec.ev.type, type);
		told[rec.ev.cookie]++;
	}
	EXPECT(good, once_each(told));
	return good;
}

static bool close_all(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	for (int i = 0; i < n; i++)
		if (vc_close(&vcs[i], CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg) != -EINPROGRESS)
			DIE("close %d", i);
	EXPECT(good, told_each(CLEARDOWN_EV_CLOSE_COMPLETE));
	EXPECT_EQ(good, cd_one(a.events, &rec, 0), -ETIMEDOUT);
	return good;
}

static bool owner(enum end end)
{
	bool good = true;

	vc_af(&a, 1);
	say('r');
	hear('r');
	make_all();
	say('u');
	frames_of_owner();
	say('i');
	if (end == BY_DEATH)
		pause();
	hear('e');
	if (end == BY_LOSS)
		EXPECT(good, told_each(CLEARDOWN_EV_INCOMING_CLOSE));
	EXPECT(good, close_all());
	say('c');
	hear('x');
	return good;
}

/* ---- who takes the calls ---- */

static void take_all(void)
{
	static int index[65536];
	struct cleardown_vc_call call;
	static struct vc taken[MOST];
	union cd_record rec;
	int came = 0;

	for (int up = 0; up < n;) {
		next(&b, &rec);
		if (rec.ev.type == CLEARDOWN_EV_INCOMING_CALL) {
			memcpy(&call, rec.ev.data, sizeof(call));
			index[call.vci] = came;
			if (vc_create(&taken[came], &b, rec.ev.req_id, came) ||
			    !vc_accept(&taken[came]))
				DIE("taking call %d: %s", came, strerror(errno));
			came++;
		}
		up += rec.ev.type == CLEARDOWN_EV_COMPLETION;
	}
	hear('u');
	/* from here on the same number means the same circuit to both */
	for (int k = 0; k < n; k++)
		vcs[k] = taken[index[shared->vci[shared->order[k]]]];
	for (int k = 0; k < n; k++)
		if (cd_bind_events(vcs[k].fd, b.events, k))
			DIE("circuit %d has no events", k);
}

static void frames_of_taker(void)
{
	for (int from = 0; from < n; from += FRAMES) {
		hear('f');
		for (int k = from; k < n && k < from + FRAMES; k++) {
			frame_get(&vcs[k], k);
			frame_put(&vcs[k], k + MOST);
		}
		say('f');
	}
	hear('i');
}

/* Each is told of its end once, with @cause, and closes; its close completes, and it goes. */
static bool ends(uint32_t cause)
{
	static uint8_t told[MOST], closed[MOST], gone[MOST];
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	memset(told, 0, n);
	memset(closed, 0, n);
	memset(gone, 0, n);
	for (int left = n; good && left;) {
		next(&b, &rec);
		if (rec.ev.type == CLEARDOWN_EV_INCOMING_CLOSE) {
			told[rec.ev.cookie]++;
			EXPECT_EQ(good, rec.ev.p1, cause);
			EXPECT_EQ(good,
				  vc_close(&vcs[rec.ev.cookie], CLEARDOWN_MODE_ORDERLY, 0, NULL, 0,
					   &arg),
				  -EINPROGRESS);
		} else if (rec.ev.type == CLEARDOWN_EV_CLOSE_COMPLETE) {
			closed[rec.ev.cookie]++;
		} else {
			EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_VC_DELETED);
			gone[rec.ev.cookie]++;
			close(vcs[rec.ev.cookie].fd);
			left--;
		}
	}
	EXPECT(good, once_each(told) && once_each(closed) && once_each(gone));
	EXPECT_EQ(good, cd_one(b.events, &rec, 0), -ETIMEDOUT);
	return good;
}

/* ---- what is left of them ---- */

static int id_order(const void *x, const void *y)
{
	uint64_t l = *(const uint64_t *)x, r = *(const uint64_t *)y;

	return (l > r) - (l < r);
}

/* The @count ids that were found are @wanted, once each. */
static bool ids_are(uint64_t *found, int count, const uint64_t *wanted)
{
	static uint64_t sorted[MOST];

	if (count != n)
		return false;
	memcpy(sorted, wanted, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), id_order);
	qsort(found, n, sizeof(*found), id_order);
	return !memcmp(sorted, found, n * sizeof(*sorted));
}

/* The reports after number @after of @l's circuits are those of @ids, with @cause. */
static bool reports_are(const struct vclink *l, uint64_t after, const uint64_t *ids, uint32_t cause)
{
	static uint64_t found[2 * MOST];
	struct cleardown_report r;
	bool good = true;
	int count = 0;

	for (; !cd_report(after, &r); after = r.out_head.number) {
		if (strcmp(r.out_name, l->name) || count == 2 * MOST)
			continue;
		found[count++] = r.out_head.handle;
		good &= r.out_head.cause == cause && !r.out_head.error &&
			!(r.out_head.flags & CLEARDOWN_REPORT_FORCED);
	}
	EXPECT(good, good);
	EXPECT_EQ(good, count, n);
	EXPECT(good, ids_are(found, count, ids));
	return good;
}

static int cdr_next(int fd, uint64_t after, struct cleardown_vc_cdr *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->after = after;
	return cd_ioctl(fd, CLEARDOWN_IOC_VC_CDR, arg);
}

/* Likewise the call-detail records, each with its frame in both directions. */
static bool cdrs_are(const struct vclink *l, uint64_t *after, const uint64_t *ids, uint8_t why)
{
	static uint64_t found[2 * MOST];
	int fd = cd_open(l->name, O_RDONLY);
	struct cleardown_vc_cdr arg;
	bool good = true;
	int count = 0;

	for (; !cdr_next(fd, *after, &arg); *after = arg.out_cdr.number) {
		if (count == 2 * MOST)
			break;
		found[count++] = arg.out_cdr.vc;
		good &= arg.out_cdr.why == why && arg.out_cdr.sent_frames == 1 &&
			arg.out_cdr.received_frames == 1 && arg.out_cdr.setup_ns;
	}
	close(fd);
	EXPECT(good, good);
	EXPECT_EQ(good, count, n);
	EXPECT(good, ids_are(found, count, ids));
	return good;
}

/* The list of the circuits of @fd's link has @wanted; what that took. */
static uint64_t list_once(int fd, int wanted)
{
	struct cleardown_vc_next arg = { .size = sizeof(arg) };
	uint64_t begin = cd_now();
	int count;

	for (count = 0; !cd_ioctl(fd, CLEARDOWN_IOC_VC_NEXT, &arg); count++)
		arg.after = arg.out_vc;
	if (count != wanted)
		DIE("the list has %d circuits, not %d", count, wanted);
	return cd_now() - begin;
}

/* The fastest of some: it takes so little that a pause of this machine would be most of it. */
static uint64_t list_takes(const struct vclink *l, int wanted)
{
	int fd = cd_open(l->name, O_RDONLY);
	uint64_t least = ~0ULL, took;

	for (int i = 0; i < LISTS; i++) {
		took = list_once(fd, wanted);
		least = took < least ? took : least;
	}
	close(fd);
	return least;
}

/* ---- a round ---- */

static void cable(const char *state)
{
	char command[80];

	snprintf(command, sizeof(command), "ip link set veth1 %s", state);
	if (system(command))
		DIE("%s", command);
}

static pid_t owner_start(enum end end)
{
	int ends_of[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_of))
		DIE("no socketpair: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		close(b.af);
		close(b.events);
		other = ends_of[1];
		exit(!owner(end));
	}
	close(ends_of[1]);
	other = ends_of[0];
	return pid;
}

/* No circuit is left at @l. */
static bool empty(const struct vclink *l)
{
	uint64_t end = cd_now() + LONG_MS * CD_MS;
	int fd = cd_open(l->name, O_RDONLY);
	bool good;

	while (!(good = !vc_link(fd).out_vcs) && cd_now() < end)
		usleep(5000);
	close(fd);
	return good;
}

static const struct {
	uint32_t cause; /* of INCOMING_CLOSE where the calls were taken */
	uint32_t report; /* of the owner's reports */
	uint8_t why; /* of his records, and of the taker's */
	uint8_t why_there;
	const char *text;
} kinds[] = {
	[BY_REQUEST] = { 16, CLEARDOWN_CAUSE_LOCAL_USER, CLEARDOWN_CAUSE_LOCAL_USER,
			 CLEARDOWN_CAUSE_PEER, "closed one by one" },
	[BY_LOSS] = { LOST_CAUSE, CLEARDOWN_CAUSE_LOCAL_USER, CLEARDOWN_CAUSE_CARRIER,
		      CLEARDOWN_CAUSE_CARRIER, "lost with their cable" },
	[BY_DEATH] = { 16, CLEARDOWN_CAUSE_OWNER_DIED, CLEARDOWN_CAUSE_OWNER_DIED,
		       CLEARDOWN_CAUSE_PEER, "of an owner who is killed" },
};

/* The calls are up, and what they cost is known. The owner was there before. */
static void begin(struct took *t)
{
	uint64_t before;
	int64_t each;

	hear('r');
	before = mem_settled(mem_of_kernel);
	say('r');
	take_all();
	frames_of_taker();
	t->setup = shared->setup_ns;
	each = (int64_t)(mem_settled(mem_of_kernel) - before) / (2 * n);
	t->list = list_takes(&a, n);
	fprintf(stderr, "# %d calls: set up in %llu ms, %lld octets of the kernel's for each end\n",
		n, (unsigned long long)(t->setup / CD_MS), (long long)each);
	if (n == MOST)
		tap(each > 0 && each <= VC_OCTETS,
		    "%d calls are up and idle: at most %d octets for each end", n, VC_OCTETS);
}

/* Whatever ends them. */
static bool finish(enum end end, pid_t pid, struct took *t)
{
	uint64_t start = cd_now();
	bool good = true;
	int status = 0;

	if (end == BY_DEATH) {
		kill(pid, SIGKILL);
		EXPECT_EQ(good, waitpid(pid, &status, 0), pid);
		t->death = cd_now() - start;
		EXPECT(good, t->death < DEATH_MS * CD_MS);
	} else {
		say('e');
	}
	if (end == BY_LOSS)
		cable("down");
	EXPECT(good, ends(kinds[end].cause));
	if (end != BY_DEATH) {
		hear('c');
		say('x');
		EXPECT_EQ(good, waitpid(pid, &status, 0), pid);
		EXPECT_EQ(good, status, 0);
	}
	EXPECT(good, empty(&a) && empty(&b));
	t->end = cd_now() - start;
	close(other);
	return good;
}

static struct took round_of(enum end end, int calls)
{
	static uint64_t cdr_a, cdr_b, taken[MOST];
	uint64_t last = cd_last_report();
	struct took t = { 0 };
	bool good = true;
	pid_t pid;

	n = calls;
	pid = owner_start(end);
	begin(&t);
	for (int k = 0; k < n; k++)
		taken[k] = vcs[k].id;
	EXPECT(good, finish(end, pid, &t));
	EXPECT(good, reports_are(&a, last, shared->id, kinds[end].report));
	EXPECT(good, reports_are(&b, last, taken, CLEARDOWN_CAUSE_LOCAL_USER));
	EXPECT(good, cdrs_are(&a, &cdr_a, shared->id, kinds[end].why));
	EXPECT(good, cdrs_are(&b, &cdr_b, taken, kinds[end].why_there));
	fprintf(stderr, "# %d calls %s: %llu ms, of which the owner's death %llu; listed in %llu\n",
		n, kinds[end].text, (unsigned long long)(t.end / CD_MS),
		(unsigned long long)(t.death / CD_MS), (unsigned long long)(t.list / CD_MS));
	tap(good, "PR-1 PR-8 %d calls %s: one completion, report and record of each, none is left",
	    n, kinds[end].text);
	if (end == BY_LOSS)
		cable("up");
	return t;
}

static bool dearer(const char *what, uint64_t of_few, int few, uint64_t of_many, int many)
{
	if (of_many * few <= DEARER * of_few * many + 100 * CD_MS * few)
		return false;
	fprintf(stderr, "# %s: %llu ms for %d, %llu for %d\n", what,
		(unsigned long long)(of_few / CD_MS), few, (unsigned long long)(of_many / CD_MS),
		many);
	return true;
}

static void rounds(int few, int many)
{
	struct took f = round_of(BY_REQUEST, few), fd = round_of(BY_DEATH, few);
	struct took m = round_of(BY_REQUEST, many), md = round_of(BY_DEATH, many);
	bool good = true;

	EXPECT(good, !dearer("set up", f.setup, few, m.setup, many));
	EXPECT(good, !dearer("close", f.end, few, m.end, many));
	EXPECT(good, !dearer("death", fd.death, few, md.death, many));
	EXPECT(good, !dearer("what follows it", fd.end, few, md.end, many));
	EXPECT(good, !dearer("list", f.list, few, m.list, many));
	tap(good, "one of %d costs what one of %d does: set up, closed, its owner dead, listed",
	    many, few);
	round_of(BY_LOSS, many);
}

int main(int argc, char **argv)
{
	struct rlimit files = { FILES, FILES };

	if (argc != 5)
		return 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (setrlimit(RLIMIT_NOFILE, &files) || shared == MAP_FAILED)
		DIE("no files or no memory: %s", strerror(errno));
	if (!tap(vc_links(&a, &b, argv + 1, CLOCKS, CLOCKS, SELECTOR), "two links"))
		return 1;
	close(a.af);
	close(a.events);
	rounds(atoi(argv[3]), atoi(argv[4]));
	tap(vc_unlink(&b) && !cd_unbind(a.name, 0), "PR-8 the links are unbound: nothing is left");
	return tap_done();
}
