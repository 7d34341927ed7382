// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pid 1 of a test VM. Runs the script named by cldn.test= on the kernel command line with its output
 * on the console, looks at what the kernel has to say about it, and writes the verdict to QEMU's
 * debug console, I/O port 0xe9: a channel that no test and no kernel message shares. It is written
 * last and ends in one closing line, so that a VM that died on the way has no verdict.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scan.h"

#define VERDICT_PORT 0xe9
#define RESULTS "/run/results"
#define LIVE "/sys/kernel/debug/cleardown/live"
/* Objects of killed owners are freed by workers and grace periods; this is their limit. */
#define LIVE_LIMIT_MS 10000
#define KMEMLEAK "/sys/kernel/debug/kmemleak"
/* Younger objects are not looked at. */
#define KMEMLEAK_AGE_S 6

static const struct {
	const char *type;
	const char *dir;
} mounts[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ "devpts", "/dev/pts" },
	{ "tmpfs", "/dev/shm" },
	{ "tmpfs", "/tmp" },
	{ "tmpfs", "/run" },
	{ "debugfs", "/sys/kernel/debug" },
	{ "tracefs", "/sys/kernel/tracing" },
};

/* The host waits for a verdict and gets none: that is a failure, and the console says why. */
static void __attribute__((noreturn)) give_up(const char *what)
{
	fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) && errno != EBUSY)
			give_up(mounts[i].dir);
	}
	chmod("/tmp", 01777);
}

/* The kernel was booted on one processor, see scripts/vm. */
static void start_processors(void)
{
	char path[64];
	int fd, n;

	for (n = 1;; n++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", n);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (write(fd, "1", 1) != 1)
			give_up(path);
		close(fd);
	}
}

/* Waits for one child and reaps whatever else was left to pid 1 meanwhile. */
static int reap_until(pid_t child)
{
	int status;
	pid_t pid;

	do {
		pid = wait(&status);
	} while (pid != child && (pid > 0 || errno == EINTR));
	return status;
}

