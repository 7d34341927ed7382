// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to cleardown-faxd: one JSON object each way, over a socket that tells it who asks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "fax.h"

#define ANSWER_S 10

const char *member_text(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!o || !json_object_object_get_ex(o, key, &value))
		return NULL;
	return json_object_get_string(value);
}

int64_t member_number(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!o || !json_object_object_get_ex(o, key, &value))
		return 0;
	return json_object_get_int64(value);
}

static int connect_daemon(void)
{
	const char *path = getenv("CLEARDOWN_FAXD_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = ANSWER_S };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		 path && *path ? path : FAX_SOCKET);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A message of @n bytes, and the file that comes with it into @file, unless that is NULL. */
static bool receive(int fd, char *text, ssize_t n, int *file)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} with;
	struct iovec part = { text, n };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *c;

	m.msg_control = &with;
	m.msg_controllen = file ? sizeof(with) : 0;
	if (recvmsg(fd, &m, MSG_CMSG_CLOEXEC) != n)
		return false;
	c = CMSG_FIRSTHDR(&m);
	if (file && c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(file, CMSG_DATA(c), sizeof(int));
	return true;
}

static struct json_object *exchange(int fd, const char *question, int *file)
{
	struct json_object *answer = NULL;
	char *text = NULL;
	ssize_t n;

	if (send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
		return NULL;
	n = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC);
	if (n > 0)
		text = calloc(1, n + 1);
	if (text && receive(fd, text, n, file))
		answer = json_tokener_parse(text);
	free(text);
	return answer;
}

static struct json_object *ask(const char *op, struct json_object *more, int *file)
{
	struct json_object *question = more ? more : json_object_new_object(), *answer = NULL;
	int fd = connect_daemon();

	put_text(question, "op", op);
	if (fd >= 0) {
		answer = exchange(
			fd, json_object_to_json_string_ext(question, JSON_C_TO_STRING_PLAIN), file);
		close(fd);
	}
	json_object_put(question);
	return answer;
}

struct json_object *daemon_ask(const char *op, struct json_object *more)
{
	return ask(op, more, NULL);
}

static int errno_of(const char *name)
{
	int err;

	for (err = 1; name && err < 134; err++)
		if (strerrorname_np(err) && !strcmp(strerrorname_np(err), name))
			return err;
	return EIO;
}

static int refused(const char *object, const char *action, struct json_object *answer)
{
	const char *cause = member_text(answer, "error");
	int err = errno_of(member_text(answer, "errno"));
	const struct trouble trouble = {
		.object = object,
		.action = action,
		.cause = cause ? cause : errno_cause(err),
		.err = err,
	};

	return complain(exit_for_errno(err), &trouble);
}

/* @answer is that of the daemon, or NULL; consumed unless @keep is wanted and it is a good one. */
static int judge(const char *object, const char *action, struct json_object *answer,
		 struct json_object **keep)
{
	static const char remedy[] = "is the service cleardown-faxd running?";
	const struct trouble none = {
		.object = object,
		.action = action,
		.cause = "cleardown-faxd does not answer",
		.remedy = remedy,
		.err = ECONNREFUSED,
	};
	int code = XC_OK;

	if (!answer)
		return complain(XC_NOT_FOUND, &none);
	if (!member_number(answer, "ok"))
		code = refused(object, action, answer);
	if (!code && keep)
		*keep = answer;
	else
		json_object_put(answer);
	return code;
}

int daemon_do(const char *object, const char *action, const char *op, struct json_object *more,
	      struct json_object **answer)
{
	*answer = NULL;
	return judge(object, action, daemon_ask(op, more), answer);
}

int daemon_fetch(const char *name, bool pdf, int *file)
{
	struct json_object *more = json_object_new_object();
	int code;

	*file = -1;
	put_text(more, "name", name);
	if (pdf)
		put_bool(more, "pdf", true);
	code = judge(name, "fetch the fax", ask("fetch", more, file), NULL);
	if (!code && *file < 0)
		code = complain_errno(name, "fetch the fax", EPROTO);
	return code;
}
