#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is taken as a document, what comes of it, and what is said of the rest.

load fax.bash

setup_file() {
	make_documents
}

# take FILE [RESOLUTION [SECONDS]]
take() {
	rm -f "$W/out.tif"
	run "$FAX/faxdoc" "$1" "$W/out.tif" "${@:2}"
}

# refused FILE PATTERN: and nothing is left.
refused() {
	take "$1" fine 5
	[[ $status == 1 && $output == *": "$2 && ! -e $W/out.tif ]] || { echo "$output"; return 1; }
}

@test "TIFF in T.4 and T.6 and plain is taken as it is" {
	for compression in none g3:1d g3:2d g4; do
		tiffcp -c "$compression" "$D/five.tif" "$W/in.tif"
		take "$W/in.tif"
		[[ $status == 0 && $output == 'TIFF: 5 pages, 1728x2292 fine' ]]
		cmp "$W/in.tif" "$W/out.tif"
	done
	take "$D/superfine.tif"
	[[ $output == 'TIFF: 1 pages, 1728x4573 superfine' ]]
}

@test "PDF and PostScript, in each resolution" {
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -o "$W/five.pdf" \
		"$BATS_TEST_DIRNAME/five.ps"
	take "$W/five.pdf"
	[[ $status == 0 && $output == 'PDF: 5 pages, 1728x2292 fine' ]]
	take "$BATS_TEST_DIRNAME/five.ps" standard
	[[ $status == 0 && $output == 'PostScript: 5 pages, 1728x1146 standard' ]]
	take "$BATS_TEST_DIRNAME/five.ps" superfine
	[[ $status == 0 && $output == 'PostScript: 5 pages, 1728x4573 superfine' ]]
	take "$BATS_TEST_DIRNAME/five.ps"
	tiffcp "$D/five.tif,0" "$W/a.tif"
	tiffcp "$W/out.tif,0" "$W/b.tif"
	same "$W/a.tif" "$W/b.tif"
}

@test "a wide page is fitted in, PJL before PostScript does not matter" {
	printf '\033%%-12345X@PJL ENTER LANGUAGE=POSTSCRIPT\n%%!PS-Adobe\n%s\n' \
		'<< /PageSize [1000 500] >> setpagedevice 0 0 moveto 1000 500 lineto stroke showpage' \
		>"$W/in.ps"
	take "$W/in.ps"
	[[ $status == 0 && $output == 'PostScript: 1 pages, 1728x2292 fine' ]]
	# the line is on it: it is not the blank page
	tiffcp "$D/five.tif,2" "$W/blank.tif"
	run same "$W/blank.tif" "$W/out.tif"
	[[ $status == 1 && $output == 'page 1: row '* ]]
}

@test "text is UTF-8 of any script, as many pages as it needs" {
	printf 'Grüße, žluť, αβγ — 1 €\n\ttab\n' >"$W/text"
	take "$W/text"
	[[ $status == 0 && $output == 'text: 1 pages, 1728x2292 fine' ]]
	seq 1 200 >"$W/text"
	take "$W/text"
	[[ $status == 0 && $output =~ ^text:\ [34]\ pages ]]
}

@test "what is not for a fax is refused with the reason" {
	refused /bin/ls 'neither TIFF, PDF, PostScript nor UTF-8 text'
	refused /dev/null 'not a file'
	: >"$W/in"
	refused "$W/in" 'the file is empty'
	printf 'Gr\xfc\xdfe\n' >"$W/in"
	refused "$W/in" 'neither TIFF, PDF, PostScript nor UTF-8 text'
	printf '%%PDF-1.4 broken' >"$W/in"
	refused "$W/in" 'gs: no page came out of it'
	printf '%%!PS\n' >"$W/in"
	refused "$W/in" 'gs: no page came out of it'
	printf '%%!PS\nnonsense\n' >"$W/in"
	refused "$W/in" 'gs: Error: /undefined in nonsense'
}

@test "a TIFF file that is not a fax's, or damaged, is refused with the page and the reason" {
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=tiffgray -r50 -o "$W/in.tif" \
		"$BATS_TEST_DIRNAME/five.ps"
	refused "$W/in.tif" 'page 1 is not black and white (8 bits, 1 samples)'
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=tiffg4 -dAdjustWidth=0 -r100 -o "$W/in.tif" \
		"$BATS_TEST_DIRNAME/five.ps"
	refused "$W/in.tif" 'page 1 is 826 pixels wide, not 1728, 2048 or 2432'
	tiffcp -c lzw "$D/one.tif" "$W/in.tif"
	refused "$W/in.tif" "page 1 is in compression 5, not a fax's"
	tiffcp "$D/one.tif" "$W/in.tif"
	tiffset -s 283 72 "$W/in.tif"
	refused "$W/in.tif" 'page 1 has 204 x 72 pixels per inch, not 204 x 98, 196 or 391'
	head -c 20000 "$D/five.tif" >"$W/in.tif"
	refused "$W/in.tif" 'page 1 is damaged: *'
	head -c 6 "$D/five.tif" >"$W/in.tif"
	refused "$W/in.tif" 'not a TIFF file: *'
}

# Where conversions work; a killed test may have left one, and those of tests beside us come and go.
places() { find /tmp -maxdepth 1 -name 'cleardown-fax-*' | sort; }
no_new_places() { [[ -z $(comm -13 "$W/before" <(places)) ]]; }

@test "a file of somebody else reads nothing, writes nothing and ends in time" {
	printf '%%!PS\n(/etc/passwd) (r) file\nshowpage\n' >"$W/in"
	refused "$W/in" 'gs: Error: /invalidfileaccess in --file--'
	echo secret >"$W/of-others"
	printf '%%!PS\n(%s/of-others) (r) file\nshowpage\n' "$W" >"$W/in"
	refused "$W/in" 'gs: Error: /invalidfileaccess in --file--'
	printf '%%!PS\n(%s/stolen) (w) file\nshowpage\n' "$W" >"$W/in"
	refused "$W/in" 'gs: Error: /invalidfileaccess in --file--'
	[[ ! -e $W/stolen ]]
	printf '%%!PS\n{} loop\n' >"$W/in"
	places >"$W/before"
	start=$SECONDS
	refused "$W/in" 'gs: *'
	((SECONDS - start < 15))
	[[ $output == *'not ready after 5 s' || $output == *'ended by '* ]]
	wait_until 20 no_new_places
}
