// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor: the provider of fax lines. Does it run, answer, have its spool and its lines? */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "fax.h"

#define DAEMON "cleardown-faxd"
#define DAEMON_USER "cleardown-fax"
#define MAX_GROUPS 64

/* Who speaks T.30 here, or would. */
struct provider {
	pid_t pid; /* 0: it does not run */
	uid_t uid;
	gid_t groups[MAX_GROUPS];
	int ngroups;
};

/* "Groups:	20 21" and the like, of /proc/PID/status. */
static int take_ids(const char *text, gid_t *ids, int max)
{
	char *end;
	int n = 0;

	while (n < max) {
		unsigned long id = strtoul(text, &end, 10);

		if (end == text)
			break;
		ids[n++] = id;
		text = end;
	}
	return n;
}

static bool read_process(struct provider *p)
{
	char path[64], line[1024];
	gid_t ids[4];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", p->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Uid:", 4) && take_ids(line + 4, ids, 2) == 2)
			p->uid = ids[1];
		else if (!strncmp(line, "Gid:", 4) && take_ids(line + 4, ids, 2) == 2)
			p->groups[p->ngroups++] = ids[1];
		else if (!strncmp(line, "Groups:", 7))
			p->ngroups +=
				take_ids(line + 7, p->groups + p->ngroups, MAX_GROUPS - p->ngroups);
	}
	fclose(file);
	return true;
}

/* The daemon that runs, else the user whom its unit names. false: there is neither. */
static bool find_provider(struct provider *p)
{
	const struct passwd *user;
	struct holder holder;

	*p = (struct provider){ 0 };
	if (process_runs(DAEMON, &holder)) {
		p->pid = holder.pid;
		return read_process(p);
	}
	user = getpwnam(DAEMON_USER);
	if (!user)
		return false;
	p->uid = user->pw_uid;
	p->ngroups = MAX_GROUPS;
	if (getgrouplist(user->pw_name, user->pw_gid, p->groups, &p->ngroups) < 0)
		p->ngroups = 0;
	return true;
}

/* As the kernel decides, without capabilities and lists. @wanted: bits of "other". */
static bool may(const struct provider *p, const struct stat *st, mode_t wanted)
{
	int i;

	if (st->st_uid == p->uid)
		return (st->st_mode >> 6 & wanted) == wanted;
	for (i = 0; i < p->ngroups; i++)
		if (p->groups[i] == st->st_gid)
			return (st->st_mode >> 3 & wanted) == wanted;
	return p->uid == 0 || (st->st_mode & wanted) == wanted;
}

static void check_daemon(const struct provider *p, bool known)
{
	struct finding f = { .check = "fax", .object = DAEMON, .level = WRONG };
	struct json_object *answer = daemon_ask("status", NULL);

	f.code = XC_NOT_FOUND;
	if (answer) {
		f.level = FINE;
		snprintf(f.text, sizeof(f.text), p->pid ? "answers, pid %d" : "answers", p->pid);
	} else if (p->pid) {
		f.code = XC_DEVICE;
		snprintf(f.text, sizeof(f.text), "runs, pid %d, and does not answer at its socket",
			 p->pid);
		snprintf(f.remedy, sizeof(f.remedy),
			 "systemctl restart " DAEMON "; its log says more");
	} else if (known) {
		snprintf(f.text, sizeof(f.text), "does not run: no fax is sent or received");
		snprintf(f.remedy, sizeof(f.remedy), "systemctl enable --now " DAEMON);
	} else {
		snprintf(f.text, sizeof(f.text),
			 "does not run, and its user " DAEMON_USER " is not there");
		snprintf(f.remedy, sizeof(f.remedy), "make install, in the sources");
	}
	json_object_put(answer);
	doctor_tell(&f);
}

static void check_spool(const struct provider *p)
{
	struct finding f = { .check = "fax", .object = FAX_SPOOL, .code = XC_PERMISSION };
	struct stat st;

	if (stat(FAX_SPOOL, &st) < 0) {
		f.level = WRONG;
		snprintf(f.text, sizeof(f.text), "the spool cannot be found: %s", strerror(errno));
		snprintf(f.remedy, sizeof(f.remedy), "install -d -o %u -g fax -m 750 " FAX_SPOOL,
			 p->uid);
	} else if (!S_ISDIR(st.st_mode) || !may(p, &st, 07)) {
		f.level = WRONG;
		snprintf(f.text, sizeof(f.text),
			 "mode %o of user %u: user %u, who sends faxes, cannot keep them there",
			 st.st_mode & 0777, st.st_uid, p->uid);
		snprintf(f.remedy, sizeof(f.remedy), "chown -R %u:fax " FAX_SPOOL, p->uid);
	} else if (st.st_mode & 07) {
		f.level = NOTE;
		snprintf(f.text, sizeof(f.text), "mode %o: everybody may look at faxes",
			 st.st_mode & 0777);
		snprintf(f.remedy, sizeof(f.remedy), "chmod o-rwx " FAX_SPOOL);
	} else {
		snprintf(f.text, sizeof(f.text), "mode %o, user %u", st.st_mode & 0777, st.st_uid);
	}
	doctor_tell(&f);
}

static void check_line(const struct provider *p, const struct cleardown_device *device)
{
	struct finding f = { .check = "fax", .object = device->name, .code = XC_PERMISSION };
	char path[80];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/cleardown/%s", device->name);
	if (device->session.owner_pid) {
		snprintf(f.text, sizeof(f.text), "provided by pid %d (%s)",
			 device->session.owner_pid, device->session.owner_comm);
	} else if (stat(path, &st) < 0 || !may(p, &st, 06)) {
		f.level = WRONG;
		snprintf(f.text, sizeof(f.text), "user %u, who sends faxes, may not open %s",
			 p->uid, path);
		snprintf(f.remedy, sizeof(f.remedy), "let him be in the group fax");
	} else if (p->pid) {
		f.level = WRONG;
		snprintf(f.text, sizeof(f.text), DAEMON " runs, but does not have it");
		snprintf(f.remedy, sizeof(f.remedy),
			 "unbind it, and bind it with --args provider=%u", p->uid);
	} else {
		snprintf(f.text, sizeof(f.text), "user %u may open it", p->uid);
	}
	doctor_tell(&f);
}

void doctor_fax(struct cleardown_ctl *ctl)
{
	const struct cleardown_device *next = NULL;
	struct cleardown_device device = { 0 };
	bool known, told = false;
	struct provider p;

	known = find_provider(&p);
	while ((next = cleardown_ctl_next_device(ctl, device.id))) {
		device = *next;
		if (device.class_id != CLDN_CLASS_FAX)
			continue;
		if (!told)
			check_daemon(&p, known);
		if (!told && known)
			check_spool(&p);
		told = true;
		if (known)
			check_line(&p, &device);
	}
}
