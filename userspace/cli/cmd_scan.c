// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scan: which lines of this machine can be bound, and who holds them. Reads sysfs and /proc; opens
 * no line.
 */
#include <errno.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "cli.h"

#define CLASS_TTY	"/sys/class/tty"

#define LINE_NAME_LEN	64

struct line {
	char name[LINE_NAME_LEN];	/* "ttyS0", "parport0" */
	bool is_parport;
	uint64_t rdev;
	char kind[160];		/* "16550A", "USB Serial Converter (ftdi_sio)" */
	const char *obstacle;	/* why it cannot be bound, or NULL */
	char object[CLDN_NAME_LEN];	/* that has the line, else the first that is bound to it */
	char objects[3 * CLDN_NAME_LEN]; /* all of them: "phone0 fax0" */
	struct holder holder;
	char driver[CLDN_NAME_LEN];	/* parallel: which other driver has it */
};

static bool all_lines;

/* The first line of a sysfs file. */
static bool read_attr(const char *tty, const char *attr, char *text, size_t size)
{
	char path[PATH_MAX];
	bool ok = false;
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), CLASS_TTY "/%s/%s", tty, attr);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(text, size, file)) {
		text[strcspn(text, "\n")] = '\0';
		ok = true;
	}
	fclose(file);
	return ok;
}

/* Whether the driver of this device number says that its lines are serial: no pty, no console. */
static bool is_serial(uint64_t rdev)
{
	unsigned int major_nr, first, last;
	char line[256], type[32], range[32];
	bool serial = false;
	FILE *file = fopen("/proc/tty/drivers", "re");

	if (!file)
		return false;
	while (!serial && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*s %u %31s %31s", &major_nr, range, type) != 3)
			continue;
		if (sscanf(range, "%u-%u", &first, &last) < 2)
			last = first = atoi(range);
		serial = major_nr == major(rdev) && first <= minor(rdev) && minor(rdev) <= last &&
			 !strcmp(type, "serial");
	}
	fclose(file);
	return serial;
}

/* 8250 ports have a type; 0 is a port number without a UART behind it. */
static void name_uart(struct line *line)
{
	static const char *const uarts[] = {
		"no UART", "8250",  "16450",	"16550",  "16550A", "Cirrus", "16650",
		"16650V2", "16750", "Startech", "16C950", "16654",  "16850",  "RSA",
	};
	char type[16];
	unsigned int nr;

	if (!read_attr(line->name, "type", type, sizeof(type)))
		return;
	nr = atoi(type);
	if (nr < ARRAY_SIZE(uarts))
		snprintf(line->kind, sizeof(line->kind), "%s", uarts[nr]);
	else
		snprintf(line->kind, sizeof(line->kind), "UART type %u", nr);
	if (nr == 0)
		line->obstacle = "no UART";
}

static void name_usb(struct line *line)
{
	char product[64], link[PATH_MAX], target[PATH_MAX];
	const char *driver = "";
	ssize_t n;

	/* A USB serial port sits one level below its interface, an ACM line on it. */
	if (!read_attr(line->name, "device/../../product", product, sizeof(product)) &&
	    !read_attr(line->name, "device/../product", product, sizeof(product)))
		return;
	snprintf(link, sizeof(link), CLASS_TTY "/%s/device/driver", line->name);
	n = readlink(link, target, sizeof(target) - 1);
	if (n > 0) {
		target[n] = '\0';
		driver = basename(target);
	}
	snprintf(line->kind, sizeof(line->kind), "%s%s%s%s", product, *driver ? " (" : "", driver,
		 *driver ? ")" : "");
}

static bool is_console(const char *tty)
{
	char active[256], *word, *rest = active;

	if (!read_attr("console", "active", active, sizeof(active)))
		return false;
	while ((word = strsep(&rest, " ")))
		if (!strcmp(word, tty))
			return true;
	return false;
}

static bool read_rdev(const char *tty, uint64_t *rdev)
{
	unsigned int maj, min;
	char dev[32];

	if (!read_attr(tty, "dev", dev, sizeof(dev)) || sscanf(dev, "%u:%u", &maj, &min) != 2)
		return false;
	*rdev = makedev(maj, min);
	return true;
}

/* One more object of the line; a line may be a phone and a fax. */
static void add_object(struct line *line, const struct cleardown_device *device)
{
	size_t n = strlen(line->objects);

	snprintf(line->objects + n, sizeof(line->objects) - n, "%s%s", n ? " " : "", device->name);
	if (*line->object && !device->session.owner_pid)
		return;
	snprintf(line->object, sizeof(line->object), "%s", device->name);
	line->holder.pid = device->session.owner_pid;
	snprintf(line->holder.comm, sizeof(line->holder.comm), "%s", device->session.owner_comm);
}

