// SPDX-License-Identifier: GPL-2.0-or-later
/* Documents: looked at with libtiff, made by ghostscript and paps. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tiffio.h>

#include "document.h"

#define TIMEOUT_S	120
#define MEMORY_LIMIT	(1024UL << 20)
#define FILE_LIMIT	(256UL << 20)	/* what a program may write */
#define FILES_LIMIT	64
#define HEAD		4096
#define KEEP_STDERR	200

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static int fail(char *error, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return -1;
}

/* ---- what is it? ---- */

/* How long the UTF-8 character at @p is: 0 when it is none, or a control character of no use here. */
static size_t text_character(const unsigned char *p, size_t left)
{
	size_t len = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2, i;

	if (*p < 0x20)
		return strchr("\t\n\r\f", *p) && *p ? 1 : 0;
	if (*p == 0x7f || (*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
		return 0;
	/* The last one may be cut by the end of what was read. */
	for (i = 1; i < len && i < left; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static bool is_text(const unsigned char *p, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = text_character(p + i, len - i);
		if (!n)
			return false;
		i += n;
	}
	return len > 0;
}

enum document_kind document_kind(int fd)
{
	unsigned char head[HEAD];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	size_t len = n > 0 ? (size_t)n : 0;

	if (len >= 4 && (!memcmp(head, "II*\0", 4) || !memcmp(head, "MM\0*", 4)))
		return DOCUMENT_TIFF;
	if (memmem(head, len < 1024 ? len : 1024, "%PDF-", 5))
		return DOCUMENT_PDF;
	/* The second form is what Windows' printer drivers send. */
	if (len >= 2 && !memcmp(head, "%!", 2))
		return DOCUMENT_POSTSCRIPT;
	if (len >= 9 && !memcmp(head, "\033%-12345X", 9) && memmem(head, len, "%!PS", 4))
		return DOCUMENT_POSTSCRIPT;
	return is_text(head, len) ? DOCUMENT_TEXT : DOCUMENT_UNKNOWN;
}

const char *document_kind_name(enum document_kind kind)
{
	static const char *const names[] = {
		[DOCUMENT_UNKNOWN] = "unknown", [DOCUMENT_TIFF] = "TIFF",
		[DOCUMENT_PDF] = "PDF",		[DOCUMENT_POSTSCRIPT] = "PostScript",
		[DOCUMENT_TEXT] = "text",
	};

	return names[kind];
}

/* ---- TIFF ---- */

/* libtiff's own words would go to standard error. The last of them is kept. */
static char tiff_words[120];

static void keep_words(thandle_t handle, const char *module, const char *format, va_list args)
{
	(void)handle;
	(void)module;
	vsnprintf(tiff_words, sizeof(tiff_words), format, args);
}

struct seen {
	uint32_t width, rows;
	uint16_t bits, samples, compression, unit;
	float x, y;			/* per inch */
};

static void look(TIFF *tiff, struct seen *s)
{
	*s = (struct seen){ .unit = RESUNIT_INCH };
	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &s->width);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &s->rows);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &s->bits);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &s->samples);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &s->compression);
	TIFFGetField(tiff, TIFFTAG_RESOLUTIONUNIT, &s->unit);
	TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &s->x);
	TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &s->y);
	if (s->unit == RESUNIT_CENTIMETER) {
		s->x *= 2.54f;
		s->y *= 2.54f;
	}
}

/* Both of T.4's grids, by the millimetre and by the inch, count. */
static bool about(float value, float wanted)
{
	return fabsf(value - wanted) <= wanted * 0.05f;
}

static int find_resolution(const struct seen *s, enum document_resolution *resolution)
{
	if (!about(s->x, 204))
		return -1;
	if (about(s->y, 98))
		*resolution = DOCUMENT_STANDARD;
	else if (about(s->y, 196))
		*resolution = DOCUMENT_FINE;
	else if (about(s->y, 391))
		*resolution = DOCUMENT_SUPERFINE;
	else
		return -1;
	return 0;
}

