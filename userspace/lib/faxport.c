// SPDX-License-Identifier: LGPL-2.1-or-later
/* The port of a fax line: its settings. */
#include <stdlib.h>

#include "internal.h"

struct cleardown_faxport {
	int fd;
	uint32_t status_word;
	struct cleardown_faxport_status status;
};

CLDN_EXPORT struct cleardown_faxport *cleardown_faxport_open(struct cleardown_fax *fax,
							     uint64_t line, bool modify)
{
	struct cleardown_faxport *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->fd = cldn_io_fax_open_port(cleardown_fax_fd(fax), line, modify, cldn_fax_word(fax));
	if (port->fd >= 0)
		return port;
	cldn_let_go(-1, port);
	return NULL;
}

CLDN_EXPORT void cleardown_faxport_free(struct cleardown_faxport *port)
{
	if (port)
		cldn_let_go(port->fd, port);
}

CLDN_EXPORT int cleardown_faxport_fd(const struct cleardown_faxport *port)
{
	return port->fd;
}

CLDN_EXPORT uint32_t cleardown_faxport_status_word(const struct cleardown_faxport *port)
{
	return port->status_word;
}

CLDN_EXPORT const struct cleardown_faxport_status *
cleardown_faxport_get(struct cleardown_faxport *port)
{
	int ret = cldn_io_fax_port(port->fd, NULL, &port->status, &port->status_word);

	return ret < 0 ? NULL : &port->status;
}

CLDN_EXPORT int cleardown_faxport_set(struct cleardown_faxport *port,
				      const struct cleardown_faxport_setting *setting)
{
	return cldn_io_fax_port(port->fd, setting, &port->status, &port->status_word);
}

CLDN_EXPORT int cleardown_faxport_close(struct cleardown_faxport *port)
{
	return cldn_io_close(port->fd, CLDN_CLASS_FAX, NULL, NULL, &port->status_word);
}
