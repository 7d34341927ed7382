// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls on faxes, each made again with its first, second, ... possible fault striking - a slab
 * object, a page, a copy from or to user memory - until there are no more of them; those that make
 * the line's thread work are swept again with the fault in that thread. A call may fail then, with a
 * precise error, or get over it. It has changed all or nothing, the next call comes about, and every
 * job ends once for each queue of its user, whatever memory there was.
 */
#define _GNU_SOURCE

#include "chain.h"
#include "fax.h"

#define NUMBER "102"

static char name[32];
static uint64_t line;
static int server = -1; /* stays open */
static int watch = -1; /* the queue of the session's events, stays open */
static int document = -1;
static int other = -1, port = -1, provider = -1, offers = -1, taken = -1;
static uint64_t job;

/* Jobs that FAX_SEND answered with, and what was seen of jobs on @watch. */
static unsigned int sent, ended, deleted;

static const uint32_t ends[] = { CLEARDOWN_FEI_COMPLETED, CLEARDOWN_FEI_FATAL_ERROR,
				 CLEARDOWN_FEI_ABORTING };

static bool is_end(const struct cleardown_event *ev)
{
	if (ev->p1 == CLEARDOWN_FEI_FATAL_ERROR && ev->p2 != CLEARDOWN_JS_FAILED)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ev->p1 == ends[i])
			return true;
	return false;
}

static void look(void)
{
	union cd_record rec;

	while (!cd_one(watch, &rec, 0)) {
		if (rec.ev.type != CLEARDOWN_EV_FAX || !rec.ev.req_id)
			continue;
		ended += is_end(&rec.ev);
		deleted += rec.ev.p1 == CLEARDOWN_FEI_DELETED;
	}
}

/* ---- states ---- */

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The provider ends at once, and with it what it did. */
static void no_provider(void)
{
	if (provider >= 0)
		fax_close(provider, NULL);
	close_one(&provider);
	close_one(&offers);
}

static void clean(void)
{
	struct cleardown_fax_job entry = { .size = sizeof(entry) };

	while (!cd_ioctl(server, CLEARDOWN_IOC_FAX_JOB_NEXT, &entry)) {
		fax_job_set(server, entry.out_job, CLEARDOWN_JC_DELETE, NULL);
		entry.after = entry.out_job;
	}
	no_provider(); /* jobs that are being deleted go with it */
	close_one(&taken);
	close_one(&port);
	close_one(&other);
	if (fax_status(server).out_jobs)
		DIE("a job that cannot be deleted");
}

static void with_line(void)
{
	offers = cd_events();
	provider = cd_open(name, O_RDWR);
	if (offers < 0 || provider < 0 || cd_bind_events(provider, offers, FAX_COOKIE))
		DIE("no line");
}

static void with_provider(void)
{
	struct cleardown_fax_provide arg = { .size = sizeof(arg) };

	with_line();
	if (cd_ioctl(provider, CLEARDOWN_IOC_FAX_PROVIDE, &arg))
		DIE("no provider");
}

static struct cleardown_fax_send send_arg;

static int send_job(void)
{
	int ret;

	send_arg = (struct cleardown_fax_send){
		.size = sizeof(send_arg),
		.fd = document,
		.line = line,
		.number = NUMBER,
	};
	ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_SEND, &send_arg);
	sent += !ret;
	return ret;
}

static void with_job(void)
{
	with_provider();
	if (send_job())
		DIE("no job");
	job = send_arg.out_job;
}

static void with_document(void)
{
	with_job();
	taken = fax_take(provider, job);
	if (taken < 0)
		DIE("no document");
}

static void with_hardware(void)
{
	with_document();
	if (fax_line(provider, CLEARDOWN_FAX_LINE_TAKE, NULL))
		DIE("no serial line");
}

static void with_call(void)
{
	with_hardware();
	if (fax_report(provider, job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0))
		DIE("no call");
}

static void with_orphan(void)
{
	with_document();
	no_provider();
	with_provider();
}

