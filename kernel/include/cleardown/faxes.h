/* SPDX-License-Identifier: GPL-2.0-only */
/* Faxes as the table of classes knows them. */
#ifndef CLEARDOWN_FAXES_H
#define CLEARDOWN_FAXES_H

struct cldn_class;

extern const struct cldn_class cldn_fax_class; /* lines: faxN */
extern const struct cldn_class cldn_fax_service; /* the server: fax */

#endif /* CLEARDOWN_FAXES_H */
