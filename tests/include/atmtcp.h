/* SPDX-License-Identifier: GPL-2.0-only */
/* Stock atmtcp(8) as what is between two of our links, in the network namespace of who starts it. */
#ifndef TESTS_ATMTCP_H
#define TESTS_ATMTCP_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "simphone.h"

#define ATMTCP "/usr/sbin/atmtcp"
#define PRINTED "/run/atmtcp.out"

/*
 * Somebody listens on that port, or has a connection of it. To connect would be to take a relay's
 * only one; and a link that has been waiting takes it before we have looked.
 */
static inline bool atmtcp_listens(unsigned int port)
{
	FILE *file = fopen("/proc/net/tcp", "r");
	char line[256];
	unsigned int at, state;
	bool found = false;

	if (!file)
		DIE("/proc/net/tcp: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, " %*u: %*x:%x %*x:%*x %x", &at, &state) == 2 && at == port &&
			(state == TCP_LISTEN || state == TCP_ESTABLISHED);
	fclose(file);
	return found;
}

/* Not even an ending connection has that port, which would be as good as a listener to atmtcp. */
static inline bool atmtcp_is_free(unsigned int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int ret = bind(fd, (struct sockaddr *)&addr, sizeof(addr));

	close(fd);
	return !ret;
}

/* It ends with us: while it lives, who reads what we say waits for more. */
static inline void atmtcp_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!freopen(PRINTED, "w", stdout))
		_exit(1);
	execl(ATMTCP, "atmtcp", "listen", "3813", "listen", "3814", "print", NULL);
	_exit(1);
}

/*
 * Stock atmtcp with two connections, one after the other, and a printer of what passes. It takes its
 * second port when the first one has its connection, and gives up if it cannot have it.
 */
static inline pid_t relay(void)
{
	uint64_t end = cd_now() + 10 * CD_S;
	pid_t pid;

	for (; !atmtcp_is_free(3813) || !atmtcp_is_free(3814); usleep(20000))
		if (cd_now() > end)
			DIE("the last relay's ports are not free");
	pid = fork();
	if (pid < 0)
		DIE("fork: %s", strerror(errno));
	if (!pid)
		atmtcp_run();
	for (; !atmtcp_listens(3813); usleep(20000))
		if (cd_now() > end)
			DIE("atmtcp does not listen");
	return pid;
}

/* It stands still when this returns: kill() alone would leave it what it is about. */
static inline void relay_stop(pid_t pid)
{
	kill(pid, SIGSTOP);
	if (waitpid(pid, NULL, WUNTRACED) != pid)
		DIE("atmtcp does not stop: %s", strerror(errno));
}

static inline void relay_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* atmtcp has printed that octet string, of a PDU on that channel. */
static inline bool printed(unsigned int vci, const char *hex)
{
	static char text[1 << 20];
	uint64_t end = cd_now() + 5 * CD_S;
	char head[40];

	snprintf(head, sizeof(head), "VPI 0, VCI %u, ", vci);
	do {
		FILE *file = fopen(PRINTED, "r");
		size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
		const char *at = text;

		if (file)
			fclose(file);
		text[len] = '\0';
		while ((at = strstr(at, head))) {
			const char *next = strstr(at, "\nLink"), *found = strstr(at, hex);

			if (found && (!next || found < next))
				return true;
			at++;
		}
		usleep(20000);
	} while (cd_now() < end);
	fprintf(stderr, "# atmtcp has not printed %s on VCI %u\n", hex, vci);
	return false;
}

#endif /* TESTS_ATMTCP_H */
