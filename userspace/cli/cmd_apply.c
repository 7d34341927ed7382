// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apply: makes the objects that /etc/cleardown.conf wants, and leaves alone what is as it wants. What
 * was applied is kept in a file for each, until the machine goes down: a line may have a name of its
 * own (a host's, a link in /dev), and is compared by that. Of what somebody else has bound the kernel
 * tells the settings.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"

#define APPLIED_DIR "/run/cleardown-applied"
#define WISH_LEN    2048

static bool dry_run;

enum action { AS_WANTED, NOT_OURS, BIND, BIND_ANEW };

struct applying {
	struct cleardown_ctl *ctl;
	const struct conf *conf;
	struct json_object *objects;	/* for JSON */
	size_t changed;
};

/* ---- what was applied ---- */

static void applied_path(const char *name, char *path, size_t size)
{
	const char *directory = getenv("CLEARDOWN_APPLIED");

	snprintf(path, size, "%s/%s", directory ? directory : APPLIED_DIR, name);
}

/* The kernel's number of an object begins anew with the module; that of its folder does not. */
static void wish_to_text(char *text, size_t size, const struct bind_wish *wish,
			 const struct cleardown_device *device)
{
	struct stat st = { 0 };
	char path[96];

	snprintf(path, sizeof(path), "/sys/class/cleardown/%s/", device->name);
	stat(path, &st);
	snprintf(text, size,
		 "%" PRIu64 " %" PRIu64 " %u %s speed=%" PRIu64
		 " flow=%d init=%s monitor=%s args=%s\n",
		 device->id, (uint64_t)st.st_ino, wish->class_id, wish->spec, wish->speed,
		 wish->flow, word_or(wish->init, ""), word_or(wish->monitor, ""),
		 word_or(wish->args, ""));
}

/* Whether the object that is bound now was made by apply, and then whether as it is wanted now. */
static bool was_applied(const struct bind_wish *wish, const struct cleardown_device *device,
			bool *same)
{
	char path[128], wanted[WISH_LEN], kept[WISH_LEN] = "";
	FILE *file;
	size_t n;

	applied_path(wish->name, path, sizeof(path));
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(kept, sizeof(kept), file))
		kept[0] = '\0';
	fclose(file);
	wish_to_text(wanted, sizeof(wanted), wish, device);
	*same = !strcmp(kept, wanted);
	/* The first two words say which object it was. */
	n = strcspn(wanted, " ") + 1;
	n += strcspn(wanted + n, " ") + 1;
	return !strncmp(kept, wanted, n);
}

static int keep_applied(const struct bind_wish *wish, const struct cleardown_device *device)
{
	char path[128], text[WISH_LEN];
	FILE *file;
	int err;

	applied_path("", path, sizeof(path));
	mkdir(path, 0755);
	applied_path(wish->name, path, sizeof(path));
	wish_to_text(text, sizeof(text), wish, device);
	file = fopen(path, "we");
	err = !file || fputs(text, file) < 0 ? errno : 0;
	if (file && fclose(file) && !err)
		err = errno;
	return err ? complain_errno(path, "keep what was applied", err) : XC_OK;
}

/* ---- one object ---- */

static enum action decide(struct cleardown_ctl *ctl, const struct bind_wish *wish,
			  struct cleardown_device *device)
{
	const struct cleardown_device *found = cleardown_ctl_find_device(ctl, wish->name);
	bool same;

	if (!found)
		return BIND;
	*device = *found;
	if (device->class_id != wish->class_id)
		return BIND_ANEW;
	if (was_applied(wish, device, &same))
		return same ? AS_WANTED : BIND_ANEW;
	if (!is_bound_to(device, wish->spec))
		return BIND_ANEW;
	return settings_told(device) && has_settings(device, wish) ? AS_WANTED : NOT_OURS;
}

static int carry_out(struct cleardown_ctl *ctl, const struct bind_wish *wish, enum action action,
		     const struct cleardown_device *device)
{
	const struct cleardown_device *now;
	char name[CLDN_NAME_LEN];
	int code = action == BIND_ANEW ? unbind_device(ctl, device) : XC_OK;

	if (!code)
		code = bind_wished(ctl, wish, name);
	if (code)
		return code;
	now = cleardown_ctl_find_device(ctl, name);
	return now ? keep_applied(wish, now) : complain_errno(name, "find it in the list", errno);
}

