// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spooltest DIRECTORY DOCUMENT WHAT: the fax provider's spool, by itself.
 *
 * crash	a child goes through the life of a job and is killed, as by kill -9, before each of its calls
 *		that change the disk, and in the middle of each write. What is taken up then is what was
 *		acknowledged, or the step that was under way, and nothing else lies about.
 * order	in one whole life no ticket gets its name before it is on disk, and no step is acknowledged
 *		before the name is
 * queue	who is next, when, and what each outcome does to a job
 * limits	of users and jobs
 *
 * Exit 0, or 1 with what was wrong.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool.h"

#define STEPS	9
#define NOW	1000

static struct shared {
	int die_at;			/* which call; 0: never */
	size_t cut;			/* bytes of a write before that */
	int calls;
	size_t write_len;		/* of the write at which it died */
	int done;			/* steps that were acknowledged */
	int unsynced;			/* writes since the last fsync */
	int unnamed;			/* renames since then */
	int disorder;
	int resumed, refused;		/* of those that were killed while their pages were made */
} * shared;

static const char *spool_path, *document;

static void wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

/* ---- the calls ---- */

static void count(void)
{
	if (++shared->calls == shared->die_at)
		kill(getpid(), SIGKILL);
}

ssize_t __real_write(int fd, const void *data, size_t len);
int __real_fsync(int fd);
int __real_close(int fd);
int __real_open(const char *path, int flags, mode_t mode);
int __real_openat(int dir, const char *path, int flags, mode_t mode);
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __real_unlinkat(int dir, const char *path, int flags);
int __real_unlink(const char *path);

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	shared->unsynced++;
	if (shared->calls + 1 == shared->die_at) {
		shared->write_len = len;
		__real_write(fd, data, shared->cut < len ? shared->cut : len);
	}
	count();
	return __real_write(fd, data, len);
}

int __wrap_fsync(int fd)
{
	count();
	shared->unsynced = shared->unnamed = 0;
	return __real_fsync(fd);
}

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	count();
	shared->disorder += shared->unsynced;
	shared->unnamed++;
	return __real_renameat(from_dir, from, to_dir, to);
}

int __wrap_close(int fd)
{
	count();
	return __real_close(fd);
}

int __wrap_open(const char *path, int flags, mode_t mode)
{
	count();
	return __real_open(path, flags, mode);
}

int __wrap_openat(int dir, const char *path, int flags, mode_t mode)
{
	count();
	return __real_openat(dir, path, flags, mode);
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	count();
	return __real_mkdirat(dir, path, mode);
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	count();
	return __real_unlinkat(dir, path, flags);
}

int __wrap_unlink(const char *path)
{
	count();
	return __real_unlink(path);
}

/* ---- a life ---- */

static struct spool *open_spool(void)
{
	char error[200];
	struct spool *s = spool_open(spool_path, &(struct spool_limits){ 0 }, error, sizeof(error));

	if (!s || *error)
		wrong("the spool cannot be taken up: %s", error);
	return s;
}

static struct spool_job *add(struct spool *s, uint64_t id, uid_t uid, int64_t submitted)
{
	struct spool_job want = {
		.id = id,
		.uid = uid,
		.number = "200",
		.submitted = submitted,
		.station = "101",
		.not_before = submitted,
		.header = "a header",
	};
	char error[SPOOL_ERROR_LEN];
	struct spool_job *job = spool_add(s, &want, error, sizeof(error));

	if (!job && errno != EDQUOT && errno != EEXIST)
		wrong("job %d: %s", (int)id, error);
	return job;
}

/* Makes the pages of a job, from @path or, NULL, from what is there of it. How many. */
static int prepare(struct spool *s, struct spool_job *job, const char *path)
{
	char error[SPOOL_ERROR_LEN] = "", directory[SPOOL_PATH_LEN];
	int fd = __real_open(path ? path : "/dev/null", O_RDONLY | O_CLOEXEC, 0), pages;

	spool_directory(s, job, directory, sizeof(directory));
	pages = spool_prepare(directory, fd, DOCUMENT_FINE, error, sizeof(error));
	__real_close(fd);
	if (pages < 0 && !*error)
		wrong("it does not say why");
	return pages;
}

/* Added and ready. */
static struct spool_job *add_ready(struct spool *s, uint64_t id, uid_t uid, int64_t submitted)
{
	struct spool_job *job = add(s, id, uid, submitted);

	if (job && (job->state != SPOOL_PREPARING || prepare(s, job, document) != 2 ||
		    spool_prepared(s, job, 2) < 0))
		wrong("job %d is not made ready", (int)id);
	return job;
}

