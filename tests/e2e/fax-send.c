// SPDX-License-Identifier: GPL-2.0-only
/*
 * A document that is handed in is sent by the daemon, which is nobody but a user with the line's
 * device, to a fax machine; everything on the way is told.
 *
 * usage: fax-send TTY NUMBER	a modem's line of the bank, whose machine 200 receives
 */
#define _GNU_SOURCE

#include "faxd.h"

static struct desk desk;

static void without_a_daemon(void)
{
	bool good = true;

	EXPECT(good, !send_fax(desk.server, "fax1.tif", "200", NULL));
	EXPECT_EQ(good, fax_status(desk.server).out_jobs, 0);
	tap(good, "without a provider a document is refused, and nothing is kept");
	good = true;
	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_AVAILABLE);
	EXPECT(good, tty_free(desk.tty));
	tap(good, "the daemon is the provider of its line, and leaves the modem alone");
}

static void judge_events(uint64_t job, uint32_t pages)
{
	static const uint32_t once[] = { CLEARDOWN_FEI_JOB_QUEUED, CLEARDOWN_FEI_COMPLETED,
					 CLEARDOWN_FEI_DELETED };
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		EXPECT_EQ(good, desk_count(&desk, once[i], job), 1);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DIALING, job), 1);
	/* answered, and each page's beginning and end */
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_SENDING, job), 1 + 2 * pages);
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_SENDING, job, pages));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, pages));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 0);
	tap(good, "every page is told, the end once, and then that the job is deleted");
}

static void a_document(const char *document, uint32_t pages)
{
	uint64_t job = send_fax(desk.server, document, "200", NULL);
	bool good = job;

	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, faxd_job_is(job, "calls", "1"));
	EXPECT(good, same_fax(document, "rx.tif"));
	tap(good, "%s arrives, pixel for pixel", document);
	judge_events(job, pages);
	good = true;
	EXPECT(good, faxd_line_is("state", "free", 5000));
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, faxd_job_is(job, "state", "done"));
	EXPECT(good, log_has("\"outcome\":\"ok\""));
	tap(good, "the modem is on-hook, its line free; the daemon and its log know of it");
}

/* Everything of his is closed: the document is the service's. */
static void nobody_waits(void)
{
	uint64_t job = send_fax(desk.server, "fax1.tif", "200", "res=fine ecm=off");
	bool good = job;

	EXPECT_EQ(good, fax_close(desk.server, NULL), 0);
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	EXPECT(good, log_has("\"ecm\":false"));
	close(desk.server);
	desk.server = fax_connect(O_RDWR);
	tap(good, "TF-6 every handle is closed, and the job is sent, completed, deleted");
}

static void bad_ones(void)
{
	uint64_t job = send_fax(desk.server, "fax-send.sh", "200", "who=knows");
	bool good = job;

	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 1);
	job = send_fax(desk.server, "fax1.tif", "2;00", NULL);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_BAD_ADDRESS, job), 1);
	tap(good, "words and numbers that cannot be: the job fails, once, and says why");
}

static void leave(void)
{
	uint64_t before = cd_last_report();
	struct cleardown_report r;
	bool good = true;

	EXPECT_EQ(good, faxd_end(&desk, SIGTERM, 10000), 0);
	EXPECT_EQ(good, cd_report(before, &r), 0);
	EXPECT_EQ(good, r.out_head.clazz, CLEARDOWN_CLASS_FAX);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_RELEASED);
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_OFFLINE);
	tap(good, "told to end the daemon closes its line for good");
	tap(desk_close(&desk), "unbind");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv), "a line is bound for its provider's user"))
		return 1;
	without_a_daemon();
	a_document("fax1.tif", 1);
	a_document("fax3.tif", 3);
	nobody_waits();
	bad_ones();
	leave();
	return tap_done();
}
