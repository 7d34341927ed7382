// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handles of the fax server as a listing has them, and their rights taken away from outside.
 *
 * usage: fax-rights LINE		with LINE bound
 *	  fax-rights LINE hold	a user's server handle and port, until its input ends
 */
#define _GNU_SOURCE
#include <grp.h>

#include "fax.h"
#include "simphone.h"

#define USER 1000

static uint64_t line;

static int next(int server, uint64_t after, struct cleardown_fax_handle *h)
{
	*h = (struct cleardown_fax_handle){ .size = sizeof(*h), .after = after };
	h->out_status = 0xdeadbeef;
	return cd_ioctl(server, CLEARDOWN_IOC_FAX_HANDLE_NEXT, h);
}

/* How many @server sees, all of them in rising order; @last is the last one of process @pid. */
static int count(int server, int pid, struct cleardown_fax_handle *last)
{
	struct cleardown_fax_handle h;
	uint64_t after = 0;
	int n = 0, ret;

	while (!(ret = next(server, after, &h))) {
		if (h.out_handle <= after || h.out_status || h.out_uid > USER)
			return -1;
		after = h.out_handle;
		n++;
		if (h.out_pid == pid)
			*last = h;
	}
	return ret == -ENOENT && !h.out_status ? n : -1;
}

/* In a child: 0 when @what returned that. */
static int in_a_child(int (*what)(int server), int flags)
{
	int pid = fork(), status = -1, fd;

	if (!pid) {
		fd = fax_connect(flags);
		_exit(fd < 0 ? 100 : what(fd));
	}
	waitpid(pid, &status, 0);
	return status;
}

static int become_user(void)
{
	return setgroups(0, NULL) || setgid(USER) || setuid(USER);
}

/* Only his own, and none of them is his to change. */
static int looks(int mine)
{
	struct cleardown_fax_handle h = { 0 };
	struct cleardown_fax_rights r;
	int theirs = fax_connect(O_RDWR);
	bool good = theirs >= 0 && !become_user();
	int fd = fax_connect(O_RDWR);

	EXPECT(good, fd >= 0);
	EXPECT_EQ(good, count(fd, getpid(), &h), 1);
	EXPECT_EQ(good, h.out_uid, USER);
	EXPECT_EQ(good, h.out_rights, CLEARDOWN_FAX_READ | CLEARDOWN_FAX_JOB_SUBMIT);
	EXPECT_EQ(good, fax_drop(fd, 1, h.out_handle, &r), -EPERM);
	EXPECT_EQ(good, r.out_status, CLEARDOWN_ERROR_ACCESS_DENIED);
	/* a handle that was opened as root sees all, as long as it has the right */
	EXPECT(good, count(mine, getpid(), &h) >= 4);
	EXPECT_EQ(good, fax_drop(mine, CLEARDOWN_FAX_JOB_MANAGE, 0, &r), 0);
	EXPECT_EQ(good, count(mine, getpid(), &h), 3);
	return !good;
}

static void seen(void)
{
	struct cleardown_fax_handle h = { 0 }, own = { 0 };
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDONLY), port;
	bool good = fd >= 0;

	EXPECT_EQ(good, count(fd, getpid(), &own), 1);
	EXPECT(good, !own.out_line && !own.out_flags && !own.out_uid);
	EXPECT(good, !strcmp(own.out_comm, "fax-rights"));
	EXPECT(good, own.out_rights & CLEARDOWN_FAX_JOB_MANAGE);
	port = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_QUERY, &arg);
	EXPECT(good, port >= 0);
	EXPECT_EQ(good, count(fd, getpid(), &h), 2);
	EXPECT_EQ(good, next(fd, arg.out_handle - 1, &h), 0);
	EXPECT(good, h.out_handle == arg.out_handle && h.out_line == line && !h.out_flags);
	EXPECT_EQ(good, fax_close(port, NULL), 0);
	EXPECT_EQ(good, count(fd, getpid(), &h), 1);
	EXPECT_EQ(good, next(fd, ~0ULL, &h), -ENOENT);
	tap(good, "F-5 handles are listed from their birth to FaxClose");
	close(port);
	EXPECT_EQ(good, in_a_child(looks, O_RDWR), 0);
	tap(good, "a user sees his own, and takes nothing away from them");
	close(fd);
}

/* With the right it is the provider that is missing. */
static int submit(int server)
{
	struct cleardown_fax_send arg = { .size = sizeof(arg), .fd = -1, .line = line };

	strcpy(arg.number, "1");
	return cd_ioctl(server, CLEARDOWN_IOC_FAX_SEND, &arg);
}

static void revoked(void)
{
	struct cleardown_fax_port info = { 0 };
	struct cleardown_fax_handle h = { 0 };
	struct cleardown_fax_open_port arg;
	struct cleardown_fax_rights r;
	int fd = fax_connect(O_RDWR), other = fax_connect(O_RDWR);
	int port = fax_open_port(other, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	bool good = fd >= 0 && port >= 0;
	uint64_t id;

	EXPECT_EQ(good, count(fd, getpid(), &h), 3);
	EXPECT(good, h.out_handle == arg.out_handle && h.out_flags == CLEARDOWN_FAX_HANDLE_WRITE);
	EXPECT_EQ(good, fax_drop(fd, CLEARDOWN_FAX_RIGHTS_ALL, h.out_handle, &r), 0);
	EXPECT_EQ(good, r.out_rights, 0);
	EXPECT_EQ(good, next(fd, h.out_handle - 1, &h), 0);
	EXPECT_EQ(good, h.out_rights, 0);
	EXPECT_EQ(good, fax_port(port, &info), -EACCES);
	EXPECT_EQ(good, fax_close(port, NULL), -EACCES);
	EXPECT_EQ(good, fax_port(port, &info), -EACCES);
	tap(good, "F-5 a port whose rights were taken away: nothing goes, FaxClose neither");
	good = true;
	EXPECT_EQ(good, submit(other), -ENOTCONN);
	id = cd_info(other).out_handle;
	EXPECT_EQ(good, fax_drop(fd, CLEARDOWN_FAX_JOB_SUBMIT, id, &r), 0);
	EXPECT_EQ(good, submit(other), -EACCES);
	EXPECT_EQ(good, fax_close(other, NULL), 0);
	EXPECT_EQ(good, fax_drop(fd, CLEARDOWN_FAX_JOB_SUBMIT, id, &r), -ENOENT);
	tap(good, "without JOB_SUBMIT nothing is handed in; a number that is dead is ENOENT");
	close(port);
	close(other);
	close(fd);
}

static int hold(void)
{
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDWR);
	int port = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_QUERY, &arg), ret;
	char c;

	puts("held");
	fflush(stdout);
	if (port < 0 || read(0, &c, 1) < 0)
		return 2;
	ret = fax_close(port, NULL);
	printf("%d\n", ret);
	return 0;
}

int main(int argc, char **argv)
{
	int fd = fax_connect(O_RDWR);

	if (argc < 2)
		return 2;
	alarm(PROGRAM_LIMIT_S);
	line = fax_line_id(fd, argv[1]);
	fax_close(fd, NULL);
	close(fd);
	if (argc > 2)
		return hold();
	seen();
	revoked();
	return tap_done();
}