static int result(struct spool *s, struct spool_job *job, enum fax_outcome outcome, int confirmed,
		  int64_t now)
{
	struct fax_report report = {
		.outcome = outcome,
		.confirmed = confirmed,
		.reached = confirmed ? FAX_PAGE_END : FAX_DIALING,
	};

	return spool_result(s, job, &report, now);
}

/* Step @n, from 1; the job is 7. */
static int do_step(struct spool *s, int n)
{
	struct spool_job *job = spool_find(s, 7);

	switch (n) {
	case 1:
		return add(s, 7, 1000, NOW) ? 0 : -1;
	case 2:
		return prepare(s, job, document);
	case 3:
		return spool_prepared(s, job, 2);
	case 4:
		return spool_begin(s, job);
	case 5:
		return spool_page(s, job, 0, 1);
	case 6:
		return result(s, job, FAX_LINE_LOST, 1, NOW);
	case 7:
		return spool_begin(s, job);
	case 8:
		return result(s, job, FAX_OK, job->pages - 1, NOW);
	default:
		return spool_remove(s, job);
	}
}

/* What is taken up after so many steps. */
static const char *const after[STEPS + 1] = {
	"no job",
	"preparing confirmed 0 calls 0 not before 1000",
	"preparing confirmed 0 calls 0 not before 1000",
	"pending confirmed 0 calls 0 not before 1000",
	"pending confirmed 0 calls 1 not before 1000",
	"pending confirmed 1 calls 1 not before 1000",
	"pending confirmed 1 calls 1 not before 1120",
	"pending confirmed 1 calls 2 not before 1120",
	"done confirmed 1 calls 2 not before 1120",
	"no job",
};

static void describe(struct spool *s, char *text, size_t size)
{
	struct spool_job *job = spool_first(s);

	snprintf(text, size, "no job");
	if (job)
		snprintf(text, size, "%s confirmed %d calls %d not before %d",
			 spool_state_name(job->state), job->confirmed, job->calls,
			 (int)job->not_before);
	if (job && (job->next || job->id != 7 || strcmp(job->number, "200")))
		wrong("not the job that was added");
}

