// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor: what is wrong here, or would go wrong, and the command that mends it. It only looks: no line
 * and no object is opened.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor.h"

#define MODULE_FILE "/lib/modules/%s/updates/cleardown/cleardown.ko"
#define EFI_SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static struct {
	struct json_object *findings; /* for JSON */
	unsigned int wrong;
	int code;
} visit;

static void finding_to_json(const struct finding *f)
{
	static const char *const words[] = { "ok", "note", "wrong" };
	struct json_object *o = json_object_new_object();

	put_text(o, "check", f->check);
	put_text(o, "level", words[f->level]);
	put_text(o, "object", f->object);
	put_text(o, "text", f->text);
	put_text(o, "remedy", *f->remedy ? f->remedy : NULL);
	json_object_array_add(visit.findings, o);
}

static void finding_to_text(const struct finding *f)
{
	static const char *const words[] = { "ok", "note", "WRONG" };

	if (f->level == FINE && settings.quiet)
		return;
	printf("%-6s %s%s%s: %s\n", words[f->level], f->check, f->object ? " " : "",
	       word_or(f->object, ""), f->text);
	if (*f->remedy)
		printf("       -> %s\n", f->remedy);
}

void doctor_tell(const struct finding *f)
{
	if (f->level == WRONG && !visit.wrong++)
		visit.code = f->code;
	if (settings.json)
		finding_to_json(f);
	else
		finding_to_text(f);
}

/* The first line of a file, without its end; "" where there is none. */
static char *first_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");

	text[0] = '\0';
	if (file && fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
	return text;
}

static bool module_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return access(path, F_OK) == 0;
}

/* ---- the kernel and the modules ---- */

static bool secure_boot(void)
{
	FILE *file = fopen(EFI_SECURE_BOOT, "re");
	unsigned char bytes[5] = { 0 }; /* four of attributes, then the value */
	bool on = file && fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes) && bytes[4] == 1;

	if (file)
		fclose(file);
	return on;
}

/* Why the kernel takes signed modules only, or NULL. */
static const char *signed_only(void)
{
	char text[128];

	first_line("/sys/kernel/security/lockdown", text, sizeof(text));
	if (strstr(text, "[integrity]") || strstr(text, "[confidentiality]"))
		return "lockdown";
	first_line("/sys/module/module/parameters/sig_enforce", text, sizeof(text));
	if (*text == 'Y')
		return "module.sig_enforce";
	return secure_boot() ? "Secure Boot" : NULL;
}

static void check_kernel(void)
{
	struct finding f = { .check = "kernel" };
	const char *why = signed_only();
	struct utsname uts;

	uname(&uts);
	if (why && !module_loaded("cleardown")) {
		f.level = NOTE;
		snprintf(f.text, sizeof(f.text),
			 "%.64s loads only signed modules (%s), by a key that it knows",
			 uts.release, why);
		snprintf(f.remedy, sizeof(f.remedy),
			 "sign them with scripts/sign-file of the kernel's headers, and "
			 "`mokutil --import` the key");
	} else if (strncmp(uts.release, "6.1.", 4) && strncmp(uts.release, "6.12.", 5)) {
		f.level = NOTE;
		snprintf(f.text, sizeof(f.text), "%s, not 6.1 or 6.12, with which it is tested",
			 uts.release);
	} else {
		snprintf(f.text, sizeof(f.text), "%s%s%s", uts.release,
			 why ? ", signed modules only: " : "", why ? why : "");
	}
	doctor_tell(&f);
}

static void check_module_file(struct finding *f)
{
	struct utsname uts;
	char path[256];

	uname(&uts);
	snprintf(path, sizeof(path), MODULE_FILE, uts.release);
	if (access(path, F_OK) == 0) {
		snprintf(f->text, sizeof(f->text), "installed, but not loaded");
		snprintf(f->remedy, sizeof(f->remedy), "modprobe cleardown");
		return;
	}
	snprintf(f->text, sizeof(f->text), "neither loaded nor installed for kernel %.64s",
		 uts.release);
	snprintf(f->remedy, sizeof(f->remedy),
		 "make && make install, or make load, in the sources");
}

/* "srcversion=44F29509940C1B216D767F2" of a module's file; "" where there is none. */
static void file_srcversion(const char *path, char *text, size_t size)
{
	static const char key[] = "srcversion=";
	FILE *file = fopen(path, "re");
	size_t at = 0, n = 0;
	int c;

	text[0] = '\0';
	while (file && key[at] && (c = getc(file)) != EOF)
		at = c == key[at] ? at + 1 : c == key[0];
	while (file && !key[at] && n + 1 < size && (c = getc(file)) > 0)
		text[n++] = c;
	text[n] = '\0';
	if (file)
		fclose(file);
}