static bool every_row_reads(TIFF *tiff, uint32_t rows)
{
	void *row = _TIFFmalloc(TIFFScanlineSize(tiff));
	bool good = row != NULL;
	uint32_t i;

	for (i = 0; good && i < rows; i++)
		good = TIFFReadScanline(tiff, row, i, 0) >= 0;
	_TIFFfree(row);
	return good;
}

static int check_page(TIFF *tiff, int number, struct document *doc, char *error, size_t size)
{
	enum document_resolution resolution;
	struct seen s;

	look(tiff, &s);
	if (s.bits != 1 || s.samples != 1)
		return fail(error, size, "page %d is not black and white (%u bits, %u samples)",
			    number, s.bits, s.samples);
	if (s.compression != COMPRESSION_NONE && s.compression != COMPRESSION_CCITTRLE &&
	    s.compression != COMPRESSION_CCITTFAX3 && s.compression != COMPRESSION_CCITTFAX4)
		return fail(error, size, "page %d is in compression %u, not a fax's", number,
			    s.compression);
	if (s.width != 1728 && s.width != 2048 && s.width != 2432)
		return fail(error, size, "page %d is %u pixels wide, not 1728, 2048 or 2432",
			    number, s.width);
	if (!s.rows || s.rows > DOCUMENT_MAX_ROWS)
		return fail(error, size, "page %d has %u rows, not 1 to %d", number, s.rows,
			    DOCUMENT_MAX_ROWS);
	if (find_resolution(&s, &resolution) < 0)
		return fail(error, size,
			    "page %d has %.0f x %.0f pixels per inch, not 204 x 98, 196 or 391",
			    number, (double)s.x, (double)s.y);
	if (TIFFIsTiled(tiff))
		return fail(error, size, "page %d is in tiles", number);
	tiff_words[0] = '\0';
	if (!every_row_reads(tiff, s.rows) || tiff_words[0])
		return fail(error, size, "page %d is damaged: %s", number, tiff_words);
	if (number == 1) {
		doc->width = s.width;
		doc->rows = s.rows;
		doc->resolution = resolution;
	}
	return 0;
}

static int check_pages(TIFF *tiff, struct document *doc, char *error, size_t size)
{
	do {
		if (++doc->pages > DOCUMENT_MAX_PAGES)
			return fail(error, size, "more than %d pages", DOCUMENT_MAX_PAGES);
		if (check_page(tiff, doc->pages, doc, error, size) < 0)
			return -1;
		tiff_words[0] = '\0';
	} while (TIFFReadDirectory(tiff));
	/* A chain of pages that is cut reads like its end. */
	if (!TIFFLastDirectory(tiff))
		return fail(error, size, "page %d cannot be found: %s", doc->pages + 1, tiff_words);
	return 0;
}

int document_check(int fd, struct document *doc, char *error, size_t size)
{
	TIFFErrorHandlerExt errors = TIFFSetErrorHandlerExt(keep_words);
	TIFFErrorHandlerExt warnings = TIFFSetWarningHandlerExt(NULL);
	TIFFErrorHandler old_errors = TIFFSetErrorHandler(NULL);
	TIFFErrorHandler old_warnings = TIFFSetWarningHandler(NULL);
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3), ret;
	TIFF *tiff;

	memset(doc, 0, sizeof(*doc));
	tiff_words[0] = '\0';
	lseek(copy, 0, SEEK_SET);
	/* m: not mapped, since a file may be shortened while it is read */
	tiff = copy < 0 ? NULL : TIFFFdOpen(copy, "document", "rm");
	if (tiff) {
		ret = check_pages(tiff, doc, error, size);
		TIFFClose(tiff);
	} else {
		ret = fail(error, size, "not a TIFF file: %s", tiff_words);
		if (copy >= 0)
			close(copy);
	}
	TIFFSetErrorHandlerExt(errors);
	TIFFSetWarningHandlerExt(warnings);
	TIFFSetErrorHandler(old_errors);
	TIFFSetWarningHandler(old_warnings);
	return ret;
}

