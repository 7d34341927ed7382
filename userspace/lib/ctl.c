// SPDX-License-Identifier: LGPL-2.1-or-later
/* The control file: bindings, the list of devices, close reports. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The struct as programs know it that were built before it had an ident. */
#define BINDING_FIRST offsetof(struct cleardown_binding, ident)

struct cleardown_ctl {
	int fd;
	char module[32];
	char name[CLDN_NAME_LEN];
	char error_text[CLDN_TEXT_LEN];
	uint32_t status_word;
	struct cleardown_device device;
	struct cleardown_close_report report;
};

/* Whoever may write does; for all others reading is enough to list. */
static int open_ctl(void)
{
	int fd = open(CLDN_DEV_DIR "ctl", O_RDWR | O_CLOEXEC);

	if (fd < 0 && (errno == EACCES || errno == EPERM))
		fd = open(CLDN_DEV_DIR "ctl", O_RDONLY | O_CLOEXEC);
	return fd;
}

CLDN_EXPORT struct cleardown_ctl *cleardown_ctl_open(void)
{
	struct cleardown_ctl *ctl = calloc(1, sizeof(*ctl));

	if (!ctl)
		return NULL;
	ctl->fd = open_ctl();
	if (ctl->fd < 0) {
		free(ctl);
		return NULL;
	}
	return ctl;
}

CLDN_EXPORT void cleardown_ctl_free(struct cleardown_ctl *ctl)
{
	if (ctl)
		cldn_let_go(ctl->fd, ctl);
}

CLDN_EXPORT int cleardown_ctl_fd(const struct cleardown_ctl *ctl)
{
	return ctl->fd;
}

CLDN_EXPORT const char *cleardown_ctl_version(struct cleardown_ctl *ctl, uint32_t *abi)
{
	if (cldn_io_version(ctl->fd, abi, ctl->module, sizeof(ctl->module)) < 0)
		return NULL;
	return ctl->module;
}

CLDN_EXPORT const char *cleardown_ctl_error_text(const struct cleardown_ctl *ctl)
{
	return ctl->error_text;
}

CLDN_EXPORT uint32_t cleardown_ctl_status_word(const struct cleardown_ctl *ctl)
{
	return ctl->status_word;
}

static void forget_error(struct cleardown_ctl *ctl)
{
	ctl->error_text[0] = '\0';
	ctl->status_word = CLDN_STATUS_SUCCESS;
}

CLDN_EXPORT const char *cleardown_ctl_bind(struct cleardown_ctl *ctl,
					   const struct cleardown_binding *binding)
{
	struct cleardown_binding full = { 0 };

	forget_error(ctl);
	if (!binding || binding->size < BINDING_FIRST || !binding->link) {
		errno = EINVAL;
		return NULL;
	}
	memcpy(&full, binding, binding->size < sizeof(full) ? binding->size : sizeof(full));
	if (cldn_io_bind(ctl->fd, &full, ctl->name, ctl->error_text, &ctl->status_word) < 0)
		return NULL;
	return ctl->name;
}

CLDN_EXPORT int cleardown_ctl_unbind(struct cleardown_ctl *ctl, const char *name, bool force)
{
	forget_error(ctl);
	return cldn_io_unbind(ctl->fd, name, force, ctl->error_text, &ctl->status_word);
}

CLDN_EXPORT int cleardown_ctl_rebind(struct cleardown_ctl *ctl, const char *name, uint64_t rdev)
{
	return cleardown_ctl_rebind_as(ctl, name, rdev, NULL);
}

CLDN_EXPORT int cleardown_ctl_rebind_as(struct cleardown_ctl *ctl, const char *name, uint64_t rdev,
					const char *ident)
{
	forget_error(ctl);
	return cldn_io_rebind(ctl->fd, name, rdev, ident, false, ctl->error_text);
}

CLDN_EXPORT int cleardown_ctl_away(struct cleardown_ctl *ctl, const char *name)
{
	forget_error(ctl);
	return cldn_io_rebind(ctl->fd, name, 0, NULL, true, ctl->error_text);
}

CLDN_EXPORT int cleardown_ctl_configure(struct cleardown_ctl *ctl, const char *name,
					const char *args)
{
	forget_error(ctl);
	return cldn_io_configure(ctl->fd, name, args, ctl->error_text, &ctl->status_word);
}

CLDN_EXPORT const struct cleardown_device *cleardown_ctl_next_device(struct cleardown_ctl *ctl,
								     uint64_t after)
{
	if (cldn_io_next_device(ctl->fd, after, &ctl->device) < 0)
		return NULL;
	return &ctl->device;
}

CLDN_EXPORT const struct cleardown_device *cleardown_ctl_find_device(struct cleardown_ctl *ctl,
								     const char *name)
{
	const struct cleardown_device *device = NULL;

	do {
		device = cleardown_ctl_next_device(ctl, device ? device->id : 0);
	} while (device && strcmp(device->name, name));
	return device;
}

CLDN_EXPORT const struct cleardown_close_report *
cleardown_ctl_next_report(struct cleardown_ctl *ctl, uint64_t after)
{
	if (cldn_io_next_report(ctl->fd, after, &ctl->report) < 0)
		return NULL;
	return &ctl->report;
}

CLDN_EXPORT int cleardown_ctl_close_device(struct cleardown_ctl *ctl, const char *name,
					   const struct cleardown_close_wish *wish, bool async,
					   struct cleardown_close_summary *summary)
{
	if (wish && (wish->size < sizeof(*wish) || wish->data_len)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_close_device(ctl->fd, name, 0, wish, async, summary, NULL);
}

CLDN_EXPORT int cleardown_ctl_close_calls(struct cleardown_ctl *ctl, const char *name, uint64_t vc,
					  const struct cleardown_close_wish *wish, bool async,
					  struct cleardown_close_summary *summary, uint32_t *closed)
{
	if (wish && (wish->size < sizeof(*wish) || wish->data_len)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_close_device(ctl->fd, name, vc, wish, async, summary, closed);
}
