// SPDX-License-Identifier: GPL-2.0-or-later
/* A port's own status and its documents as JSON and as text. */
#include <inttypes.h>
#include <string.h>

#include "cli.h"

/* The flags that tell of a condition rather than of how the port is made. */
#define CONDITIONS	(CLDN_PORT_OFFLINE | CLDN_PORT_PAPER | CLDN_PORT_FAULT | CLDN_PORT_STALLED)

bool printer_needs_help(const struct cleardown_printer_status *status)
{
	return status->flags & (CLDN_PORT_OFFLINE | CLDN_PORT_PAPER | CLDN_PORT_FAULT);
}

char *printer_condition(char *buf, size_t size, const struct cleardown_printer_status *status)
{
	uint32_t bits = status->flags & CONDITIONS, bit;
	size_t n = 0;

	buf[0] = '\0';
	for (bit = 1; bit <= bits && n < size; bit <<= 1)
		if (bits & bit)
			n += snprintf(buf + n, size - n, "%s%s", n ? ", " : "",
				      cleardown_portflag_name(bit));
	return buf;
}

void printer_to_json(struct json_object *o, const struct cleardown_printer_status *s)
{
	struct json_object *d = NULL;

	json_object_object_add(o, "flags", bits_array(s->flags, cleardown_portflag_name));
	lines_to_json(o, "lines", s->lines, CLDN_CLASS_PORT);
	put_u64(o, "sample_ns", s->sample_ns);
	put_u64(o, "code", s->code);
	put_bytes(o, "display", s->display, strlen(s->display));
	if (s->document) {
		d = json_object_new_object();
		put_u64(d, "number", s->document);
		put_word(d, "state", cleardown_doc_name(s->doc_state), s->doc_state);
		put_bytes(d, "name", s->doc_name, strlen(s->doc_name));
		put_u64(d, "accepted", s->accepted);
		put_u64(d, "confirmed", s->confirmed);
		put_u64(d, "pages", s->pages);
	}
	json_object_object_add(o, "document", d);
}

static void doc_to_text(FILE *to, const struct cleardown_printer_status *s)
{
	fprintf(to, "  document      %" PRIu64 " %s", s->document,
		word_or(cleardown_doc_name(s->doc_state), "?"));
	if (*s->doc_name) {
		fputs(", \"", to);
		print_clean(to, s->doc_name, strlen(s->doc_name));
		fputc('"', to);
	}
	fprintf(to, "%s\n", s->flags & CLDN_PORT_IMPLICIT ? ", begun by a write" : "");
	fprintf(to, "  taken         %" PRIu64 " of %" PRIu64 " bytes", s->confirmed, s->accepted);
	if (s->flags & CLDN_PORT_MONITOR)
		fprintf(to, ", %u pages", s->pages);
	fputc('\n', to);
}

void printer_to_text(FILE *to, const struct cleardown_printer_status *s)
{
	char condition[SHORT_TEXT * 2];

	printer_condition(condition, sizeof(condition), s);
	fprintf(to, "  printer       %s%s%s\n", *condition ? condition : "nothing wrong",
		s->flags & CLDN_PORT_HELD ? "" : ", not looked at now: the hardware is not ours",
		s->flags & CLDN_PORT_MONITOR ? "; language monitor" : "");
	if (s->lines & CLDN_LINE_VALID) {
		fputs("  its lines    ", to);
		lines_to_text(to, s->lines, 0, CLDN_CLASS_PORT);
		fputc('\n', to);
	}
	if (*s->display || s->code) {
		fprintf(to, "  display       %u ", s->code);
		print_clean(to, s->display, strlen(s->display));
		fputc('\n', to);
	}
	if (s->document)
		doc_to_text(to, s);
}

void document_to_json(struct json_object *o, const struct cleardown_document *d)
{
	put_u64(o, "document", d->number);
	put_word(o, "state", cleardown_doc_name(d->state), d->state);
	put_u64(o, "accepted", d->accepted);
	put_u64(o, "confirmed", d->confirmed);
	put_u64(o, "discarded", d->discarded);
	put_u64(o, "in_doubt", d->in_doubt);
	put_u64(o, "pages", d->pages);
}