/* ---- programs ---- */

static void set_limit(int which, rlim_t value)
{
	struct rlimit limit = { value, value };

	setrlimit(which, &limit);
}

/*
 * A place of their own for the programs of one document: -dSAFER lets PostScript read and write where
 * temporary files are, and in /tmp there are those of others.
 */
struct place {
	char path[64];
};

static int make_place(struct place *place)
{
	strcpy(place->path, "/tmp/cleardown-fax-XXXXXX");
	return mkdtemp(place->path) ? 0 : -1;
}

/* What a program left that was ended. */
static void drop_place(struct place *place)
{
	DIR *dir = opendir(place->path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(place->path);
}

/* No way back from here. What the parent has open beside these three is not the program's. */
static void become(const char *const *argv, const struct place *place, int in, int out, int err,
		   int timeout_s)
{
	char temporary[sizeof(place->path) + 8];
	char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/", temporary,
				      NULL };

	snprintf(temporary, sizeof(temporary), "TMPDIR=%s", place->path);

	/* The three may stand in each other's place. */
	in = fcntl(in, F_DUPFD, 10);
	out = fcntl(out, F_DUPFD, 10);
	err = fcntl(err, F_DUPFD, 10);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	syscall(SYS_close_range, 3U, ~0U, 0);
	setsid();
	/* nobody else would end it then */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_limit(RLIMIT_CPU, (rlim_t)timeout_s);
	set_limit(RLIMIT_AS, MEMORY_LIMIT);
	set_limit(RLIMIT_FSIZE, FILE_LIMIT);
	set_limit(RLIMIT_NOFILE, FILES_LIMIT);
	set_limit(RLIMIT_CORE, 0);
	execve(argv[0], (char *const *)argv, environment);
	_exit(127);
}

/* Waits for the end of a program by the end of its standard error; its first words are kept. */
static bool wait_words(int err, int timeout_s, char *words)
{
	struct pollfd p = { .fd = err, .events = POLLIN };
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && poll(&p, 1, timeout_s * 1000) > 0) {
		char text[1024];
		size_t room = KEEP_STDERR - len;

		n = read(err, text, sizeof(text));
		if (n > 0 && (size_t)n < room)
			room = (size_t)n;
		if (n > 0) {
			memcpy(words + len, text, room);
			len += room;
		}
	}
	words[len] = '\0';
	return n == 0;
}

/* The first line of somebody else's words becomes a part of one of ours. */
static const char *first_line(char *words)
{
	words += strspn(words, "\r\n ");
	words[strcspn(words, "\r\n")] = '\0';
	return *words ? words : "failed";
}

struct job {
	int in, out;
	const struct document_options *options;
	int timeout_s;
	struct place place;
	char *error;
	size_t size;
};

static int run(const struct job *job, const char *const *argv, int in, int out)
{
	const char *name = strrchr(argv[0], '/') + 1;
	int timeout_s = job->timeout_s;
	char *error = job->error;
	size_t size = job->size;
	char words[KEEP_STDERR + 1] = "";
	int err[2], status = 0;
	bool in_time;
	pid_t pid;

	if (pipe2(err, O_CLOEXEC) < 0)
		return fail(error, size, "%s: %s", name, strerror(errno));
	pid = fork();
	if (!pid)
		become(argv, &job->place, in, out, err[1], timeout_s);
	close(err[1]);
	in_time = pid > 0 && wait_words(err[0], timeout_s, words);
	close(err[0]);
	if (pid < 0)
		return fail(error, size, "%s: %s", name, strerror(errno));
	if (!in_time)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		return fail(error, size, "%s: not ready after %d s", name, timeout_s);
	if (WIFSIGNALED(status))
		return fail(error, size, "%s: ended by %s", name, strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == 127)
		return fail(error, size, "%s: not installed", name);
	if (WEXITSTATUS(status))
		return fail(error, size, "%s: %s", name, first_line(words));
	return 0;
}

/* ---- conversions ---- */

