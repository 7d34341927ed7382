// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors, objects and numbers: what every command needs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

struct settings settings = { .command = "cleardown", .timeout_ns = -1 };

struct exit_entry {
	int code;
	const char *word;
	const char *text;
};

#define EXIT_CODE_ENTRY(id, code, word, text) { code, word, text },

static const struct exit_entry exit_table[] = { EXIT_CODES(EXIT_CODE_ENTRY) };

static const struct exit_entry *exit_entry(int code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exit_table); i++)
		if (exit_table[i].code == code)
			return &exit_table[i];
	return NULL;
}

const char *exit_word(int code)
{
	const struct exit_entry *entry = exit_entry(code);

	return entry ? entry->word : "other";
}

const char *exit_text(int code)
{
	const struct exit_entry *entry = exit_entry(code);

	return entry ? entry->text : "";
}

void help_exit_codes(FILE *to)
{
	size_t i;

	fputs("Exit codes of every command:\n\n", to);
	for (i = 0; i < ARRAY_SIZE(exit_table); i++)
		fprintf(to, "  %3d  %-14s %s\n", exit_table[i].code, exit_table[i].word,
			exit_table[i].text);
	fputs("\n10 to 14: no connection was made; 20 and above: the call may have cost money.\n",
	      to);
}

/* What an errno means in this interface, where strerror() would mislead. */
static const struct {
	int err;
	enum exit_code code;
	const char *cause;
} errno_table[] = {
	{ EPERM, XC_PERMISSION, "not permitted" },
	{ EACCES, XC_PERMISSION, "no permission" },
	{ EBUSY, XC_BUSY, "somebody else has it" },
	{ ENOENT, XC_NOT_FOUND, "there is none of that name" },
	{ ENODEV, XC_NOT_FOUND, "the hardware is gone" },
	{ ENXIO, XC_NOT_FOUND, "the device is not there" },
	{ ETIMEDOUT, XC_TIMEOUT, "time ran out" },
	{ ECANCELED, XC_CANCELLED, "cancelled" },
	{ EIO, XC_DEVICE, "the operation was ended or the hardware failed" },
	{ EBADFD, XC_DEVICE, "the handle is closed" },
	{ EOPNOTSUPP, XC_DEVICE, "the device cannot do that" },
	{ ENOTCONN, XC_DEVICE, "no call is up" },
	{ ESTALE, XC_NOT_FOUND, "that call or document is over" },
	{ ECONNREFUSED, XC_NOT_CONNECTED, "the printer refuses the connection" },
	{ EHOSTUNREACH, XC_NOT_CONNECTED, "there is no way to the printer" },
	{ ENETUNREACH, XC_NOT_CONNECTED, "there is no way to the printer" },
	{ ENOBUFS, XC_DEVICE, "the limit of your user id is reached" },
	{ EALREADY, XC_BUSY, "it is being closed already" },
	{ ENAMETOOLONG, XC_USAGE, "the name is too long" },
	{ ENOTTY, XC_DEVICE, "the loaded module does not know this; is it of another version?" },
	{ E2BIG, XC_DEVICE, "the loaded module is older than this tool" },
};

const char *errno_cause(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errno_table); i++)
		if (errno_table[i].err == err)
			return errno_table[i].cause;
	return strerror(err);
}

enum exit_code exit_for_errno(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errno_table); i++)
		if (errno_table[i].err == err)
			return errno_table[i].code;
	return XC_DEVICE;
}

static void trouble_to_json(struct json_object *o, enum exit_code code,
			    const struct trouble *trouble)
{
	struct json_object *e = json_object_new_object();

	json_object_object_add(e, "exit_code", json_object_new_int(code));
	put_text(e, "exit", exit_word(code));
	put_text(e, "object", trouble->object);
	put_text(e, "action", trouble->action);
	put_text(e, "cause", trouble->cause);
	put_text(e, "remedy", trouble->remedy);
	put_errno(e, "errno", trouble->err);
	if (trouble->status)
		put_word(e, "status", cleardown_status_name(trouble->status), trouble->status);
	json_object_object_add(o, "error", e);
}