static void with_port(void)
{
	struct cleardown_fax_open_port arg;

	port = fax_open_port(server, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	if (port < 0)
		DIE("no port");
}

static void with_queue(void)
{
	offers = cd_events();
	if (offers < 0)
		DIE("no queue");
}

/* ---- calls ---- */

static bool memory_or_fault(int error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static bool only_fault(int error)
{
	return error == -EFAULT;
}

static int connect_server(void)
{
	other = fax_connect(O_RDWR);
	return other < 0 ? other : 0;
}

static bool nobody_new(int error)
{
	return memory_or_fault(error) && fax_status(server).out_servers == 1;
}

static int subscribe(void)
{
	return fax_events(server, offers, 7, NULL);
}

/* EFAULT may strike the answer; then the queue is there, until its file is closed. */
static bool no_queue(int error)
{
	return error == -EFAULT || (error == -ENOMEM && fax_status(server).out_queues == 1);
}

static int open_port(void)
{
	struct cleardown_fax_open_port arg;

	port = fax_open_port(server, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	return port < 0 ? port : 0;
}

/* Somebody else can have MODIFY. */
static bool no_port(int error)
{
	struct cleardown_fax_open_port arg;
	int second = fax_open_port(server, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);

	close_one(&second);
	return memory_or_fault(error) && arg.out_status == 0;
}

static int set_port(void)
{
	struct cleardown_fax_port arg = { .set = CLEARDOWN_FAX_SET_RINGS, .rings = 3 };

	return fax_port(port, &arg);
}

/* A job that nobody knows of is none. */
static bool no_job(int error)
{
	return memory_or_fault(error) && !fax_status(server).out_jobs;
}

static int ask_all(void)
{
	struct cleardown_fax_job entry = { .size = sizeof(entry), .after = job - 1 };
	struct cleardown_fax_port_next next = { .size = sizeof(next) };
	struct cleardown_fax_status st = { .size = sizeof(st) };
	struct cleardown_fax_rights rights;
	int ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_STATUS, &st);

	ret = ret ?: cd_ioctl(server, CLEARDOWN_IOC_FAX_JOB_NEXT, &entry);
	ret = ret ?: cd_ioctl(server, CLEARDOWN_IOC_FAX_PORT_NEXT, &next);
	ret = ret ?: fax_drop(server, 0, 0, &rights);
	return ret ?: fax_line(provider, CLEARDOWN_FAX_LINE_ASK, NULL);
}

static int delete_job(void)
{
	return fax_job_set(server, job, CLEARDOWN_JC_DELETE, NULL);
}

static int provide(void)
{
	struct cleardown_fax_provide arg = { .size = sizeof(arg) };

	return cd_ioctl(provider, CLEARDOWN_IOC_FAX_PROVIDE, &arg);
}

static int take_job(void)
{
	taken = fax_take(provider, job);
	return taken < 0 ? taken : 0;
}

static bool can_be_taken(int error)
{
	return memory_or_fault(error) && !take_job();
}

static int take_line(void)
{
	return fax_line(provider, CLEARDOWN_FAX_LINE_TAKE, NULL);
}

static bool line_known(int error)
{
	struct cleardown_fax_line arg;

	if (fax_line(provider, CLEARDOWN_FAX_LINE_ASK, &arg))
		return false;
	return error == -EFAULT || (error == -ENOMEM && !arg.out_held);
}

static int give_line(void)
{
	return fax_line(provider, CLEARDOWN_FAX_LINE_GIVE, NULL);
}

static int report_all(void)
{
	int ret = fax_report(provider, job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0);

	ret = ret ?: fax_report(provider, job, CLEARDOWN_FEI_SENDING, CLEARDOWN_JS_INPROGRESS, 1);
	return ret ?: fax_report(provider, job, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 1);
}

static int adopt(void)
{
	return fax_adopt(provider, job, getuid(), NULL);
}

static bool adopted_or_not(int error)
{
	int again = adopt();

	return memory_or_fault(error) && (!again || again == -EBUSY);
}

static int close_server(void)
{
	return fax_close(other, NULL);
}

static void with_other(void)
{
	if (connect_server())
		DIE("no server handle");
}

static bool closed_or_open(int error)
{
	int again = close_server();

	return error == -EFAULT && (!again || again == -EBADFD);
}

static int close_port(void)
{
	return fax_close(port, NULL);
}

static bool port_closed_or_open(int error)
{
	int again = close_port();

	return error == -EFAULT && (!again || again == -EBADFD);
}

static int close_provider(void)
{
	return fax_close(provider, NULL);
}

static bool provider_closed_or_open(int error)
{
	int again = close_provider();

	return error == -EFAULT && (!again || again == -EBADFD);
}

static const struct chain chains[] = {
	{ "open of the server", "F-1 ", NULL, connect_server, nobody_new, clean, false },
	{ "FAX_EVENTS", "F-10 ", with_queue, subscribe, no_queue, clean, false },
	{ "FAX_OPEN_PORT", "", NULL, open_port, no_port, clean, false },
	{ "FAX_PORT", "", with_port, set_port, only_fault, clean, false },
	{ "FAX_SEND", "PR-1 ", with_provider, send_job, no_job, clean, false },
	{ "what can be asked", "", with_job, ask_all, only_fault, clean, false },
	{ "FAX_JOB_SET", "PR-1 ", with_job, delete_job, only_fault, clean, false },
	{ "FAX_PROVIDE", "", with_line, provide, only_fault, clean, false },
	{ "FAX_JOB_TAKE", "", with_job, take_job, can_be_taken, clean, false },
	{ "FAX_LINE TAKE", "", with_document, take_line, line_known, clean, true },
	{ "FAX_LINE GIVE in a call", "PR-4 ", with_call, give_line, only_fault, clean, true },
	{ "FAX_REPORT to the end", "PR-1 ", with_hardware, report_all, only_fault, clean, false },
	{ "FAX_JOB_ADOPT", "", with_orphan, adopt, adopted_or_not, clean, false },
	{ "CLOSE of a server handle", "F-1 ", with_other, close_server, closed_or_open, clean,
	  false },
	{ "CLOSE of a port", "F-2 ", with_port, close_port, port_closed_or_open, clean, false },
	{ "CLOSE of a provider in a call", "PR-4 PR-6 ", with_call, close_provider,
	  provider_closed_or_open, clean, true },
};

/* ---- the sweep ---- */

static bool in_worker(int error)
{
	return error == -ENOMEM || error == -EIO;
}

/* The session's handles and queue, and the provider of nobody. */
static bool nothing_left(void)
{
	return cd_live_is("ops", 0) && cd_live_is("records", 0) &&
	       fax_status(server).out_queues == 1 && cd_live_is("handles", 2);
}

/* Whatever struck: as many ends as jobs, and as many of their numbers dead. */
static bool settled(void)
{
	bool good = true;

	look();
	EXPECT_EQ(good, ended, deleted);
	return good;
}

/* A queue without room for a record and a user without memory for one: the ends come all the same. */
static void ends_are_owed(void)
{
	int memory = fault_file(0, "make-it-fail");
	unsigned int before = deleted;
	bool good = true;

	with_job();
	fault_always(memory, true);
	EXPECT_EQ(good, delete_job(), 0);
	fault_always(memory, false);
	look();
	EXPECT_EQ(good, deleted, before + 1);
	EXPECT_EQ(good, ended, deleted);
	close(memory);
	clean();
	tap(good, "PR-1 a job ends with no memory at all: its last two events are there");
}

static void set_up(void)
{
	char text[CLEARDOWN_TEXT_LEN];

	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "sim", 0, "", name, text))
		DIE("%s", text);
	server = fax_connect(O_RDWR);
	watch = cd_events();
	document = open(FAX_DOC, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	line = fax_line_id(server, name);
	if (server < 0 || watch < 0 || document < 0 || !line ||
	    fax_events(server, watch, FAX_COOKIE, NULL))
		DIE("no session");
}

int main(void)
{
	bool good = true;

	set_up();
	chain_sweep_all(chains, sizeof(chains) / sizeof(chains[0]), name);
	ends_are_owed();
	EXPECT(good, sent > 0 && deleted >= sent); /* the others were undone */
	tap(good, "PR-1 every job of all sweeps had one terminal event and DELETED");
	close(server);
	close(watch);
	EXPECT_EQ(good, cd_unbind(name, 0), 0);
	return tap_done();
}