static void find_user(struct cleardown_ctl *ctl, struct line *line)
{
	const struct cleardown_device *device = NULL;

	while (ctl && (device = cleardown_ctl_next_device(ctl, device ? device->id : 0)))
		if (device->rdev == line->rdev)
			add_object(line, device);
	if (!line->holder.pid)
		find_holder(line->rdev, &line->holder);
}

/* False when this tty is no serial line at all. */
static bool look_at(struct cleardown_ctl *ctl, const char *tty, struct line *line)
{
	if (strlen(tty) >= LINE_NAME_LEN)
		return false;
	memset(line, 0, sizeof(*line));
	strcpy(line->name, tty);
	if (!read_rdev(tty, &line->rdev) || !is_serial(line->rdev))
		return false;
	name_uart(line);
	if (!*line->kind)
		name_usb(line);
	if (!*line->kind)
		snprintf(line->kind, sizeof(line->kind), "serial");
	if (is_console(tty))
		line->obstacle = "console";
	find_user(ctl, line);
	return true;
}

/* What bind takes. */
static char *spec_of(char *spec, size_t size, const struct line *line)
{
	if (line->is_parport)
		snprintf(spec, size, "parport:%s", line->name + strlen("parport"));
	else
		snprintf(spec, size, "tty:/dev/%s", line->name);
	return spec;
}

/* "HP LaserJet 4 (PCSPP,TRISTATE)", as far as the kernel asked when it found the port. */
static void name_parport(struct line *line)
{
	char path[256], text[96], model[40] = "", maker[40] = "", modes[40];
	FILE *file;

	snprintf(path, sizeof(path), PARPORT_PROC "/%s/autoprobe", line->name);
	file = fopen(path, "re");
	while (file && fgets(text, sizeof(text), file)) {
		sscanf(text, "MANUFACTURER:%39[^;]", maker);
		sscanf(text, "MODEL:%39[^;]", model);
	}
	if (file)
		fclose(file);
	parport_attr(line->name, "modes", modes, sizeof(modes));
	snprintf(line->kind, sizeof(line->kind), "%s%s%s%sparallel%s%s%s", maker, *maker ? " " : "",
		 model, *model ? ", " : "", *modes ? " (" : "", modes, *modes ? ")" : "");
}

/* A parallel port has no device number: its object is found by the backend's name. */
static void find_port_user(struct cleardown_ctl *ctl, struct line *line)
{
	const struct cleardown_device *device = NULL;
	char spec[LINE_NAME_LEN + 16];

	spec_of(spec, sizeof(spec), line);
	while (ctl && (device = cleardown_ctl_next_device(ctl, device ? device->id : 0)))
		if (!strcmp(device->backend, spec))
			add_object(line, device);
	parport_driver(line->name, line->driver, sizeof(line->driver));
}

static bool look_at_parport(struct cleardown_ctl *ctl, const char *name, struct line *line)
{
	size_t digits = strspn(name + strnlen(name, 7), "0123456789");

	if (strncmp(name, "parport", 7) || !digits || name[7 + digits] ||
	    strlen(name) >= LINE_NAME_LEN)
		return false;
	memset(line, 0, sizeof(*line));
	strcpy(line->name, name);
	line->is_parport = true;
	name_parport(line);
	find_port_user(ctl, line);
	return true;
}

/* A driver that keeps us out of a bound port is worth more than that it is bound. */
static const char *state_of(const struct line *line)
{
	if (line->obstacle)
		return line->obstacle;
	if (*line->driver)
		return "held";
	if (*line->object)
		return "bound";
	return line->holder.pid ? "held" : "free";
}

static bool is_free(const struct line *line)
{
	return !strcmp(state_of(line), "free");
}

static struct json_object *words_of(const char *text)
{
	struct json_object *words = json_object_new_array();
	size_t n;

	for (; (n = strcspn(text, " ")); text += n + strspn(text + n, " "))
		json_object_array_add(words, json_object_new_string_len(text, (int)n));
	return words;
}

static void line_to_json(struct json_object *lines, const struct line *line)
{
	struct json_object *o = json_object_new_object(), *h;
	char path[80];

	snprintf(path, sizeof(path), "%s%s", line->is_parport ? "" : "/dev/", line->name);
	put_text(o, "device", path);
	put_text(o, "spec", spec_of(path, sizeof(path), line));
	put_text(o, "kind", line->kind);
	put_bool(o, "bindable", !line->obstacle);
	put_text(o, "obstacle", line->obstacle);
	put_text(o, "state", line->obstacle ? "unusable" : state_of(line));
	put_text(o, "object", *line->object ? line->object : NULL);
	json_object_object_add(o, "objects", words_of(line->objects));
	put_text(o, "driver", *line->driver ? line->driver : NULL);
	if (line->holder.pid) {
		h = json_object_new_object();
		json_object_object_add(h, "pid", json_object_new_int(line->holder.pid));
		put_text(h, "comm", line->holder.comm);
		json_object_object_add(o, "holder", h);
	} else {
		put_text(o, "holder", NULL);
	}
	json_object_array_add(lines, o);
}