/* An update is on the disk only, as long as the old module is loaded. */
static void check_loaded_is_installed(void)
{
	struct finding f = { .check = "module", .level = NOTE };
	char path[256], loaded[64], installed[64];
	struct utsname uts;

	uname(&uts);
	snprintf(path, sizeof(path), MODULE_FILE, uts.release);
	file_srcversion(path, installed, sizeof(installed));
	first_line("/sys/module/cleardown/srcversion", loaded, sizeof(loaded));
	if (!*installed || !*loaded || !strcmp(installed, loaded))
		return;
	snprintf(f.text, sizeof(f.text), "the one that is loaded is not the one that is installed");
	snprintf(f.remedy, sizeof(f.remedy),
		 "close what is open, rmmod the links and cleardown, then modprobe them");
	doctor_tell(&f);
}

/* NULL: it cannot be asked, which has been told. */
static struct cleardown_ctl *check_module(void)
{
	struct finding f = { .check = "module", .level = WRONG, .code = XC_NOT_FOUND };
	struct cleardown_ctl *ctl = cleardown_ctl_open();
	const char *version = NULL;
	uint32_t abi = 0;

	if (ctl)
		version = cleardown_ctl_version(ctl, &abi);
	if (!ctl && errno != ENOENT && errno != ENXIO && errno != ENODEV) {
		f.code = exit_for_errno(errno);
		snprintf(f.text, sizeof(f.text), "/dev/cleardown/ctl cannot be opened: %s",
			 errno_cause(errno));
	} else if (!ctl) {
		check_module_file(&f);
	} else if (!version) {
		f.code = XC_DEVICE;
		snprintf(f.text, sizeof(f.text), "it does not tell its version: %s",
			 errno_cause(errno));
	} else {
		f.code = XC_DEVICE;
		f.level = strcmp(version, CLEARDOWN_VERSION) ? WRONG : FINE;
		snprintf(f.text, sizeof(f.text), "version %s, the tool's is %s, interface %u",
			 version, CLEARDOWN_VERSION, abi);
		if (f.level)
			snprintf(f.remedy, sizeof(f.remedy),
				 "make install, then `make unload` and `make load`");
	}
	doctor_tell(&f);
	if (ctl)
		check_loaded_is_installed();
	return ctl;
}

static void check_links(void)
{
	static const struct {
		const char *module;
		const char *what;
	} links[] = {
		{ "cleardown_tty", "no serial line can be bound" },
		{ "cleardown_parport", "no parallel port can be bound" },
		{ "cleardown_net", "no network interface or network printer can be bound" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		struct finding f = { .check = "link", .object = links[i].module, .level = FINE };

		if (module_loaded(links[i].module)) {
			snprintf(f.text, sizeof(f.text), "loaded");
		} else {
			f.level = NOTE;
			snprintf(f.text, sizeof(f.text), "not loaded: %s", links[i].what);
			snprintf(f.remedy, sizeof(f.remedy), "modprobe %s", links[i].module);
		}
		doctor_tell(&f);
	}
}

/* ---- who may use what: as 60-cleardown.rules has it ---- */

static const struct access_rule {
	const char *prefix; /* of the node's name */
	const char *group; /* or NULL */
	mode_t mode;
} rules[] = {
	{ "ctl", NULL, 0644 },	{ "events", NULL, 0666 }, { "phone", "dialout", 0660 },
	{ "port", "lp", 0660 }, { "vc", "netdev", 0660 }, { "fax", "fax", 0660 },
};

static bool in_group(gid_t gid)
{
	gid_t all[256];
	int n = getgroups(ARRAY_SIZE(all), all), i;

	for (i = 0; i < n; i++)
		if (all[i] == gid)
			return true;
	return getegid() == gid;
}

static void check_group(const char *name)
{
	struct finding f = { .check = "group", .object = name, .level = FINE };
	const struct group *group = getgrnam(name);
	const struct passwd *user = getpwuid(geteuid());

	if (!group) {
		f.level = WRONG;
		f.code = XC_PERMISSION;
		snprintf(f.text, sizeof(f.text), "there is no such group");
		snprintf(f.remedy, sizeof(f.remedy), "groupadd --system %s", name);
	} else if (geteuid() && !in_group(group->gr_gid)) {
		f.level = NOTE;
		snprintf(f.text, sizeof(f.text), "you are not in it");
		snprintf(f.remedy, sizeof(f.remedy), "usermod -aG %s %.32s, then log in again",
			 name, user ? user->pw_name : "USER");
	} else {
		snprintf(f.text, sizeof(f.text), geteuid() ? "you are in it" : "exists");
	}
	doctor_tell(&f);
}

static void check_groups(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].group)
			check_group(rules[i].group);
}

