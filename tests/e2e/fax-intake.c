// SPDX-License-Identifier: GPL-2.0-only
/*
 * Documents whose pages take their time. The script has a ghostscript of its own, which waits for
 * /tmp/go and writes its process into /tmp/gs; what it makes is fax1.tif.
 *
 * usage: fax-intake TTY NUMBER	with the machine 200, which receives
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sys/file.h>

#include "faxd.h"

#define SLOTS 4 /* of the daemon: so many at a time */
#define QUIET 16 /* its CONTROL_CLIENTS */

static struct desk desk;

static bool state_becomes(uint64_t id, const char *state)
{
	uint64_t end = cd_now() + 20000 * CD_MS;
	char text[80];

	while (strcmp(faxd_job_now(id, "state", text), state)) {
		if (cd_now() > end) {
			fprintf(stderr, "# %llu is '%s', not '%s'\n", (unsigned long long)id, text,
				state);
			return false;
		}
		between_looks();
	}
	return true;
}

/* Of the ghostscript that was begun last, 0 = none lives. */
static int program(void)
{
	FILE *f = fopen("/tmp/gs", "r");
	int pid = 0;

	while (f && fscanf(f, "%d", &pid) == 1)
		;
	if (f)
		fclose(f);
	return pid && !kill(pid, 0) ? pid : 0;
}

static bool begun(void)
{
	uint64_t end = cd_now() + 20000 * CD_MS;

	while (!program() && cd_now() < end)
		between_looks();
	return program();
}

static bool over(void)
{
	uint64_t end = cd_now() + 20000 * CD_MS;

	while (program() && cd_now() < end)
		between_looks();
	return !program();
}

/* Places of programs, in /tmp. */
static int places(void)
{
	DIR *dir = opendir("/tmp");
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += !strncmp(entry->d_name, "cleardown-fax-", 14);
	if (dir)
		closedir(dir);
	return n;
}

static bool no_places(void)
{
	uint64_t end = cd_now() + 20000 * CD_MS;

	while (places() && cd_now() < end)
		between_looks();
	return !places();
}

static void go(bool on)
{
	if (on)
		close(open("/tmp/go", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	else
		unlink("/tmp/go");
}

static void the_daemon_goes_on(void)
{
	uint64_t slow = send_fax(desk.server, "one.ps", "200", NULL), quick;
	bool good = slow && begun();
	struct json_object *o;

	EXPECT(good, state_becomes(slow, "preparing"));
	EXPECT_EQ(good, fax_job_state(desk.server, slow), CLEARDOWN_JS_PENDING);
	o = faxd_asks("{\"op\":\"queue\"}"); /* one that waits for the pages never answers */
	EXPECT(good, o);
	json_object_put(o);
	quick = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, desk_job_ends(&desk, quick));
	EXPECT(good, state_becomes(slow, "preparing") && program());
	tap(good, "while pages are made the daemon answers, and another fax goes through");
	good = true;
	EXPECT_EQ(good, fax_job_set(desk.server, slow, CLEARDOWN_JC_PAUSE, NULL), 0);
	go(true);
	EXPECT(good, state_becomes(slow, "pending") && faxd_job_is(slow, "paused", "true"));
	EXPECT(good, faxd_job_is(slow, "pages", "1") && no_places());
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DIALING, slow), 0);
	EXPECT_EQ(good, fax_job_set(desk.server, slow, CLEARDOWN_JC_RESUME, NULL), 0);
	EXPECT(good, desk_job_ends(&desk, slow));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	go(false);
	tap(good, "then it is sent, unless it was paused meanwhile");
}

static void removed_while_it_is_made(void)
{
	uint64_t job = send_fax(desk.server, "one.ps", "200", NULL);
	bool good = job && begun();

	EXPECT(good, state_becomes(job, "preparing"));
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
	EXPECT(good, over() && no_places());
	EXPECT(good, faxd_job_is(job, "state", ""));
	tap(good, "a job that is deleted takes its program along, and leaves nothing");
}

/* A process that was begun by one that was killed has its lock until it is another program. */
static pid_t has_the_lock(void)
{
	int said[2];
	pid_t pid;
	char c;

	if (pipe(said))
		return -1;
	pid = fork();
	if (!pid) {
		flock(open(FAXD_SPOOL "/lock", O_RDWR), LOCK_EX);
		close(said[1]);
		close(said[0]);
		usleep(500000); /* for which it has the lock: no wait for anything */
		_exit(0);
	}
	close(said[1]);
	if (read(said[0], &c, 1)) /* its end is what is waited for */
		pid = -1;
	close(said[0]);
	return pid;
}

