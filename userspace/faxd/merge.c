// SPDX-License-Identifier: GPL-2.0-or-later
/* See merge.h. Rows are read and written anew, so that no page keeps what only its own file had. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tiffio.h>

#include "merge.h"

static void copy_resolution(TIFF *from, TIFF *to)
{
	uint16_t unit = RESUNIT_INCH;
	float x = 0, y = 0;

	TIFFGetField(from, TIFFTAG_RESOLUTIONUNIT, &unit);
	if (TIFFGetField(from, TIFFTAG_XRESOLUTION, &x))
		TIFFSetField(to, TIFFTAG_XRESOLUTION, x);
	if (TIFFGetField(from, TIFFTAG_YRESOLUTION, &y))
		TIFFSetField(to, TIFFTAG_YRESOLUTION, y);
	TIFFSetField(to, TIFFTAG_RESOLUTIONUNIT, unit);
}

/* White is 0 on a line, whatever it is in the file. */
static bool is_inverse(TIFF *from)
{
	uint16_t photometric = PHOTOMETRIC_MINISWHITE;

	TIFFGetField(from, TIFFTAG_PHOTOMETRIC, &photometric);
	return photometric == PHOTOMETRIC_MINISBLACK;
}

static void set_page(TIFF *to, uint32_t width, uint32_t rows)
{
	TIFFSetField(to, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
	TIFFSetField(to, TIFFTAG_IMAGEWIDTH, width);
	TIFFSetField(to, TIFFTAG_IMAGELENGTH, rows);
	TIFFSetField(to, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(to, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(to, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
	TIFFSetField(to, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(to, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
	TIFFSetField(to, TIFFTAG_ROWSPERSTRIP, rows);
}

static bool copy_rows(TIFF *from, TIFF *to, uint32_t rows)
{
	tmsize_t size = TIFFScanlineSize(from), n;
	uint8_t *row = _TIFFmalloc(size);
	bool inverse = is_inverse(from), good = row && size == TIFFScanlineSize(to);
	uint32_t i;

	for (i = 0; good && i < rows; i++) {
		good = TIFFReadScanline(from, row, i, 0) >= 0;
		for (n = 0; inverse && n < size; n++)
			row[n] = ~row[n];
		good = good && TIFFWriteScanline(to, row, i, 0) >= 0;
	}
	_TIFFfree(row);
	return good && TIFFWriteDirectory(to);
}

static bool copy_pages(TIFF *from, TIFF *to)
{
	uint32_t width = 0, rows = 0;

	do {
		TIFFGetField(from, TIFFTAG_IMAGEWIDTH, &width);
		TIFFGetField(from, TIFFTAG_IMAGELENGTH, &rows);
		set_page(to, width, rows);
		copy_resolution(from, to);
		if (!copy_rows(from, to, rows))
			return false;
	} while (TIFFReadDirectory(from));
	return true;
}

static bool add_document(TIFF *to, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	TIFF *from = NULL;
	bool good;

	if (copy >= 0 && lseek(copy, 0, SEEK_SET) == 0)
		from = TIFFFdOpen(copy, "document", "rm");
	good = from && copy_pages(from, to);
	if (from)
		TIFFClose(from);
	else if (copy >= 0)
		close(copy);
	return good;
}

static int merge(const int *fds, size_t n, int out, char *error, size_t size)
{
	TIFF *to = TIFFFdOpen(out, "merged", "w");
	bool good = to != NULL;
	size_t i;

	if (!to)
		close(out);
	for (i = 0; good && i < n; i++) {
		good = add_document(to, fds[i]);
		if (!good)
			snprintf(error, size, "document %zu cannot be copied", i + 1);
	}
	if (to)
		TIFFClose(to);
	else
		snprintf(error, size, "no TIFF file can be made");
	return good ? 0 : -1;
}

int merge_documents(const int *fds, size_t n, const char *out, char *error, size_t size)
{
	TIFFErrorHandler errors = TIFFSetErrorHandler(NULL);
	TIFFErrorHandler warnings = TIFFSetWarningHandler(NULL);
	int fd = open(out, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), ret = -1;

	if (fd < 0)
		snprintf(error, size, "%s: %s", out, strerror(errno));
	else
		ret = merge(fds, n, fd, error, size);
	if (fd >= 0 && ret < 0)
		unlink(out);
	TIFFSetErrorHandler(errors);
	TIFFSetWarningHandler(warnings);
	return ret;
}