static void check_node(const char *name)
{
	struct finding f = { .check = "node", .object = name, .level = FINE };
	const struct access_rule *rule = rules;
	const struct group *group;
	char path[80];
	struct stat st;

	while (rule < rules + ARRAY_SIZE(rules) &&
	       strncmp(name, rule->prefix, strlen(rule->prefix)))
		rule++;
	snprintf(path, sizeof(path), "/dev/cleardown/%s", name);
	if (rule == rules + ARRAY_SIZE(rules) || stat(path, &st) < 0)
		return;
	group = rule->group ? getgrnam(rule->group) : getgrgid(st.st_gid);
	if ((st.st_mode & 0777) != rule->mode || !group || group->gr_gid != st.st_gid) {
		f.level = WRONG;
		f.code = XC_PERMISSION;
		snprintf(f.text, sizeof(f.text), "mode %o, group %u, where udev's rule has %o%s%s",
			 st.st_mode & 0777, st.st_gid, rule->mode, rule->group ? " and " : "",
			 word_or(rule->group, ""));
		snprintf(f.remedy, sizeof(f.remedy),
			 "install 60-cleardown.rules (make install), then `udevadm trigger -s "
			 "cleardown`");
	} else {
		snprintf(f.text, sizeof(f.text), "mode %o%s%s", rule->mode,
			 rule->group ? ", group " : "", word_or(rule->group, ""));
	}
	doctor_tell(&f);
}

/* ---- lines, and what is bound ---- */

/* How to make a program let go that many machines have. */
static void how_to_free(struct finding *f, const char *comm, int pid, const char *device)
{
	if (!strcmp(comm, "agetty") || !strcmp(comm, "getty"))
		snprintf(f->remedy, sizeof(f->remedy), "systemctl disable --now serial-getty@%s",
			 strncmp(device, "/dev/", 5) ? device : device + 5);
	else if (!strcmp(comm, "ModemManager") || !strcmp(comm, "brltty"))
		snprintf(f->remedy, sizeof(f->remedy), "systemctl stop %s", comm);
	else
		snprintf(f->remedy, sizeof(f->remedy), "end it: kill %d", pid);
}

static const char *member(struct json_object *o, const char *key)
{
	return json_object_get_string(json_object_object_get(o, key));
}

/* "phone0 and fax0" */
static const char *all_objects(struct json_object *line, char *text, size_t size)
{
	struct json_object *names = json_object_object_get(line, "objects");
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < json_object_array_length(names) && n < size; i++)
		n += snprintf(text + n, size - n, "%s%s", i ? " and " : "",
			      json_object_get_string(json_object_array_get_idx(names, i)));
	return text;
}

/* Bound, and held by somebody who has not got it from us: that object cannot be opened. */
static void held_behind(struct finding *f, struct cleardown_ctl *ctl, struct json_object *line,
			int pid)
{
	const char *object = member(line, "object");
	char names[128];
	const struct cleardown_device *device = cleardown_ctl_find_device(ctl, object);

	if (device && pid && device->session.owner_pid == pid) {
		f->level = FINE;
		f->remedy[0] = '\0';
		snprintf(f->text + strlen(f->text), sizeof(f->text) - strlen(f->text), " as %s",
			 object);
		return;
	}
	f->level = WRONG;
	f->code = XC_BUSY;
	snprintf(f->text + strlen(f->text), sizeof(f->text) - strlen(f->text),
		 ": %s cannot be opened", all_objects(line, names, sizeof(names)));
}

static void check_line(struct cleardown_ctl *ctl, struct json_object *line)
{
	const char *device = member(line, "device"), *driver = member(line, "driver");
	const char *object = member(line, "object"), *state = member(line, "state");
	struct json_object *holder = json_object_object_get(line, "holder");
	struct finding f = { .check = "line", .object = device, .level = NOTE };
	int pid = holder ? atoi(member(holder, "pid")) : 0;
	char names[128];

	if (driver) {
		snprintf(f.text, sizeof(f.text), "the driver %s has it", driver);
		snprintf(f.remedy, sizeof(f.remedy), "rmmod %s", driver);
	} else if (holder) {
		snprintf(f.text, sizeof(f.text), "pid %d (%s) has it open", pid,
			 member(holder, "comm"));
		how_to_free(&f, member(holder, "comm"), pid, device);
	} else {
		f.level = FINE;
		snprintf(f.text, sizeof(f.text), "%s, %s%s%s", member(line, "kind"), state,
			 object ? " as " : "", all_objects(line, names, sizeof(names)));
	}
	if (object && (driver || holder))
		held_behind(&f, ctl, line, pid);
	doctor_tell(&f);
}

