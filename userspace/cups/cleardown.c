// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cleardown: the CUPS backend for ports under /dev/cleardown. Device URIs: cleardown:/port0, with
 * ?wait=sent (a job is done when the printer has taken every byte) or ?wait=printed (when it says
 * that the last page was ejected), and reset=yes (the printer is reset when a job is cancelled).
 * Without wait it is printed where the port has a language monitor, else sent.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

#define SCHEME		"cleardown"
#define ID_TIMEOUT	NS_PER_SEC
#define MAX_PORTS	64

int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

/* ---- discovery ---- */

/* Only a port that nobody has; who has no answer in a second has none. */
static void ask_id(const char *name, char *id, size_t size)
{
	struct cleardown_queue *queue = cleardown_queue_open();
	struct cleardown_port *port = cleardown_port_open(name, CLDN_OPEN_OWNER | CLDN_OPEN_NOWAIT);

	if (!queue || !port || cleardown_port_bind_queue(port, queue, 0) < 0 ||
	    cleardown_port_device_id(port, queue, ID_TIMEOUT, id, size) < 0)
		id[0] = '\0';
	if (port)
		cleardown_port_close(port, NULL, NULL);
	cleardown_port_free(port);
	cleardown_queue_free(queue);
}

/* What is known disturbs nobody; only what is not known is asked for. */
static void find_id(const char *name, char *id, size_t size)
{
	struct cleardown_port *port =
		cleardown_port_open(name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	bool known = port && cleardown_port_known_id(port, id, size) >= 0;
	bool ask = port && !known && errno == ENODATA;

	cleardown_port_free(port);
	if (ask)
		ask_id(name, id, size);
	else if (!known)
		id[0] = '\0';
}

/* The printer wrote it; a line of ours must stay a line. */
static void clean(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) || (*text & 0x80))
			*text = ' ';
}

/* The value of @key in a Device ID, "" when it has none. */
static void id_field(const char *id, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);

	value[0] = '\0';
	while (id && *id) {
		id += strspn(id, " ");
		if (!strncasecmp(id, key, len) && id[len] == ':') {
			id += len + 1;
			snprintf(value, size, "%.*s", (int)strcspn(id, ";"), id);
			return;
		}
		id = strchr(id, ';');
		id = id ? id + 1 : NULL;
	}
}

static void id_either(const char *id, const char *key, const char *longer, char *value, size_t size)
{
	id_field(id, key, value, size);
	if (!*value)
		id_field(id, longer, value, size);
}

/* "HP LaserJet 4", where a model that begins with its maker does not need him again. */
static void make_and_model(const char *id, char *text, size_t size)
{
	char maker[64], model[128];

	id_either(id, "MFG", "MANUFACTURER", maker, sizeof(maker));
	id_either(id, "MDL", "MODEL", model, sizeof(model));
	if (!*model)
		snprintf(text, size, "Unknown");
	else if (!*maker || !strncasecmp(model, maker, strlen(maker)))
		snprintf(text, size, "%s", model);
	else
		snprintf(text, size, "%s %s", maker, model);
}

static void report(const struct cleardown_device *device)
{
	char uri[64], id[DEVICE_ID_MAX] = "", model[200], info[400];

	find_id(device->name, id, sizeof(id));
	clean(id);
	make_and_model(id, model, sizeof(model));
	snprintf(uri, sizeof(uri), SCHEME ":/%s", device->name);
	snprintf(info, sizeof(info), "%s on %s (%s)", *id ? model : "Printer", device->name,
		 device->backend);
	cupsBackendReport("direct", uri, model, info, id, "");
}

/* Without the module there is nothing to discover, and nothing wrong. */
static int discover(void)
{
	struct cleardown_ctl *ctl = cleardown_ctl_open();
	const struct cleardown_device *next = NULL;
	struct cleardown_device device = { 0 };
	unsigned int n = 0;

	while (ctl && n++ < MAX_PORTS && (next = cleardown_ctl_next_device(ctl, device.id))) {
		device = *next;
		if (device.class_id == CLDN_CLASS_PORT)
			report(&device);
	}
	cleardown_ctl_free(ctl);
	return CUPS_BACKEND_OK;
}

/* ---- a job ---- */

static bool take_option(struct job *job, const char *option)
{
	if (!strcmp(option, "wait=sent"))
		job->until = UNTIL_SENT;
	else if (!strcmp(option, "wait=printed"))
		job->until = UNTIL_PRINTED;
	else if (!strcmp(option, "reset=yes") || !strcmp(option, "reset=no"))
		job->reset = !strcmp(option, "reset=yes");
	else
		return false;
	return true;
}

/* "/port0?wait=printed&reset=yes" */
static bool parse_resource(struct job *job, char *resource)
{
	char *options = resource, *option;
	const char *name = strsep(&options, "?");

	if (*name != '/' || !name[1] || strlen(name + 1) >= sizeof(job->name) ||
	    strchr(name + 1, '/'))
		return false;
	strcpy(job->name, name + 1);
	while ((option = strsep(&options, "&+")))
		if (*option && !take_option(job, option))
			return false;
	return true;
}

static bool parse_uri(struct job *job, const char *uri)
{
	char scheme[32], user[32], host[256], resource[256];
	int port;

	if (!uri || httpSeparateURI(HTTP_URI_CODING_ALL, uri, scheme, sizeof(scheme), user,
				    sizeof(user), host, sizeof(host), &port, resource,
				    sizeof(resource)) < HTTP_URI_STATUS_OK)
		return false;
	return !strcmp(scheme, SCHEME) && parse_resource(job, resource);
}

/* A file is printed as often as was asked; what filters send has its copies in it. */
static bool open_input(struct job *job, int argc, char **argv)
{
	job->copies = 1;
	if (argc == 6) {
		job->in = STDIN_FILENO;
		return true;
	}
	job->copies = atoi(argv[4]) > 1 ? atoi(argv[4]) : 1;
	job->in = open(argv[6], O_RDONLY | O_CLOEXEC);
	if (job->in >= 0)
		return true;
	fprintf(stderr, "ERROR: Unable to open print file \"%s\": %s\n", argv[6], strerror(errno));
	return false;
}

/* True when cupsd has given us this file; otherwise its number is kept from being another's. */
static bool keep_fd(int fd)
{
	struct stat st;
	int null;

	if (fstat(fd, &st) == 0)
		return S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode);
	null = open("/dev/null", O_RDWR);
	if (null >= 0 && null != fd) {
		dup2(null, fd);
		close(null);
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct job job;

	setlinebuf(stderr);
	if (argc == 1)
		return discover();
	if (argc != 6 && argc != 7) {
		fprintf(stderr, "Usage: %s job-id user title copies options [file]\n", argv[0]);
		return CUPS_BACKEND_FAILED;
	}
	job.has_back = keep_fd(BACK_FD);
	job.has_side = keep_fd(SIDE_FD);
	if (!parse_uri(&job, cupsBackendDeviceURI(argv))) {
		fputs("ERROR: The device URI is not of the form cleardown:/port0\n", stderr);
		return CUPS_BACKEND_STOP;
	}
	snprintf(job.title, sizeof(job.title), "%s", argv[3]);
	if (!open_input(&job, argc, argv))
		return CUPS_BACKEND_FAILED;
	return job_run(&job);
}
