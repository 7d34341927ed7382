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
	char name[LINE_NAME_LEN];
	uint64_t rdev;
	char kind[96];		/* "16550A", "USB Serial Converter (ftdi_sio)" */
	const char *obstacle;	/* why it cannot be bound, or NULL */
	char object[CLDN_NAME_LEN];
	struct holder holder;
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

static void find_user(struct cleardown_ctl *ctl, struct line *line)
{
	const struct cleardown_device *device = NULL;

	while (ctl && (device = cleardown_ctl_next_device(ctl, device ? device->id : 0))) {
		if (device->rdev != line->rdev)
			continue;
		snprintf(line->object, sizeof(line->object), "%s", device->name);
		line->holder.pid = device->session.owner_pid;
		snprintf(line->holder.comm, sizeof(line->holder.comm), "%s",
			 device->session.owner_comm);
		if (line->holder.pid)
			return;
	}
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

static const char *state_of(const struct line *line)
{
	if (line->obstacle)
		return line->obstacle;
	if (*line->object)
		return "bound";
	return line->holder.pid ? "held" : "free";
}

static bool is_free(const struct line *line)
{
	return !line->obstacle && !*line->object && !line->holder.pid;
}

static void line_to_json(struct json_object *lines, const struct line *line)
{
	struct json_object *o = json_object_new_object(), *h;
	char path[80];

	snprintf(path, sizeof(path), "/dev/%s", line->name);
	put_text(o, "device", path);
	put_text(o, "kind", line->kind);
	put_bool(o, "bindable", !line->obstacle);
	put_text(o, "obstacle", line->obstacle);
	put_text(o, "state", line->obstacle ? "unusable" : state_of(line));
	put_text(o, "object", *line->object ? line->object : NULL);
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
	const char *cells[] = { path, state_of(line), line->object, holder, line->kind };

	snprintf(path, sizeof(path), "/dev/%s", line->name);
	text_process(holder, line->holder.pid, line->holder.comm);
	table_row(table, cells, is_free(line) ? "bold" : NULL);
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

/* Into @table, or else into @array. The first free one goes to @example. */
static void scan_lines(struct cleardown_ctl *ctl, struct json_object *array,
		       struct libscols_table *table, char *example)
{
	struct dirent **names;
	int n = scandir(CLASS_TTY, &names, NULL, by_version), i;
	struct line line;

	for (i = 0; i < n; i++) {
		if (look_at(ctl, names[i]->d_name, &line) && (all_lines || !line.obstacle)) {
			if (table)
				line_to_row(table, &line);
			else
				line_to_json(array, &line);
			if (!*example && is_free(&line))
				strcpy(example, line.name);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void scan_as_json(struct cleardown_ctl *ctl)
{
	struct json_object *doc = doc_open("scan"), *array = json_object_new_array();
	char example[LINE_NAME_LEN] = "";

	put_bool(doc, "module", ctl);
	put_bool(doc, "all_holders_visible", geteuid() == 0);
	json_object_object_add(doc, "lines", array);
	scan_lines(ctl, array, NULL, example);
}

static void scan_as_table(struct cleardown_ctl *ctl)
{
	static const struct column columns[] = {
		{ "DEVICE", false }, { "STATE", false }, { "OBJECT", false },
		{ "HOLDER", false }, { "KIND", false },
	};
	struct libscols_table *table = table_new(columns, ARRAY_SIZE(columns));
	char example[LINE_NAME_LEN] = "";

	if (!table)
		return;
	scan_lines(ctl, NULL, table, example);
	if (scols_table_is_empty(table)) {
		scols_unref_table(table);
		puts("no serial line of this machine can be bound (see `cleardown scan --all`)");
		return;
	}
	table_print(table);
	fflush(stdout);
	if (geteuid())
		progress("only root sees every holder");
	if (*example)
		progress("to bind one: cleardown bind phone tty:/dev/%s", example);
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
		"\nNo line is opened. Only root sees the holders among other users' processes.\n",
	.options = scan_options,
	.set = set_scan,
	.run = run_scan,
};