static void line_to_row(struct libscols_table *table, const struct line *line)
{
	char path[80], holder[SHORT_TEXT];
	const char *cells[] = { path, state_of(line), line->objects, holder, line->kind };

	snprintf(path, sizeof(path), "%s%s", line->is_parport ? "" : "/dev/", line->name);
	if (*line->driver)
		snprintf(holder, sizeof(holder), "driver %s", line->driver);
	else
		text_process(holder, line->holder.pid, line->holder.comm);
	table_row(table, cells, is_free(line) ? "bold" : NULL);
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

/* Where lines go, and what is said about them afterwards. */
struct scan {
	struct cleardown_ctl *ctl;
	bool all;			/* also what cannot be bound */
	struct json_object *array;	/* or else */
	struct libscols_table *table;
	struct line example;		/* the first that is free */
	char driver[CLDN_NAME_LEN];	/* the first that is in the way */
};

static void line_out(struct scan *scan, const struct line *line)
{
	if (line->obstacle && !scan->all)
		return;
	if (scan->table)
		line_to_row(scan->table, line);
	else
		line_to_json(scan->array, line);
	if (!*scan->example.name && is_free(line))
		scan->example = *line;
	if (!*scan->driver)
		strcpy(scan->driver, line->driver);
}

static void scan_dir(struct scan *scan, const char *path,
		     bool (*look)(struct cleardown_ctl *, const char *, struct line *))
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, by_version), i;
	struct line line;

	for (i = 0; i < n; i++) {
		if (look(scan->ctl, names[i]->d_name, &line))
			line_out(scan, &line);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void scan_lines(struct scan *scan)
{
	scan_dir(scan, CLASS_TTY, look_at);
	scan_dir(scan, PARPORT_PROC, look_at_parport);
}

struct json_object *scan_lines_json(struct cleardown_ctl *ctl)
{
	struct scan scan = { .ctl = ctl, .all = true, .array = json_object_new_array() };

	scan_lines(&scan);
	return scan.array;
}

static void scan_as_json(struct cleardown_ctl *ctl)
{
	struct scan scan = { .ctl = ctl, .all = all_lines, .array = json_object_new_array() };
	struct json_object *doc = doc_open("scan");

	put_bool(doc, "module", ctl);
	put_bool(doc, "all_holders_visible", geteuid() == 0);
	json_object_object_add(doc, "lines", scan.array);
	scan_lines(&scan);
}

static void scan_hints(const struct scan *scan)
{
	char spec[LINE_NAME_LEN + 16];

	if (geteuid())
		progress("only root sees every holder");
	if (*scan->driver)
		progress("to free a parallel port of the driver %s: rmmod %s", scan->driver,
			 scan->driver);
	if (*scan->example.name)
		progress("to bind one: cleardown bind %s %s",
			 scan->example.is_parport ? "port" : "phone",
			 spec_of(spec, sizeof(spec), &scan->example));
}

static void scan_as_table(struct cleardown_ctl *ctl)
{
	static const struct column columns[] = {
		{ "DEVICE", false }, { "STATE", false }, { "OBJECT", false },
		{ "HOLDER", false }, { "KIND", false },
	};
	struct scan scan = {
		.ctl = ctl,
		.all = all_lines,
		.table = table_new(columns, ARRAY_SIZE(columns)),
	};

	if (!scan.table)
		return;
	scan_lines(&scan);
	if (scols_table_is_empty(scan.table)) {
		scols_unref_table(scan.table);
		puts("no line of this machine can be bound (see `cleardown scan --all`)");
		return;
	}
	table_print(scan.table);
	fflush(stdout);
	scan_hints(&scan);
}

static int run_scan(int argc, char **argv)
{
	struct cleardown_ctl *ctl;

	if (argc)
		return complain_usage("scan takes no operands, not \"%s\"", argv[0]);
	ctl = cleardown_ctl_open();
	if (settings.json)
		scan_as_json(ctl);
	else
		scan_as_table(ctl);
	cleardown_ctl_free(ctl);
	return XC_OK;
}

static int set_scan(int option, const char *argument)
{
	(void)option;
	(void)argument;
	all_lines = true;
	return XC_OK;
}

static const struct option scan_options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ 0 },
};

const struct verb verb_scan = {
	.name = "scan",
	.operands = "[--all]",
	.summary = "lines that can be bound, and who holds them",
	.details =
		"      --all            also lines that cannot be bound, and why\n"
		"\nSerial lines and parallel ports. A parallel port that a driver such as lp has can be\n"
		"bound, but not opened before `rmmod lp`. No line is opened. Only root sees the\n"
		"holders among other users' processes.\n",
	.options = scan_options,
	.set = set_scan,
	.run = run_scan,
};
