/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of a JSON object. */
#ifndef CLEARDOWN_FAXD_JSON_H
#define CLEARDOWN_FAXD_JSON_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

static inline void put(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static inline void put_number(struct json_object *o, const char *name, int64_t number)
{
	json_object_object_add(o, name, json_object_new_int64(number));
}

static inline void put_flag(struct json_object *o, const char *name, bool flag)
{
	json_object_object_add(o, name, json_object_new_boolean(flag));
}

/* 64 bits: more than the numbers of many a reader of JSON have. */
static inline void put_job(struct json_object *o, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	put(o, "job", text);
}

#endif /* CLEARDOWN_FAXD_JSON_H */
