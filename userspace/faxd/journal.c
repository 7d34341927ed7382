// SPDX-License-Identifier: GPL-2.0-or-later
/* What is written down: words on standard error, and one line of JSON for each call. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "faxd.h"
#include "json.h"

void say(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s\n", text);
}

static struct json_object *call_of(struct line *l, const struct fax_report *r, const char *detail)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "time", wall_s());
	put(o, "line", l->name);
	put(o, "direction", l->use == USE_SENDING ? "out" : "in");
	if (l->job_id) {
		put_job(o, l->job_id);
		put(o, "number", l->number);
		put_flag(o, "poll", l->polls);
	}
	put(o, "far_id", r->far_id);
	put_number(o, "pages", r->pages);
	put_number(o, "confirmed", r->confirmed);
	put_number(o, "rate", r->rate);
	put_flag(o, "ecm", r->ecm);
	put(o, "coding", fax_coding_name(r->coding));
	put(o, "outcome", fax_outcome_name(r->outcome));
	put(o, "text", fax_outcome_text(r->outcome));
	put(o, "detail", detail);
	put_number(o, "seconds", (int64_t)((talk_now_ms() - l->begun) / 1e3));
	put_flag(o, "answered", l->answered);
	return o;
}

/* One write for each line: whoever reads it meets whole ones. */
static void append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	char line[2048];
	int len = snprintf(line, sizeof(line), "%s\n", text);

	if (fd < 0 || len >= (int)sizeof(line) || write(fd, line, (size_t)len) != len)
		say("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void journal_call(struct line *l, const struct fax_report *r, const char *detail)
{
	struct json_object *o = call_of(l, r, detail);

	say("%s: %s%s%s: %s, %d page%s%s%s", l->name,
	    l->use == USE_RECEIVING ? "a call" : "call to ",
	    l->use == USE_RECEIVING ? "" : l->number, r->far_id[0] ? " answered" : "",
	    fax_outcome_name(r->outcome), r->confirmed, r->confirmed == 1 ? "" : "s",
	    detail[0] ? "; " : "", detail);
	append(l->faxd->log, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}
