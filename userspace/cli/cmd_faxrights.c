// SPDX-License-Identifier: GPL-2.0-or-later
/* fax handles and fax revoke: who is connected to the fax server, and what he may not do any more. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "fax.h"

#define RIGHTS_TEXT 96

/* "job-submit,port-query" */
static char *text_rights(char buf[RIGHTS_TEXT], uint32_t rights)
{
	size_t n = 0;
	uint32_t bit;

	buf[0] = '\0';
	for (bit = 1; bit <= rights && n < RIGHTS_TEXT; bit <<= 1)
		if (rights & bit && cleardown_faxright_name(bit))
			n += snprintf(buf + n, RIGHTS_TEXT - n, "%s%s", n ? "," : "",
				      cleardown_faxright_name(bit));
	return buf;
}

/* ---- handles ---- */

static const struct column handle_columns[] = {
	{ "HANDLE", true }, { "OF", false }, { "MODE", false },
	{ "OWNER", false }, { "UID", true }, { "RIGHTS", false },
};

static void handle_row(struct libscols_table *table, const struct cleardown_fax_handle_entry *h,
		       const char *line)
{
	char id[SHORT_TEXT], owner[SHORT_TEXT], uid[SHORT_TEXT], rights[RIGHTS_TEXT];
	const char *const cells[] = {
		id,  h->line ? line : "server",	     h->write ? "write" : "read", owner,
		uid, text_rights(rights, h->rights),
	};

	snprintf(id, sizeof(id), "%" PRIu64, h->handle);
	snprintf(uid, sizeof(uid), "%u", h->uid);
	text_process(owner, h->pid, h->comm);
	table_row(table, cells, NULL);
}

static struct json_object *handle_to_json(const struct cleardown_fax_handle_entry *h,
					  const char *line)
{
	struct json_object *o = json_object_new_object();

	put_job(o, "handle", h->handle);
	put_text(o, "kind", h->line ? "port" : "server");
	put_text(o, "line", h->line ? line : NULL);
	put_bool(o, "write", h->write);
	put_u64(o, "owner_pid", h->pid);
	put_bytes(o, "owner_comm", h->comm, strlen(h->comm));
	put_u64(o, "uid", h->uid);
	json_object_object_add(o, "rights", bits_array(h->rights, cleardown_faxright_name));
	return o;
}

/* All but the one that asks. */
static int list_handles(struct cleardown_fax *fax, struct json_object *array,
			struct libscols_table *table)
{
	const struct cleardown_fax_handle_entry *h = NULL;
	char line[CLDN_NAME_LEN];

	while ((h = cleardown_fax_next_handle(fax, h ? h->handle : 0))) {
		if (h->pid == getpid())
			continue;
		line_name(fax, h->line, line);
		if (table)
			handle_row(table, h, line);
		else
			json_object_array_add(array, handle_to_json(h, line));
	}
	return errno == ENOENT ? XC_OK : complain_errno("fax", "list its handles", errno);
}

int run_fax_handles(int argc, char **argv)
{
	struct libscols_table *table = NULL;
	struct json_object *array = NULL;
	struct cleardown_fax *fax;
	int code = XC_OK;

	(void)argv;
	if (argc)
		return complain_usage("handles takes no operands");
	fax = need_fax(CLDN_OPEN_OBSERVER, &code);
	if (!fax)
		return code;
	if (settings.json) {
		array = json_object_new_array();
		json_object_object_add(doc_open("fax_handles"), "handles", array);
	} else {
		table = table_new(handle_columns, ARRAY_SIZE(handle_columns));
	}
	if (array || table)
		code = list_handles(fax, array, table);
	if (table)
		table_or(table, "nobody is connected");
	leave_fax(fax);
	return code;
}

/* ---- revoke ---- */

static int parse_rights(int argc, char **argv, uint32_t *rights)
{
	int i, right;

	*rights = 0;
	for (i = 0; i < argc; i++) {
		right = strcmp(argv[i], "all") ? cleardown_faxright_from_name(argv[i]) :
						 (int)CLDN_FAX_RIGHTS_ALL;
		if (right < 0)
			return complain_usage(
				"\"%s\" is no right: see `cleardown fax revoke --help`", argv[i]);
		*rights |= (uint32_t)right;
	}
	return XC_OK;
}

static int not_revoked(const char *word, int err)
{
	struct trouble trouble = {
		.object = word,
		.action = "take rights of it away",
		.cause = errno_cause(err),
		.err = err,
	};

	if (err == ENOENT) {
		trouble.cause = "there is no handle of that number";
		trouble.remedy = "see `cleardown fax handles`";
	} else if (err == EPERM) {
		trouble.cause = "only root may";
	}
	return complain(exit_for_errno(err), &trouble);
}

static int take_away(struct cleardown_fax *fax, const char *word, uint64_t handle, uint32_t rights)
{
	char text[RIGHTS_TEXT];
	uint32_t left;

	if (cleardown_fax_revoke_rights(fax, handle, rights, &left) < 0)
		return not_revoked(word, errno);
	if (settings.json) {
		put_job(doc_open("fax_revoked"), "handle", handle);
		json_object_object_add(doc_current(), "rights",
				       bits_array(left, cleardown_faxright_name));
	} else {
		printf("handle %s: %s\n", word, left ? text_rights(text, left) : "no rights");
	}
	return XC_OK;
}

int run_fax_revoke(int argc, char **argv)
{
	struct cleardown_fax *fax;
	uint64_t handle;
	uint32_t rights;
	int code;

	if (argc < 2)
		return complain_usage("revoke takes the number of a handle, and rights");
	if (!parse_u64(argv[0], UINT64_MAX, &handle) || !handle)
		return complain_usage("\"%s\" is not the number of a handle", argv[0]);
	code = parse_rights(argc - 1, argv + 1, &rights);
	if (code)
		return code;
	fax = need_fax(CLDN_OPEN_OBSERVER, &code);
	if (!fax)
		return code;
	code = take_away(fax, argv[0], handle, rights);
	leave_fax(fax);
	return code;
}