static void object_to_json(const struct applying *a, const struct conf_object *object,
			   const struct cleardown_device *device, enum action action, int code)
{
	static const char *const words[] = {
		[AS_WANTED] = "none",
		[NOT_OURS] = "none",
		[BIND] = "bind",
		[BIND_ANEW] = "rebind",
	};
	struct json_object *o = json_object_new_object(), *error = NULL;

	put_text(o, "object", object->wish.name);
	put_text(o, "line", object->wish.spec);
	put_u64(o, "line_number", object->line);
	put_text(o, "action", words[action]);
	put_bool(o, "done", action != AS_WANTED && action != NOT_OURS && !code && !dry_run);
	put_bool(o, "settings_known", action != NOT_OURS || settings_told(device));
	put_bool(o, "as_wanted", action == AS_WANTED);
	if (code && json_object_object_get_ex(doc_current(), "error", &error))
		json_object_object_add(o, "error", json_object_get(error));
	json_object_array_add(a->objects, o);
}

static void object_to_text(const struct applying *a, const struct conf_object *object,
			   enum action action, int code)
{
	const char *name = object->wish.name, *spec = object->wish.spec;

	if (code)
		fprintf(stderr, "cleardown: %s:%u: %s is not as it is wanted\n", a->conf->file,
			object->line, name);
	else if (action == AS_WANTED)
		progress("%s: is as it is wanted", name);
	else if (action == NOT_OURS)
		printf("%s: is bound to %s with other settings, but not by apply: it stays\n", name,
		       spec);
	else
		printf("%s: %sbound %sto %s\n", name, dry_run ? "would be " : "",
		       action == BIND_ANEW ? "anew " : "", spec);
}

static int apply_object(struct applying *a, const struct conf_object *object)
{
	struct cleardown_device device = { 0 };
	enum action action = decide(a->ctl, &object->wish, &device);
	int code = XC_OK;

	if (action == BIND || action == BIND_ANEW) {
		a->changed++;
		if (!dry_run)
			code = carry_out(a->ctl, &object->wish, action, &device);
	}
	if (settings.json)
		object_to_json(a, object, &device, action, code);
	else if (!settings.quiet || code)
		object_to_text(a, object, action, code);
	return code;
}

/* ---- all of them ---- */

static int apply_all(struct applying *a)
{
	size_t n = a->conf->nobjects, i;
	int code = XC_OK, one;

	for (i = 0; i < n; i++) {
		one = apply_object(a, &a->conf->objects[i]);
		code = code ? code : one;
	}
	if (settings.json)
		put_u64(doc_current(), "changes", a->changed);
	else if (!a->changed && !settings.quiet)
		printf("nothing to do: %zu object%s as %s wants\n", n, n == 1 ? " is" : "s are",
		       a->conf->file);
	return code;
}

static int apply(const char *file)
{
	struct applying a = { 0 };
	struct conf conf;
	int code;

	if (settings.json) {
		put_text(doc_open("applied"), "file", file);
		put_bool(doc_current(), "dry_run", dry_run);
	}
	code = conf_load(&conf, file);
	if (!code)
		a.ctl = need_ctl(&code);
	if (a.ctl) {
		a.conf = &conf;
		a.objects = json_object_new_array();
		if (settings.json)
			json_object_object_add(doc_current(), "objects",
					       json_object_get(a.objects));
		code = apply_all(&a);
		json_object_put(a.objects);
		cleardown_ctl_free(a.ctl);
	}
	conf_free(&conf);
	return code;
}

static int run_apply(int argc, char **argv)
{
	if (argc > 1)
		return complain_usage("apply takes one file");
	return apply(argc ? argv[0] : CONF_FILE);
}

static int set_apply(int option, const char *argument)
{
	(void)option;
	(void)argument;
	dry_run = true;
	return XC_OK;
}

static const struct option apply_options[] = {
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ 0 },
};

const struct verb verb_apply = {
	.name = "apply",
	.operands = "[FILE] [--dry-run]",
	.summary = "make the objects that " CONF_FILE " wants",
	.details =
		"      --dry-run        only say what would be done\n"
		"\nWhat is as the file wants it stays as it is, so this can be done at any time; what is\n"
		"not in the file stays, too. An object whose line or settings are others now is bound\n"
		"anew, if nobody has it open (exit code 5). An error in the file (exit code 1) is told\n"
		"with its line, and nothing is done. Needs root. A section for each object:\n"
		"\n"
		"  [phone0]                           # class = phone, which the name says already\n"
		"  line = tty:/dev/ttyS0              # as `cleardown bind` takes it\n"
		"  dialect = courier                  # what is in [dialect courier]\n"
		"  speed = 115200                     # flow, init, monitor, args: as the options of bind\n"
		"\n"
		"  [dialect courier]\n"
		"  init = ATS0=0&K3\n"
		"  [defaults phone]                   # also [defaults]\n"
		"  flow = rtscts\n",
	.options = apply_options,
	.set = set_apply,
	.run = run_apply,
};