static void trouble_to_text(FILE *to, const struct trouble *trouble)
{
	fputs("cleardown: ", to);
	if (trouble->object)
		fprintf(to, "%s: ", trouble->object);
	if (trouble->action)
		fprintf(to, "cannot %s: ", trouble->action);
	fputs(trouble->cause, to);
	if (trouble->status && cleardown_status_name(trouble->status))
		fprintf(to, " (%s)", cleardown_status_name(trouble->status));
	if (trouble->remedy)
		fprintf(to, "; %s", trouble->remedy);
	fputc('\n', to);
}

int complain(enum exit_code code, const struct trouble *trouble)
{
	struct json_object *doc = doc_current();

	fflush(stdout);
	trouble_to_text(stderr, trouble);
	if (settings.json && doc) {
		trouble_to_json(doc, code, trouble);
	} else if (settings.json) {
		doc = doc_new("error");
		trouble_to_json(doc, code, trouble);
		line_print(doc);
	}
	return code;
}

static int usage(const char *near, const char *format, va_list args)
{
	char cause[256], remedy[96];
	const struct trouble trouble = { .cause = cause, .remedy = remedy };

	vsnprintf(cause, sizeof(cause), format, args);
	if (near)
		snprintf(remedy, sizeof(remedy), "did you mean %s?", near);
	else
		snprintf(remedy, sizeof(remedy), "see `%s --help`", settings.command);
	return complain(XC_USAGE, &trouble);
}

int complain_usage(const char *format, ...)
{
	va_list args;
	int code;

	va_start(args, format);
	code = usage(NULL, format, args);
	va_end(args);
	return code;
}

int complain_near(const char *near, const char *format, ...)
{
	va_list args;
	int code;

	va_start(args, format);
	code = usage(near, format, args);
	va_end(args);
	return code;
}

int complain_errno(const char *object, const char *action, int err)
{
	const struct trouble trouble = {
		.object = object,
		.action = action,
		.cause = errno_cause(err),
		.remedy = err == EPERM ? "become root (CAP_SYS_ADMIN)" : NULL,
		.err = err,
	};

	return complain(exit_for_errno(err), &trouble);
}

