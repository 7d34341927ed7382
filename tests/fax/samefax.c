// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * samefax [--skip ROWS] SENT GOT: are the pages of two TIFF files the same, pixel for pixel? GOT may
 * have ROWS more on top of each page (a header line). Exit 0 or 1, and says where they differ.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

struct page {
	uint32_t width;
	uint32_t rows;
	float y_resolution;
	size_t stride;
	uint8_t *bits;			/* 1 is black */
};

static void die(const char *what, const char *file)
{
	fprintf(stderr, "samefax: %s: %s\n", file, what);
	exit(2);
}

/* In fax files a row with errors is still a row; libtiff has told about it. */
static void load(TIFF *tiff, const char *file, struct page *p)
{
	uint16_t photometric = PHOTOMETRIC_MINISWHITE, bits = 1;
	uint32_t row;
	size_t i;

	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &p->width);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &p->rows);
	TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
	if (!TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &p->y_resolution))
		p->y_resolution = 0;
	p->stride = (size_t)TIFFScanlineSize(tiff);
	if (bits != 1 || p->stride != (p->width + 7) / 8)
		die("not black and white", file);
	p->bits = calloc(p->rows + 1, p->stride);
	if (!p->bits)
		die("out of memory", file);
	for (row = 0; row < p->rows; row++)
		if (TIFFReadScanline(tiff, p->bits + row * p->stride, row, 0) < 0)
			die("a row cannot be read", file);
	for (i = 0; photometric == PHOTOMETRIC_MINISBLACK && i < p->rows * p->stride; i++)
		p->bits[i] ^= 0xff;
}

static int compare(int number, const struct page *a, const struct page *b, uint32_t skip)
{
	uint32_t row;

	if (a->width != b->width || a->rows + skip != b->rows) {
		printf("page %d: %ux%u and %ux%u\n", number, a->width, a->rows, b->width, b->rows);
		return 1;
	}
	if ((a->y_resolution > 150) != (b->y_resolution > 150) ||
	    (a->y_resolution > 300) != (b->y_resolution > 300)) {
		printf("page %d: resolution %g and %g\n", number, a->y_resolution, b->y_resolution);
		return 1;
	}
	for (row = 0; row < a->rows; row++) {
		if (!memcmp(a->bits + row * a->stride, b->bits + (row + skip) * b->stride,
			    a->stride))
			continue;
		printf("page %d: row %u differs\n", number, row);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	bool skipping = argc == 5 && !strcmp(argv[1], "--skip");
	uint32_t skip = skipping ? (uint32_t)atoi(argv[2]) : 0;
	int number = 0, bad = 0;
	TIFF *a, *b;

	if (argc != 3 && !skipping)
		die("two files, please", argv[0]);
	a = TIFFOpen(argv[argc - 2], "r");
	b = TIFFOpen(argv[argc - 1], "r");
	if (!a || !b)
		die("cannot be opened", argv[a ? argc - 1 : argc - 2]);
	for (;;) {
		struct page pa = { 0 }, pb = { 0 };
		int more_a, more_b;

		load(a, argv[argc - 2], &pa);
		load(b, argv[argc - 1], &pb);
		bad |= compare(++number, &pa, &pb, skip);
		free(pa.bits);
		free(pb.bits);
		more_a = TIFFReadDirectory(a);
		more_b = TIFFReadDirectory(b);
		if (more_a != more_b) {
			printf("%d pages in %s only\n", number,
			       more_a ? "the first" : "the second");
			bad = 1;
		}
		if (!more_a || !more_b)
			break;
	}
	if (!bad)
		printf("same %d\n", number);
	return bad;
}
