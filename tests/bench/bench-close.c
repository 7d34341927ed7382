// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a close takes with requests outstanding on a modem that does not answer, and what of it
 * the requests cost. Beside it: what a request costs that ends in the usual way, from one
 * completion to the next, while the modem answers at once.
 */
#include "figure.h"
#include "simphone.h"

#define HOUR (3600 * CD_S)

static const unsigned int counts[] = { 0, 1, 64, 1024, 16384 };

#define NCOUNTS (sizeof(counts) / sizeof(counts[0]))

static struct simphone phone;

/* AT alone, the shortest command. */
static void ask(int fd, uint64_t id)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = CLEARDOWN_OP_DEV_SPECIFIC,
		.req_id = id,
		.deadline_ns = HOUR,
	};

	if (ioctl(fd, CLEARDOWN_IOC_SUBMIT, &arg))
		DIE("SUBMIT %llu: %s", (unsigned long long)id, strerror(errno));
}

/*
 * What the close spent outside its rungs: that is where requests are ended, those that were not
 * started before the first rung, the others behind the last. Filing the report is in it too.
 */
static uint64_t ending_ns(const struct cleardown_report *r)
{
	uint64_t ns = r->out_head.end_ns - r->out_head.begin_ns;

	for (unsigned int i = 0; i < r->out_nsteps; i++)
		ns -= r->out_steps[i].took_ns;
	return ns;
}

static void one_close(unsigned int count)
{
	uint64_t last = cd_last_report(), begin_ns, took_ns;
	struct cleardown_report report;
	struct cleardown_close arg;
	int fd = sim_open(&phone, O_RDWR);
	int events = sim_queue(fd, 1);
	long written = sim_value(&phone, "written");

	sim_control(&phone, "deaf on");
	for (unsigned int i = 0; i < count; i++)
		ask(fd, i);
	/* one is with the modem, the others wait behind it */
	if (count && !sim_wait(&phone, "written", written + 1, 5000))
		DIE("nothing reaches the modem");
	begin_ns = cd_now();
	if (cd_close(fd, CLEARDOWN_MODE_ABORT, 10 * CD_S, &arg))
		DIE("CLOSE: %s", strerror(errno));
	took_ns = cd_now() - begin_ns;
	if (arg.out_report.ops_completed != count || cd_report(last, &report))
		DIE("no report of %u requests", count);
	sim_control(&phone, "deaf off");
	close(events);
	close(fd);
	figure(OURS, "ms", took_ns / 1e6, "close, %u outstanding", count);
	if (count)
		figure(OURS, "us", ending_ns(&report) / 1e3 / count, "ending one of %u requests",
		       count);
}

/* The first answer is late, so that all the others are waiting when the worker goes on. */
static double normal_us(unsigned int count)
{
	uint64_t first_ns = 0;
	union cd_record rec;
	struct cleardown_close arg;
	int fd = sim_open(&phone, O_RDWR);
	int events = sim_queue(fd, 1);

	sim_control(&phone, "delay 1000000");
	ask(fd, 0);
	if (!sim_wait(&phone, "busy", 1, 5000))
		DIE("nothing reaches the modem");
	for (unsigned int i = 1; i < count; i++)
		ask(fd, i);
	sim_control(&phone, "delay 0");
	if (cd_wait(events, 1, &rec, 10000))
		DIE("no completion");
	first_ns = rec.ev.ns;
	if (cd_wait(events, count - 1, &rec, 60000))
		DIE("no completion");
	cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg);
	close(events);
	close(fd);
	return (rec.ev.ns - first_ns) / 1e3 / (count - 2);
}

int main(void)
{
	sim_bind(&phone, NULL, "");
	for (int run = 0; run < RUNS; run++)
		for (size_t i = 0; i < NCOUNTS; i++) {
			one_close(counts[i]);
			if (counts[i])
				figure(ANCHOR, "us", normal_us(1024), "ending one of %u requests",
				       counts[i]);
		}
	sim_unbind(&phone);
	return 0;
}