static void check_lines(struct cleardown_ctl *ctl)
{
	struct json_object *lines = scan_lines_json(ctl), *line;
	size_t i, n = json_object_array_length(lines);

	for (i = 0; i < n; i++) {
		line = json_object_array_get_idx(lines, i);
		if (json_object_get_boolean(json_object_object_get(line, "bindable")))
			check_line(ctl, line);
	}
	json_object_put(lines);
}

static void check_object(const struct cleardown_device *device)
{
	struct finding f = { .check = "object", .object = device->name, .code = XC_OPERATOR };

	switch (device->session.state) {
	case CLDN_STATE_STUCK:
		f.level = WRONG;
		snprintf(f.text, sizeof(f.text),
			 "stuck: the driver of %s has not come back from its close",
			 device->backend);
		snprintf(f.remedy, sizeof(f.remedy), "unplug the line, or see dmesg");
		break;
	case CLDN_STATE_GONE:
		f.level = WRONG;
		snprintf(f.text, sizeof(f.text), "its line %s is gone", device->backend);
		snprintf(f.remedy, sizeof(f.remedy),
			 "plug it in; under another name: cleardown rebind %s tty:DEVICE",
			 device->name);
		break;
	default:
		snprintf(f.text, sizeof(f.text), "%s, %s", device->backend,
			 word_or(cleardown_state_name(device->session.state), "?"));
	}
	doctor_tell(&f);
}

static void check_objects(struct cleardown_ctl *ctl)
{
	const struct cleardown_device *next = NULL;
	struct cleardown_device device = { 0 };

	check_node("ctl");
	check_node("events");
	check_node("fax");
	while ((next = cleardown_ctl_next_device(ctl, device.id))) {
		device = *next;
		check_object(&device);
		check_node(device.name);
	}
}

/* Programs that open lines as they come, to see what is there. */
static void check_programs(void)
{
	static const char *const probing[] = { "ModemManager", "brltty" };
	struct holder holder;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probing); i++) {
		struct finding f = { .check = "program", .object = probing[i], .level = NOTE };

		if (!process_runs(probing[i], &holder))
			continue;
		snprintf(f.text, sizeof(f.text),
			 "runs (pid %d), and opens lines that come, until they are bound",
			 holder.pid);
		snprintf(f.remedy, sizeof(f.remedy), "systemctl stop %s", probing[i]);
		doctor_tell(&f);
	}
}

static int run_doctor(int argc, char **argv)
{
	struct cleardown_ctl *ctl;

	(void)argv;
	if (argc)
		return complain_usage("doctor takes no operands");
	if (settings.json) {
		visit.findings = json_object_new_array();
		json_object_object_add(doc_open("doctor"), "findings", visit.findings);
	}
	check_kernel();
	ctl = check_module();
	if (ctl)
		check_links();
	check_groups();
	check_programs();
	check_lines(ctl);
	if (ctl)
		check_objects(ctl);
	if (ctl)
		doctor_fax(ctl);
	cleardown_ctl_free(ctl);
	if (settings.json)
		put_u64(doc_current(), "wrong", visit.wrong);
	else if (visit.wrong)
		printf("%u thing%s wrong\n", visit.wrong, visit.wrong == 1 ? " is" : "s are");
	else if (!settings.quiet)
		puts("nothing is wrong");
	return visit.code;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.operands = "",
	.summary = "what is wrong, what would go wrong, and what mends it",
	.details =
		"Looks at the kernel (Secure Boot, lockdown), the modules and their version, groups,\n"
		"the modes of the nodes, each line and who has it, each object; where a fax line is\n"
		"bound, cleardown-faxd: whether it runs, answers, has its spool and its lines. No line\n"
		"and no object is opened.\n"
		"A note is no fault; --quiet leaves out what is in order. The exit code is that of the\n"
		"first thing that is wrong: 2 another version, 3 no module or no fax daemon, 4 nodes,\n"
		"groups or the spool, 5 the line of an object is held by others, 30 an object's line is\n"
		"gone or stuck; or 0.\n"
		"Only root sees the holders among other users' processes.\n",
	.run = run_doctor,
};
