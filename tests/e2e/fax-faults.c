// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that the line or the other side spoils: each has its event, its number of pages, its log, and
 * either another call that is due or an end. Success is only told of what was confirmed.
 *
 * usage: fax-faults TTY NUMBER	with the machines 203, which is silent behind DCS; 204, which leaves
 *				in page 2; 205 and 206, whose lines are noisy during one page; and
 *				207, which sends and receives slowly: its pages take seconds, and
 *				one that looks late is still in them
 */
#define _GNU_SOURCE

#include "faxd.h"

static struct desk desk;

/* The call has failed with DISCONNECTED, @pages are over there, and the job is to be tried again. */
static void broken(uint64_t job, uint32_t pages, const char *outcome, const char *what)
{
	bool good = job;

	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DISCONNECTED, job, CALL_MS));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_DISCONNECTED, job, pages));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DISCONNECTED, job), 1);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_COMPLETED, job), 0);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 0);
	EXPECT_EQ(good, fax_job_state(desk.server, job), CLEARDOWN_JS_RETRYING);
	EXPECT(good, faxd_job_is(job, "outcome", outcome));
	EXPECT(good, faxd_job_is(job, "paid", "1"));
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
	tap(good, "%s: DISCONNECTED with its %u pages, and it is to be tried again", what, pages);
}

static void hit_with_ecm(void)
{
	uint64_t job = send_fax(desk.server, "fax3.tif", "206", NULL);
	bool good = job;

	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 3));
	/* answered, each page's beginning and end, and the end that was none */
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_SENDING, job), 1 + 2 * 3 + 1);
	EXPECT(good, faxd_job_is(job, "calls", "1"));
	EXPECT(good, same_fax("fax3.tif", "rx6.tif"));
	bank("waitfor 206 idle 20000");
	tap(good, "noise in a page with error correction: a part is sent again, pixel for pixel");
}

/*
 * Half of the page is noise. A receiver refuses it (RTN), and it comes again, whole; or takes it as it is
 * and trains anew (RTP). What was told is what the picture shows.
 */
static void hit_without_ecm(void)
{
	uint64_t job = send_fax(desk.server, "fax3.tif", "205", "ecm=off");
	unsigned int told;
	bool good = job;

	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 3));
	told = desk_count(&desk, CLEARDOWN_FEI_SENDING, job);
	EXPECT(good, told == 1 + 2 * 3 || told == 1 + 2 * 3 + 2);
	EXPECT(good, faxd_job_is(job, "calls", "1") && log_has("\"ecm\":false"));
	EXPECT_EQ(good, same_fax("fax3.tif", "rx5.tif"), told > 1 + 2 * 3);
	bank("waitfor 205 idle 20000");
	tap(good,
	    "noise in a page without it: taken with its bad lines, or refused and sent again");
}

static void cut_in_page_two(void)
{
	uint64_t job;

	desk.far = "207";
	job = desk_job_in(&desk, "fax3.tif", "2", "page");
	bank("drop 101");
	broken(job, 1, "line-lost", "the line is cut in page 2");
	bank("waitfor 207 idle 20000");
}

static void far_ends(void)
{
	broken(send_fax(desk.server, "fax3.tif", "203", NULL), 0, "far-silent",
	       "nothing is heard behind DCS");
	bank("waitfor 203 idle 20000");
	broken(send_fax(desk.server, "fax3.tif", "204", NULL), 1, "line-lost",
	       "the other side leaves in page 2");
	bank("waitfor 204 idle 20000");
}

static bool in_page_two(void)
{
	return bank("dial 207 101") && faxd_line_is("state", "receiving", CALL_MS) &&
	       faxd_line_is("page", "2", CALL_MS);
}

/* What had come is kept, and said to be what it is. */
static void cut_in_a_reception(void)
{
	struct wanted idle = { CLEARDOWN_EV_FAX, SESSION, 0, CLEARDOWN_FEI_IDLE, 0 };
	unsigned int before = desk_count(&desk, CLEARDOWN_FEI_DISCONNECTED, 0);
	unsigned int completed = desk_count(&desk, CLEARDOWN_FEI_COMPLETED, 0);
	unsigned int idles = desk_count(&desk, CLEARDOWN_FEI_IDLE, 0);
	bool good = desk_port(&desk, CLEARDOWN_FAX_PORT_SEND | CLEARDOWN_FAX_PORT_RECEIVE, 1);
	char text[80];

	EXPECT(good, faxd_line_is("state", "listening", 20000));
	EXPECT(good, in_page_two() && bank("drop 101"));
	EXPECT(good, tape_wait(&desk.tape, idle, idles + 1, CALL_MS, NULL));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DISCONNECTED, 0), before + 1);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_COMPLETED, 0), completed);
	EXPECT(good, !strcmp(faxd_received("pages", text), "1"));
	EXPECT(good, strcmp(faxd_received("outcome", text), "ok"));
	EXPECT(good, faxd_line_is("state", "listening", 20000));
	bank("waitfor 207 idle 60000");
	tap(good, "cut while it receives page 2: DISCONNECTED, the first page is kept");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line, and its daemon"))
		return 1;
	hit_with_ecm();
	hit_without_ecm();
	cut_in_page_two();
	far_ends();
	cut_in_a_reception();
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
