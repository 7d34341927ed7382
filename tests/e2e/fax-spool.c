// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon dies, or is told to end, with a call up: the modem is on-hook and free, the job waits, and
 * the next daemon sends what is not over there yet.
 *
 * usage: fax-spool TTY NUMBER		with the machines 200, which receives, and 201, likewise
 *	  fax-spool TTY NUMBER again	what a daemon finds when the machine was started anew
 */
#define _GNU_SOURCE

#include "faxd.h"

static struct desk desk;

/* Sends three pages and comes back in the middle of the second one, or, late, of the third. */
static uint64_t in_page_two(const char *far)
{
	desk.far = far;
	return desk_job_in(&desk, "fax3.tif", "2", "page");
}

/* How many pages are over there, as the daemon has written it: it sends the others. -1: it has not. */
static int kept_pages(uint64_t job)
{
	struct json_object *ticket;
	char path[96];
	int pages;

	snprintf(path, sizeof(path), FAXD_SPOOL "/jobs/%016llx/ticket", (unsigned long long)job);
	ticket = json_object_from_file(path);
	pages = ticket ? json_object_get_int(json_object_object_get(ticket, "confirmed")) : -1;
	json_object_put(ticket);
	return pages;
}

static bool same_rest(int pages, const char *got)
{
	return same_fax(pages == 1 ? "rest3.tif" : "last3.tif", got);
}

/* Killed between two pages, the daemon may have written one that it had not told yet. */
static int judge_waiting(uint64_t job)
{
	struct cleardown_fax_job entry;
	int pages = kept_pages(job);
	bool good = pages == 1 || pages == 2;

	EXPECT(good, fax_job(desk.server, job, &entry));
	EXPECT_EQ(good, entry.out_state, CLEARDOWN_JS_RETRYING | CLEARDOWN_JS_NOLINE);
	EXPECT(good, entry.out_flags & CLEARDOWN_FAX_JOB_ORPHAN);
	EXPECT(good, entry.out_pages >= 1 && (int)entry.out_pages <= pages);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 0);
	tap(good, "the job waits for the next daemon, with its page");
	return pages;
}

static void judge_rest(uint64_t job, int pages, const char *got)
{
	bool good = faxd_start(&desk, NULL);

	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 3));
	EXPECT(good, faxd_job_is(job, "calls", "2"));
	EXPECT(good, same_rest(pages, got));
	tap(good, "the next daemon sends the other two pages, and no more");
}

static void killed_in_a_page(void)
{
	uint64_t job, before = cd_last_report();
	bool good = faxd_start(&desk, NULL);
	struct cleardown_report r;
	int pages;

	job = in_page_two("200");
	EXPECT(good, job);
	EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	EXPECT(good, desk_quiet(&desk));
	EXPECT_EQ(good, cd_report(before, &r), 0);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_HAD_CALL);
	EXPECT(good, modem_usable(desk.tty));
	tap(good, "PR-8 killed in the middle of a page: on-hook, free, and told so");
	pages = judge_waiting(job);
	bank("waitfor 200 idle 20000");
	judge_rest(job, pages, "rx.tif");
}

static void told_to_end_in_a_page(void)
{
	uint64_t job = in_page_two("201"), since = cd_now(), took;
	bool good = job;
	int pages;

	EXPECT_EQ(good, faxd_end(&desk, SIGTERM, 20000), 0);
	/* 5 s of the line, and the close */
	took = (cd_now() - since) / CD_MS;
	EXPECT(good, took < line_ms(5000) + 1000 + 2 * SLACK_MS);
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, log_has("\"outcome\":\"aborted\""));
	tap(good, "told to end in the middle of a page: the call is aborted (%llu ms)",
	    (unsigned long long)took);
	pages = judge_waiting(job);
	bank("waitfor 201 idle 20000");
	judge_rest(job, pages, "rx1.tif");
}

/* The line is taken away by force, and comes back under its name. */
static void unbound_in_a_page(void)
{
	uint64_t job = in_page_two("200");
	char name[32], args[32];
	bool good = job;
	int pages;

	snprintf(args, sizeof(args), "provider=%d", FAXD_UID);
	EXPECT_EQ(good, cd_unbind(desk.name, CLEARDOWN_UNBIND_FORCE), 0);
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, faxd_line_is("state", "gone", 20000));
	pages = kept_pages(job);
	EXPECT(good, pages == 1 || pages == 2);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 0);
	bank("waitfor 200 idle 60000");
	EXPECT_EQ(good,
		  cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(desk.tty), args, name, NULL),
		  0);
	EXPECT(good, !strcmp(name, desk.name) && faxd_devices());
	later_by(1000); /* it was a call that failed, and so there is a pause */
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 3));
	EXPECT(good, faxd_job_is(job, "calls", "2"));
	EXPECT(good, same_rest(pages, "rx.tif"));
	tap(good, "unbound by force in a page, bound again: the same daemon sends the rest");
}

