// SPDX-License-Identifier: LGPL-2.1-or-later
/* Between the kernel's structs of a telephone's memory and the library's. Owns nothing. */
#include <errno.h>
#include <string.h>

#include <linux/cleardown.h>

#include "internal.h"

#define SAME(name) \
	_Static_assert((unsigned int)CLDN_##name == (unsigned int)CLEARDOWN_##name, #name)

SAME(BUTTONFUNCTION_ABBREVDIAL);
SAME(BUTTONFUNCTION_NONE);
_Static_assert(CLDN_BUTTON_UNKNOWN == CLEARDOWN_BUTTONSTATE_UNKNOWN, "BUTTON_UNKNOWN");
SAME(NUMBER_LEN);
SAME(BUTTON_TEXT_LEN);
SAME(DATA_LEN);

bool cldn_takes_book(enum cldn_opcode opcode)
{
	return opcode == CLDN_OP_SET_BUTTON || opcode == CLDN_OP_SET_DATA ||
	       opcode == CLDN_OP_GET_BUTTON || opcode == CLDN_OP_GET_DATA;
}

static int submit(int fd, const struct cleardown_request *request, const void *in, size_t len,
		  uint32_t *status)
{
	return cldn_io_submit_input(fd, request->opcode, request->req_id, request->deadline_ns, in,
				    len, status);
}

static int set_button(int fd, const struct cleardown_request *request, uint32_t *status)
{
	const struct cleardown_key *key = request->in;
	struct cleardown_button in = { .mode = CLEARDOWN_BUTTONMODE_KEYPAD };

	if (!key || request->in_len < sizeof(*key)) {
		errno = EINVAL;
		return -1;
	}
	in.button = key->button;
	in.function = key->function;
	memcpy(in.number, key->number, strnlen(key->number, sizeof(in.number)));
	memcpy(in.text, key->text, strnlen(key->text, sizeof(in.text)));
	return submit(fd, request, &in, sizeof(in), status);
}

static int set_data(int fd, const struct cleardown_request *request, uint32_t *status)
{
	struct cleardown_op_data in = { .area = request->a, .size = request->in_len };

	if (request->in_len > sizeof(in.data) || (request->in_len && !request->in)) {
		errno = EINVAL;
		return -1;
	}
	if (request->in_len)
		memcpy(in.data, request->in, request->in_len);
	return submit(fd, request, &in, sizeof(in), status);
}

int cldn_io_submit_book(int fd, const struct cleardown_request *request, uint32_t *status)
{
	struct cleardown_op_get in = { .id = request->a, .size = request->b };

	switch (request->opcode) {
	case CLDN_OP_SET_BUTTON:
		return set_button(fd, request, status);
	case CLDN_OP_SET_DATA:
		return set_data(fd, request, status);
	case CLDN_OP_GET_BUTTON:
		in.size = sizeof(struct cleardown_button);
		break;
	default:
		break;
	}
	return submit(fd, request, &in, sizeof(in), status);
}

CLDN_EXPORT int cleardown_key_from_record(const struct cleardown_record *record,
					  struct cleardown_key *key)
{
	struct cleardown_button from;

	if (record->type != CLDN_EV_COMPLETION || record->error ||
	    record->text_len < sizeof(from)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(&from, record->text, sizeof(from));
	memset(key, 0, sizeof(*key));
	key->button = from.button;
	key->function = from.function;
	key->state = from.out_state;
	memcpy(key->number, from.number, sizeof(from.number));
	memcpy(key->text, from.text, sizeof(from.text));
	return 0;
}