static const char *const grids[] = {
	[DOCUMENT_STANDARD] = "-r204x98",
	[DOCUMENT_FINE] = "-r204x196",
	[DOCUMENT_SUPERFINE] = "-r204x391",
};

/*
 * -dSAFER: the file of somebody else reads and writes nothing here. Pages of whatever size are fitted
 * into the paper, and that is as wide as a fax. Named by their descriptors, both files can be sought in.
 */
static int make_tiff(const struct job *job, int in)
{
	const struct document_options *o = job->options;
	const char *const argv[] = {
		"/usr/bin/gs",
		"-q",
		"-dSAFER",
		"-dBATCH",
		"-dNOPAUSE",
		"-sDEVICE=tiffg4",
		grids[o->resolution],
		o->letter ? "-sPAPERSIZE=letter" : "-sPAPERSIZE=a4",
		"-dFIXEDMEDIA",
		"-dFitPage",
		"-sstdout=%stderr",
		"-sOutputFile=/proc/self/fd/1",
		"/proc/self/fd/0",
		NULL,
	};
	struct stat st;

	if (run(job, argv, in, job->out) < 0)
		return -1;
	if (fstat(job->out, &st) < 0 || !st.st_size)
		return fail(job->error, job->size, "gs: no page came out of it");
	return 0;
}

/* Through a file without a name. */
static int make_from_text(const struct job *job)
{
	const char *const argv[] = {
		"/usr/bin/paps",
		job->options->letter ? "--paper=letter" : "--paper=a4",
		"--font=Monospace 10",
		"--encoding=UTF-8",
		NULL,
	};
	int between = open(job->place.path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), ret;

	if (between < 0)
		return fail(job->error, job->size, "%s: %s", job->place.path, strerror(errno));
	ret = run(job, argv, job->in, between);
	lseek(between, 0, SEEK_SET);
	if (!ret)
		ret = make_tiff(job, between);
	close(between);
	return ret;
}

static int copy_file(const struct job *job)
{
	char buffer[65536];
	ssize_t n;

	while ((n = read(job->in, buffer, sizeof(buffer))) > 0)
		if (write(job->out, buffer, (size_t)n) != n)
			return fail(job->error, job->size, "the copy cannot be written: %s",
				    strerror(errno));
	if (n < 0)
		return fail(job->error, job->size, "it cannot be read: %s", strerror(errno));
	return 0;
}

static int convert(struct job *job, enum document_kind kind)
{
	int ret;

	if (kind == DOCUMENT_UNKNOWN)
		return fail(job->error, job->size, "neither TIFF, PDF, PostScript nor UTF-8 text");
	if (kind == DOCUMENT_TIFF)
		return copy_file(job);
	if (make_place(&job->place) < 0)
		return fail(job->error, job->size, "%s: %s", job->place.path, strerror(errno));
	ret = kind == DOCUMENT_TEXT ? make_from_text(job) : make_tiff(job, job->in);
	drop_place(&job->place);
	return ret;
}

static int take(struct job *job)
{
	struct stat st;

	if (fstat(job->in, &st) < 0 || !S_ISREG(st.st_mode) || lseek(job->in, 0, SEEK_SET) < 0)
		return fail(job->error, job->size, "not a file");
	if (!st.st_size)
		return fail(job->error, job->size, "the file is empty");
	return convert(job, document_kind(job->in));
}

int document_take(int fd, const char *out, const struct document_options *options,
		  struct document *doc, char *error, size_t size)
{
	struct job job = {
		.in = fd,
		.out = open(out, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
		.options = options,
		.timeout_s = options->timeout_s ? options->timeout_s : TIMEOUT_S,
		.error = error,
		.size = size,
	};
	int ret;

	if (job.out < 0)
		return fail(error, size, "%s: %s", out, strerror(errno));
	ret = take(&job);
	if (!ret)
		ret = document_check(job.out, doc, error, size);
	if (!ret && fsync(job.out) < 0)
		ret = fail(error, size, "%s: %s", out, strerror(errno));
	close(job.out);
	if (ret)
		unlink(out);
	return ret;
}