/* The daemon has read that it was paused, or resumed. */
static bool faxd_knows_paused(uint64_t job, bool paused)
{
	uint64_t end = cd_now() + 5 * CD_S;
	char text[80];

	while (strcmp(faxd_job(job, "paused", text), paused ? "true" : "false")) {
		if (cd_now() > end)
			return false;
		usleep(20000);
	}
	return true;
}

/* Jobs for later: one is deleted while nobody is there to be told, and the clock is set back. */
static void killed_with_jobs(void)
{
	uint64_t later, gone;
	bool good = true;
	char args[40];

	snprintf(args, sizeof(args), "at=%lld", (long long)time(NULL) + 3600);
	later = send_fax(desk.server, "fax1.tif", "200", args);
	gone = send_fax(desk.server, "fax1.tif", "200", args);
	EXPECT(good, later && gone && desk_quiet(&desk));
	EXPECT(good, faxd_job_is(gone, "state", "pending"));
	EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	later_by(-7200);
	EXPECT_EQ(good, fax_job_set(desk.server, gone, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, gone, 5000));
	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT(good, faxd_job_is(gone, "state", ""));
	EXPECT(good, faxd_job_is(later, "state", "pending"));
	EXPECT_EQ(good, fax_job_state(desk.server, later), CLEARDOWN_JS_PENDING);
	tap(good, "a job that was deleted meanwhile is not taken up, the others are");
	good = true;
	EXPECT_EQ(good, fax_job_set(desk.server, later, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, later, 5000));
	EXPECT(good, faxd_job_is(later, "state", ""));
	tap(good, "deleted while it waits it goes at once, also from the spool");
	good = true;
	later = send_fax(desk.server, "fax1.tif", "200", args);
	EXPECT(good, faxd_job_is(later, "state", "pending"));
	EXPECT_EQ(good, fax_job_set(desk.server, later, CLEARDOWN_JC_PAUSE, NULL), 0);
	EXPECT(good, faxd_knows_paused(later, true));
	fax_parameter("fax_adopt_ms", 100);
	EXPECT_EQ(good, faxd_end(&desk, SIGTERM, 20000), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, later, 20000));
	tap(good, "a job for later, paused, stays in the spool, not in the kernel");
}

/* Its number is of an earlier start, and so is everything but the spool. */
static void after_a_start(void)
{
	struct cleardown_fax_job entry = { .size = sizeof(entry) };
	struct json_object *o;
	bool good = true;
	char request[96];

	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT_EQ(good, cd_ioctl(desk.server, CLEARDOWN_IOC_FAX_JOB_NEXT, &entry), 0);
	EXPECT_EQ(good, entry.out_state, CLEARDOWN_JS_PAUSED);
	EXPECT(good, faxd_knows_paused(entry.out_job, true));
	tap(good, "after a start of the machine the job is in the kernel's table again, paused");
	good = true;
	EXPECT_EQ(good, fax_job_set(desk.server, entry.out_job, CLEARDOWN_JC_RESUME, NULL), 0);
	EXPECT_EQ(good, fax_job_state(desk.server, entry.out_job), CLEARDOWN_JS_PENDING);
	EXPECT(good, faxd_knows_paused(entry.out_job, false));
	tap(good, "and is resumed like any other");
	good = true;
	snprintf(request, sizeof(request), "{\"op\":\"alter\",\"job\":\"%llu\",\"at\":1}",
		 (unsigned long long)entry.out_job);
	o = faxd_asks(request);
	EXPECT(good, json_object_get_boolean(json_object_object_get(o, "ok")));
	json_object_put(o);
	EXPECT(good, desk_job_ends(&desk, entry.out_job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, entry.out_job, 1));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	EXPECT_EQ(good, faxd_end(&desk, SIGTERM, 20000), 0);
	tap(good, "and is sent when it is told to be sent now");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv), "a line is bound for its provider's user"))
		return 1;
	if (argc > 3) {
		after_a_start();
	} else {
		killed_in_a_page();
		told_to_end_in_a_page();
		unbound_in_a_page();
		killed_with_jobs();
	}
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