/* Everything in the spool, names below @path in one line. */
static int count_files(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static void check_tidy(struct spool *s)
{
	char path[SPOOL_PATH_LEN], *slash;
	struct spool_job *job = spool_first(s);
	struct stat st;

	if (count_files(spool_path) != !!job)
		wrong("something else is in the spool");
	if (!job)
		return;
	spool_document(s, job, path, sizeof(path));
	if (job->state != SPOOL_PREPARING && (stat(path, &st) < 0 || !st.st_size))
		wrong("the document is not there");
	slash = strrchr(path, '/');
	*slash = '\0';
	if (job->state != SPOOL_PREPARING && count_files(path) != 2)
		wrong("something else is in the job");
}

/*
 * Killed before its pages were there, it is made ready by the next one if the step that keeps the document
 * had begun and come far enough; if that was acknowledged, always.
 */
static void check_resumes(struct spool *s, int done)
{
	struct spool_job *job = spool_first(s);
	int pages;

	if (!job || job->state != SPOOL_PREPARING)
		return;
	pages = prepare(s, job, NULL);
	if (pages != 2 && (done > 1 || pages > 0))
		wrong("after step %d its pages are gone (%d)", done, pages);
	if (pages == 2 && (spool_prepared(s, job, pages) < 0 || job->state != SPOOL_PENDING))
		wrong("it cannot be taken up again");
	if (pages < 0 && (spool_refused(s, job, "gone") < 0 || job->state != SPOOL_FAILED))
		wrong("it cannot be refused");
	shared->resumed += pages == 2;
	shared->refused += pages < 0;
}

static void live(void)
{
	struct spool *s = open_spool();
	int i;

	for (i = 1; i <= STEPS; i++) {
		if (do_step(s, i) < 0)
			wrong("step %d: %s", i, strerror(errno));
		shared->disorder += shared->unsynced + shared->unnamed;
		shared->done = i;
	}
	spool_close(s);
}

/* True: it lived to its end. */
static bool live_until(int die_at, size_t cut)
{
	int status;
	pid_t pid;

	*shared = (struct shared){
		.die_at = die_at,
		.cut = cut,
		.resumed = shared->resumed,
		.refused = shared->refused,
	};
	fflush(stdout);
	pid = fork();
	if (!pid) {
		live();
		exit(0);
	}
	waitpid(pid, &status, 0);
	shared->die_at = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		exit(1);
	return WIFEXITED(status);
}

static void check_after(int die_at, size_t cut)
{
	struct spool *s = open_spool();
	char text[100];
	int done = shared->done;

	describe(s, text, sizeof(text));
	if (strcmp(text, after[done]) && (done == STEPS || strcmp(text, after[done + 1])))
		wrong("killed at call %d, byte %zu, after step %d: %s", die_at, cut, done, text);
	check_tidy(s);
	check_resumes(s, done);
	if (spool_first(s) && spool_first(s)->state == SPOOL_PENDING)
		check_tidy(s);
	if (spool_first(s) && spool_remove(s, spool_first(s)) < 0)
		wrong("it cannot be removed");
	check_tidy(s);
	spool_close(s);
}

static void test_crash(void)
{
	int at, n = 0;

	for (at = 1; !live_until(at, 0); at++) {
		size_t len = shared->write_len, cut;

		check_after(at, 0);
		n++;
		/* A document's bytes are many, and all the same here. */
		for (cut = 1; cut<len; cut += len> 1000 ? len / 4 : 7) {
			live_until(at, cut);
			check_after(at, cut);
			n++;
		}
	}
	check_after(0, 0);
	printf("killed %d times; %d went on, %d had no document yet\n", n, shared->resumed,
	       shared->refused);
	if (n < 100 || !shared->resumed || !shared->refused)
		wrong("that is not enough");
}

static void test_order(void)
{
	live_until(0, 0);
	if (shared->done != STEPS || shared->disorder)
		wrong("%d times something was named or told too early", shared->disorder);
}

/* ---- the queue ---- */

static void expect(bool good, const char *what)
{
	if (!good)
		wrong("not so: %s", what);
}

#define EXPECT(what) expect(what, #what)

static void remove_all(struct spool *s)
{
	while (spool_first(s))
		if (spool_remove(s, spool_first(s)) < 0)
			wrong("it cannot be removed");
}

/* So many calls with one outcome until the job has failed, @wait apart. */
static void test_outcome(struct spool *s, enum fax_outcome outcome, int calls, int wait)
{
	struct spool_job *job = add_ready(s, 100 + outcome, 1, NOW);
	int64_t now = NOW;
	int n = 0;

	while (job->state == SPOOL_PENDING && n < 100) {
		if (n)
			EXPECT(job->not_before == now + wait);
		now = job->not_before;
		EXPECT(!spool_next(s, NULL, now - 1) && spool_next(s, NULL, now) == job);
		EXPECT(!spool_begin(s, job) && !spool_next(s, NULL, now));
		EXPECT(!result(s, job, outcome, 0, now));
		n++;
	}
	if (n != calls || job->state != SPOOL_FAILED)
		wrong("%s: %d calls, not %d", fax_outcome_name(outcome), n, calls);
	remove_all(s);
}

static void test_queue(void)
{
	struct spool *s = open_spool();
	struct spool_job *first = add_ready(s, 9, 1, NOW), *second = add_ready(s, 3, 1, NOW + 5);
	struct spool_job *third = add(s, 4, 1, NOW);

	/* one whose pages are still being made is not sent; one without any has failed */
	EXPECT(spool_next(s, NULL, NOW) == first && !spool_refused(s, third, "no good"));
	EXPECT(third->state == SPOOL_FAILED && !strcmp(third->error, "no good"));
	EXPECT(spool_due(s, NOW - 1) == NOW && spool_next(s, NULL, NOW + 10) == first);
	EXPECT(!spool_begin(s, first) && spool_next(s, NULL, NOW + 10) == second);
	EXPECT(!spool_next(s, NULL, NOW + 4) && spool_due(s, NOW + 4) == NOW + 5);
	EXPECT(!result(s, first, FAX_BUSY, 0, NOW + 10) && first->not_before == NOW + 190);
	EXPECT(spool_next(s, NULL, NOW + 500) == second);
	second->kill_after = NOW + 600;
	EXPECT(!spool_expire(s, NOW + 599) && spool_expire(s, NOW + 600) == 1);
	EXPECT(second->state == SPOOL_FAILED && spool_next(s, NULL, NOW + 500) == first);
	remove_all(s);
	EXPECT(spool_due(s, NOW) == INT64_MAX && !spool_next(s, NULL, INT64_MAX));
	test_outcome(s, FAX_BUSY, 10, 180);
	test_outcome(s, FAX_NO_ANSWER, 3, 900);
	test_outcome(s, FAX_NO_FAX, 2, 600);
	test_outcome(s, FAX_VOICE, 1, 0);
	test_outcome(s, FAX_BAD_NUMBER, 1, 0);
	test_outcome(s, FAX_INCOMPATIBLE, 1, 0);
	test_outcome(s, FAX_ABORTED, 1, 0);
	test_outcome(s, FAX_DOCUMENT, 1, 0);
	test_outcome(s, FAX_DEVICE_GONE, 12, 30);
	spool_close(s);
}

/* It is not sent, and its time does not run out, until it is resumed; a daemon's end changes nothing. */
static void test_paused(void)
{
	struct spool *s = open_spool();
	struct spool_job *job = add_ready(s, 9, 1, NOW);

	job->paused = true;
	job->kill_after = NOW + 1;
	EXPECT(!spool_save(s, job));
	spool_close(s);
	s = open_spool();
	job = spool_first(s);
	EXPECT(job && job->paused && !spool_next(s, NULL, NOW) && !spool_expire(s, NOW + 5));
	job->paused = false;
	EXPECT(!spool_save(s, job));
	spool_close(s);
	s = open_spool();
	EXPECT(spool_next(s, NULL, NOW) == spool_first(s) && spool_expire(s, NOW + 5) == 1);
	remove_all(s);
	spool_close(s);
}

/* The clock goes back by a year: who waits for it waits as long as before, who has a time for that. */
static void test_set_back(void)
{
	int64_t then = NOW, now = then + 365 * 24 * 3600;
	struct spool *s = open_spool();
	struct spool_job *soon = add_ready(s, 11, 1, now), *busy = add_ready(s, 12, 1, now);
	struct spool_job *later = add_ready(s, 13, 1, now);

	later->at = later->not_before = now + 3600;
	spool_set_back(s, now);
	EXPECT(soon->not_before == now && later->not_before == now + 3600);
	EXPECT(!spool_begin(s, busy) && !result(s, busy, FAX_BUSY, 0, now));
	spool_set_back(s, now);
	EXPECT(busy->not_before == now + 180);
	spool_set_back(s, then);
	EXPECT(soon->not_before == then + 60 && busy->not_before == then + 180);
	EXPECT(later->not_before == now + 3600);
	spool_set_back(s, then + 30);
	EXPECT(soon->not_before == then + 60 && busy->not_before == then + 180);
	later->not_before = now + 7200;
	spool_set_back(s, then);
	EXPECT(later->not_before == now + 3600);
	spool_close(s);
	s = open_spool();
	EXPECT(spool_find(s, 11)->not_before == then + 60 && !spool_find(s, 11)->at);
	EXPECT(spool_find(s, 13)->at == now + 3600);
	remove_all(s);
	spool_close(s);
}

static void test_limits(void)
{
	struct spool_limits limits = { .jobs_per_user = 2, .paid = 2 };
	char error[200];
	struct spool *s = spool_open(spool_path, &limits, error, sizeof(error));
	struct spool_job *job = add_ready(s, 1, 1, NOW);

	EXPECT(add(s, 2, 1, NOW) != NULL);
	EXPECT(!add(s, 3, 1, NOW) && errno == EDQUOT);
	EXPECT(add(s, 3, 2, NOW) != NULL);
	EXPECT(!add(s, 3, 3, NOW) && errno == EEXIST);
	/* One that has ended makes room. */
	EXPECT(!spool_begin(s, job) && !result(s, job, FAX_OK, 1, NOW) && job->state == SPOOL_DONE);
	EXPECT(add_ready(s, 4, 1, NOW) != NULL);
	/* What was answered may have cost money: not a third time. */
	job = spool_find(s, 4);
	EXPECT(!spool_begin(s, job) && !result(s, job, FAX_LINE_LOST, 1, NOW));
	EXPECT(job->state == SPOOL_PENDING && job->paid == 1);
	EXPECT(!spool_begin(s, job) && !result(s, job, FAX_LINE_LOST, 1, NOW));
	EXPECT(job->state == SPOOL_FAILED && job->paid == 2);
	remove_all(s);
	limits.pages_per_job = 1;
	spool_close(s);
	s = spool_open(spool_path, &limits, error, sizeof(error));
	job = add(s, 5, 1, NOW);
	EXPECT(job && prepare(s, job, document) == 2 && !spool_prepared(s, job, 2));
	EXPECT(job->state == SPOOL_FAILED && !strcmp(job->error, "2 pages, and 1 are allowed"));
	spool_close(s);
	s = spool_open(spool_path, &limits, error, sizeof(error));
	job = spool_find(s, 5);
	EXPECT(job && !*error && job->state == SPOOL_FAILED && job->outcome == FAX_DOCUMENT);
	EXPECT(!strcmp(job->error, "2 pages, and 1 are allowed"));
	remove_all(s);
	spool_close(s);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "crash", test_crash },       { "order", test_order },	  { "queue", test_queue },
		{ "set-back", test_set_back }, { "limits", test_limits }, { "paused", test_paused },
	};
	size_t i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (argc != 4 || shared == MAP_FAILED)
		return 2;
	spool_path = argv[1];
	document = argv[2];
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(argv[3], tests[i].name))
			continue;
		tests[i].run();
		return 0;
	}
	return 2;
}
