/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several documents become one. */
#ifndef CLEARDOWN_FAXD_MERGE_H
#define CLEARDOWN_FAXD_MERGE_H

#include <stddef.h>

/*
 * Writes the pages of @n files, each of which document_check() has let through, one after the other
 * to @out, a new file: the same pixels and resolutions, T.6, each page in one strip. 0, or -1 with
 * @error; then @out is not there.
 */
int merge_documents(const int *fds, size_t n, const char *out, char *error, size_t size);

#endif /* CLEARDOWN_FAXD_MERGE_H */