static void killed_while_it_is_made(void)
{
	uint64_t job = send_fax(desk.server, "one.ps", "200", NULL);
	bool good = job && begun();
	pid_t child;

	EXPECT(good, state_becomes(job, "preparing"));
	EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	EXPECT(good, over() && no_places());
	child = has_the_lock();
	EXPECT(good, child > 0 && faxd_start(&desk, NULL));
	if (child > 0)
		waitpid(child, NULL, 0);
	EXPECT(good, begun() && state_becomes(job, "preparing"));
	EXPECT_EQ(good, faxd_end(&desk, SIGTERM, 20000), 0);
	EXPECT(good, over() && no_places());
	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT(good, begun());
	go(true);
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	go(false);
	tap(good, "killed, and told to end, while pages are made: the next daemon makes them");
}

/* Those for which there is no room stay with the kernel, which has their documents. */
static void more_than_there_is_room_for(void)
{
	struct cleardown_fax_job entry;
	uint64_t jobs[SLOTS + 2];
	bool good = true;
	int i;

	for (i = 0; i < SLOTS + 2; i++)
		jobs[i] = send_fax(desk.server, "one.ps", "200", "at=4000000000");
	EXPECT(good, state_becomes(jobs[SLOTS - 1], "preparing"));
	for (i = SLOTS; i < SLOTS + 2; i++) {
		EXPECT(good, fax_job(desk.server, jobs[i], &entry));
		EXPECT(good, !(entry.out_flags & CLEARDOWN_FAX_JOB_TAKEN));
	}
	EXPECT_EQ(good, fax_job_set(desk.server, jobs[SLOTS + 1], CLEARDOWN_JC_PAUSE, NULL), 0);
	EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT(good, state_becomes(jobs[SLOTS - 1], "preparing"));
	go(true);
	for (i = 0; i < SLOTS + 2; i++)
		EXPECT(good, state_becomes(jobs[i], "pending"));
	EXPECT(good, faxd_job_is(jobs[SLOTS + 1], "paused", "true"));
	for (i = 0; i < SLOTS + 2; i++) {
		EXPECT_EQ(good, fax_job_set(desk.server, jobs[i], CLEARDOWN_JC_DELETE, NULL), 0);
		EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, jobs[i], 5000));
	}
	go(false);
	tap(good, "more documents than are made at a time: they wait in the kernel, none is lost");
}

/* The kernel takes no end of a job that is paused: it is told when the job goes on. */
static void refused_while_paused(void)
{
	uint64_t jobs[SLOTS + 1];
	bool good = true;
	int i;

	for (i = 0; i < SLOTS; i++)
		jobs[i] = send_fax(desk.server, "one.ps", "200", "at=4000000000");
	EXPECT(good, state_becomes(jobs[SLOTS - 1], "preparing"));
	jobs[SLOTS] = send_fax(desk.server, "one.ps", "200", "res=none");
	EXPECT_EQ(good, fax_job_set(desk.server, jobs[SLOTS], CLEARDOWN_JC_PAUSE, NULL), 0);
	go(true);
	EXPECT(good, state_becomes(jobs[SLOTS], "failed"));
	EXPECT(good, faxd_job_is(jobs[SLOTS], "outcome", "refused"));
	EXPECT_EQ(good, fax_job_state(desk.server, jobs[SLOTS]), CLEARDOWN_JS_PAUSED);
	EXPECT_EQ(good, fax_job_set(desk.server, jobs[SLOTS], CLEARDOWN_JC_RESUME, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, jobs[SLOTS], 5000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, jobs[SLOTS]), 1);
	for (i = 0; i < SLOTS; i++) {
		EXPECT_EQ(good, fax_job_set(desk.server, jobs[i], CLEARDOWN_JC_DELETE, NULL), 0);
		EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, jobs[i], 5000));
	}
	go(false);
	tap(good, "a job that is refused while it is paused fails when it is resumed");
}

/* As many as the daemon talks to at a time, and all of them say nothing. */
static void the_quiet_ones(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = FAXD_SOCKET };
	int fds[QUIET], i;
	struct json_object *o;
	bool good = true;

	for (i = 0; i < QUIET; i++) {
		fds[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		EXPECT_EQ(good, connect(fds[i], (struct sockaddr *)&at, sizeof(at)), 0);
	}
	o = faxd_asks("{\"op\":\"status\"}");
	EXPECT(good, o != NULL);
	json_object_put(o);
	for (i = 0; i < QUIET; i++)
		close(fds[i]);
	tap(good, "those who connect and say nothing do not keep others from asking");
}

static void no_pages_come_of_it(void)
{
	uint64_t job;
	bool good = true;

	go(true);
	job = send_fax(desk.server, "bad.ps", "200", NULL);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 1);
	EXPECT(good,
	       faxd_job_is(job, "state", "failed") && faxd_job_is(job, "outcome", "document"));
	EXPECT(good, faxd_job_is(job, "text", "gs: undefined in showpag"));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DIALING, job), 0);
	go(false);
	tap(good, "a document without pages: failed, with the program's words, and no call");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line, and its daemon"))
		return 1;
	the_daemon_goes_on();
	removed_while_it_is_made();
	killed_while_it_is_made();
	more_than_there_is_room_for();
	refused_while_paused();
	no_pages_come_of_it();
	the_quiet_ones();
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