void progress(const char *format, ...)
{
	va_list args;

	if (settings.quiet || (!settings.verbose && !isatty(STDERR_FILENO)))
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

struct cleardown_ctl *need_ctl(int *code)
{
	struct trouble trouble = {
		.object = "/dev/cleardown/ctl",
		.action = "open",
		.remedy = "load it with `make load` or `modprobe cleardown`",
	};
	struct cleardown_ctl *ctl = cleardown_ctl_open();

	if (ctl)
		return ctl;
	trouble.err = errno;
	trouble.cause = errno_cause(errno);
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		trouble.cause = "the cleardown module is not loaded";
	else
		trouble.remedy = NULL;
	*code = complain(exit_for_errno(trouble.err), &trouble);
	return NULL;
}

/* All names of the class, separated by blanks; returns how many there are. */
static unsigned int names_of(struct cleardown_ctl *ctl, enum cldn_class class_id, char *names,
			     size_t size)
{
	const struct cleardown_device *device = NULL;
	unsigned int n = 0;
	size_t used = 0;

	names[0] = '\0';
	while ((device = cleardown_ctl_next_device(ctl, device ? device->id : 0))) {
		if (class_id && device->class_id != class_id)
			continue;
		n++;
		if (used < size)
			used += snprintf(names + used, size - used, "%s%s", n > 1 ? " " : "",
					 device->name);
	}
	return n;
}

static int the_only_one(struct cleardown_ctl *ctl, enum cldn_class class_id,
			struct cleardown_device *found)
{
	const char *what = class_id ? cleardown_class_name(class_id) : "object";
	const struct cleardown_device *device = NULL;
	char names[256], cause[320];
	unsigned int n = names_of(ctl, class_id, names, sizeof(names));
	struct trouble trouble = { .cause = cause };

	if (n == 0) {
		snprintf(cause, sizeof(cause), "no %s is bound", what);
		trouble.remedy =
			class_id == CLDN_CLASS_VC ?
				"`cleardown bind vc eth:INTERFACE` makes one, or atmtcp:HOST" :
				"see `cleardown scan`, then `cleardown bind`";
		return complain(XC_NOT_FOUND, &trouble);
	}
	if (n > 1) {
		snprintf(cause, sizeof(cause), "there are %u (%s)", n, names);
		trouble.remedy = "say which one";
		return complain(XC_USAGE, &trouble);
	}
	do {
		device = cleardown_ctl_next_device(ctl, device ? device->id : 0);
	} while (device && class_id && device->class_id != class_id);
	if (!device)
		return complain_errno(NULL, "list the objects", errno);
	*found = *device;
	return XC_OK;
}

static int no_such_object(struct cleardown_ctl *ctl, const char *name)
{
	const struct cleardown_device *device = NULL;
	const char *words[64] = { NULL };
	char remedy[128];
	const struct trouble trouble = {
		.object = name,
		.cause = "there is no object of that name",
		.remedy = remedy,
		.err = ENOENT,
	};
	const char *near;
	unsigned int n = 0;

	while (n < ARRAY_SIZE(words) - 1 &&
	       (device = cleardown_ctl_next_device(ctl, device ? device->id : 0)))
		words[n++] = strdup(device->name);
	near = nearest_word(name, words);
	snprintf(remedy, sizeof(remedy), near ? "did you mean %s?" : "see `cleardown list`", near);
	complain(XC_NOT_FOUND, &trouble);
	while (n)
		free((char *)words[--n]);
	return XC_NOT_FOUND;
}

/* "0" is port0 where a port is meant, and phone0 where any object may be. */
static void full_name(enum cldn_class class_id, const char *word, char *name, size_t size)
{
	bool number = word[0] && strspn(word, "0123456789") == strlen(word);

	if (number)
		snprintf(name, size, "%s%s",
			 cleardown_class_name(class_id ? class_id : CLDN_CLASS_PHONE), word);
	else
		snprintf(name, size, "%s", word);
}

int find_object(struct cleardown_ctl *ctl, enum cldn_class class_id, const char *word,
		struct cleardown_device *found)
{
	const struct cleardown_device *device;
	char name[CLDN_NAME_LEN * 2];

	if (!word)
		return the_only_one(ctl, class_id, found);
	full_name(class_id, word, name, sizeof(name));
	device = cleardown_ctl_find_device(ctl, name);
	if (!device && errno != ENOENT)
		return complain_errno(name, "find it in the list", errno);
	if (!device)
		return no_such_object(ctl, name);
	if (class_id && device->class_id != class_id)
		return complain_usage("%s is not a %s", name, cleardown_class_name(class_id));
	*found = *device;
	return XC_OK;
}

int name_object(enum cldn_class class_id, const char *word, struct cleardown_device *device)
{
	int code = XC_OK;
	struct cleardown_ctl *ctl = need_ctl(&code);

	if (!ctl)
		return code;
	code = find_object(ctl, class_id, word, device);
	cleardown_ctl_free(ctl);
	return code;
}

bool is_object(struct cleardown_ctl *ctl, const char *word)
{
	return cleardown_ctl_find_device(ctl, word) != NULL;
}

void device_path(uint64_t rdev, char *path, size_t size)
{
	char link[64], line[128];
	FILE *file;

	path[0] = '\0';
	if (!rdev)
		return;
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/uevent", major(rdev), minor(rdev));
	file = fopen(link, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "DEVNAME=", 8))
			snprintf(path, size, "/dev/%s", line + 8);
	}
	fclose(file);
}

int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

bool parse_u64(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && !*end && *value <= max;
}

int64_t timeout_or(int64_t standard)
{
	return settings.timeout_ns >= 0 ? settings.timeout_ns : standard;
}