static int run(char *const argv[])
{
	pid_t child = fork();

	if (child < 0)
		give_up("fork");
	if (child)
		return reap_until(child);
	setsid();
	execv(argv[0], argv);
	fprintf(stderr, "init: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void set_up_userspace(void)
{
	char *const install[] = { "/bin/busybox", "--install", "-s", "/bin", NULL };
	char *const loopback[] = { "/bin/busybox", "ip", "link", "set", "lo", "up", NULL };

	setenv("PATH", "/usr/bin:/bin:/tests", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C", 1);
	if (run(install))
		give_up("busybox");
	run(loopback);
}

/* The value of cldn.test= on the kernel command line. */
static void test_path(char *path, size_t size)
{
	char line[4096] = "";
	FILE *f = fopen("/proc/cmdline", "r");
	char *word;

	if (!f || !fgets(line, sizeof(line), f))
		give_up("/proc/cmdline");
	fclose(f);
	word = strstr(line, "cldn.test=");
	if (!word)
		give_up("no cldn.test= on the command line");
	word += strlen("cldn.test=");
	word[strcspn(word, " \n")] = '\0';
	snprintf(path, size, "/tests/%s", word);
}

static int run_script(const char *path)
{
	char *const argv[] = { "/bin/sh", (char *)path, NULL };

	fprintf(stderr, "init: running %s\n", path);
	return run(argv);
}

/* Whatever the script left running must not hold objects while they are counted. */
static void kill_the_rest(void)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static void scan_taint(struct verdict *v)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");
	unsigned long mask;

	if (!f || fscanf(f, "%lu", &mask) != 1)
		give_up("/proc/sys/kernel/tainted");
	fclose(f);
	verdict_taint(v, mask);
}

/* kmsg was opened, at its end, before the script ran: EPIPE says that records were overwritten. */
static void scan_log(struct verdict *v, int kmsg)
{
	char record[8192];
	bool lost = false;
	char *text;
	ssize_t n;

	for (;;) {
		n = read(kmsg, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE) {
			lost = true;
			continue;
		}
		if (n <= 0)
			break;
		record[n] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		verdict_log_line(v, text + 1);
	}
	verdict_log_end(v, lost);
}

static bool module_loaded(const char *name)
{
	FILE *f = fopen("/proc/modules", "r");
	size_t len = strlen(name);
	char line[512];
	bool found = false;

	if (!f)
		give_up("/proc/modules");
	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, name, len) && line[len] == ' ';
	fclose(f);
	return found;
}

/* Rewinding would show the same snapshot again: seq files are read anew after each open. */
static FILE *open_live(void)
{
	FILE *f = fopen(LIVE, "r");

	if (!f)
		give_up(LIVE);
	return f;
}

static bool live_now_zero(void)
{
	FILE *f = open_live();
	bool zero = live_is_zero(f);

	fclose(f);
	return zero;
}

static void scan_live(struct verdict *v)
{
	const struct timespec tick = { .tv_nsec = 10 * 1000 * 1000 };
	FILE *f;

	if (!module_loaded("cleardown")) {
		fprintf(v->out, "scan live: cleardown is not loaded\n");
		return;
	}
	for (int waited = 0; waited < LIVE_LIMIT_MS && !live_now_zero(); waited += 10)
		nanosleep(&tick, NULL);
	f = open_live();
	verdict_live(v, f);
	fclose(f);
}

/* False where the kernel has no kmemleak, as the stock ones. */
static bool kmemleak_do(const char *command)
{
	int fd = open(KMEMLEAK, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (write(fd, command, strlen(command)) < 0)
		give_up(KMEMLEAK);
	close(fd);
	return true;
}

/* An object counts as leaked when two scans have found nobody who knows it. */
static void scan_leaks(struct verdict *v)
{
	const struct timespec age = { .tv_sec = KMEMLEAK_AGE_S };
	char line[256];
	FILE *f;

	if (access(KMEMLEAK, F_OK))
		return;
	nanosleep(&age, NULL);
	kmemleak_do("scan");
	kmemleak_do("scan");
	f = fopen(KMEMLEAK, "r");
	if (!f)
		give_up(KMEMLEAK);
	while (fgets(line, sizeof(line), f))
		fputs(line, stderr);
	fclose(f);
	f = fopen(KMEMLEAK, "r");
	if (!f)
		give_up(KMEMLEAK);
	verdict_leaks(v, f);
	fclose(f);
}

/* Port writes advance the port number with the file offset, so each byte goes alone. */
static void send_verdict(const char *text, size_t len)
{
	int port = open("/dev/port", O_RDWR | O_CLOEXEC);

	if (port < 0)
		give_up("/dev/port");
	for (size_t i = 0; i < len; i++)
		if (pwrite(port, &text[i], 1, VERDICT_PORT) != 1)
			give_up("/dev/port write");
	close(port);
}

static void judge(int status, int kmsg, const char *path)
{
	struct verdict v = { 0 };
	struct utsname uts;
	FILE *results;
	char *text;
	size_t len;

	v.out = open_memstream(&text, &len);
	if (!v.out || uname(&uts))
		give_up("verdict");
	fprintf(v.out, "kernel %s\ntest %s\n", uts.release, path);
	results = fopen(RESULTS, "r");
	verdict_results(&v, results);
	verdict_script(&v, status);
	scan_live(&v);
	scan_leaks(&v);
	scan_log(&v, kmsg);
	scan_taint(&v);
	verdict_end(&v);
	fclose(v.out);
	send_verdict(text, len);
	free(text);
}

int main(void)
{
	char path[256];
	int kmsg, status;

	mount_all();
	start_processors();
	set_up_userspace();
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		give_up("/dev/kmsg");
	test_path(path, sizeof(path));
	kmemleak_do("clear"); /* what the kernel lost at boot is not ours */
	status = run_script(path);
	kill_the_rest();
	judge(status, kmsg, path);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
