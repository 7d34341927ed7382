// SPDX-License-Identifier: GPL-2.0-only
/* bankctl SOCK WORDS...: one command for the modem bank; prints the answer, exit 1 on error. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int open_socket(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		return -1;
	strcpy(a.sun_path, path);
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) ? -1 : fd;
}

int main(int argc, char **argv)
{
	char answer[16384];
	FILE *f;
	int fd, i;

	if (argc < 3) {
		fprintf(stderr, "Usage: bankctl SOCK WORDS...\n");
		return 2;
	}
	fd = open_socket(argv[1]);
	f = fd < 0 ? NULL : fdopen(fd, "r+");
	if (!f) {
		fprintf(stderr, "bankctl: %s: %m\n", argv[1]);
		return 2;
	}
	for (i = 2; i < argc; i++)
		fprintf(f, "%s%c", argv[i], i == argc - 1 ? '\n' : ' ');
	fflush(f);
	if (!fgets(answer, sizeof(answer), f)) {
		fprintf(stderr, "bankctl: no answer\n");
		return 2;
	}
	fputs(answer, stdout);
	return !!strncmp(answer, "ok", 2);
}
