# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tool's help as mdoc. Of one command: -v title="phone dial"; of a part of it: -v part="Common
# options:", the lines behind that word up to an empty one.

function escaped(text)
{
	gsub(/\\/, "\\e", text)
	return text ~ /^[.']/ ? "\\\\&" text : text
}

# A sentence begins a line.
function filled(text)
{
	text = escaped(text)
	while (match(text, /[A-Za-z0-9)`"][.?!] +[A-Z`-]/))
		text = substr(text, 1, RSTART + 1) "\n" substr(text, RSTART + RLENGTH - 1)
	return text
}

function leave(wanted)
{
	if (in_list && wanted != "list") {
		print ".El"
		in_list = 0
	}
	if (in_literal && wanted != "literal") {
		print ".Ed"
		in_literal = 0
	}
}

# "-j, --json", "--mode MODE", "--cover[=FILE]"
function option_line(option,	n, words, i, line)
{
	if (!in_list) {
		leave("list")
		print ".Bl -tag -width Ds"
		in_list = 1
	}
	n = split(option, words, " ")
	line = ".It"
	for (i = 1; i <= n; i++) {
		if (words[i] ~ /^-.*,$/)
			line = line " Fl " substr(words[i], 2, length(words[i]) - 2) " ,"
		else if (words[i] ~ /^-/)
			line = line " Fl " substr(words[i], 2)
		else
			line = line " Ar " escaped(words[i])
	}
	print line
}

function text_line(text)
{
	if (in_list)
		leave("text")
	else if (in_literal)
		leave("text")
	print filled(text)
}

function literal_line(text)
{
	if (!in_literal) {
		leave("literal")
		print ".Bd -literal -offset indent"
		in_literal = 1
	} else if (empty) {
		print ""
	}
	empty = 0
	print escaped(text)
}

function line_of_body(line,	at)
{
	if (line == "") {
		if (in_literal) {
			empty = 1
		} else {
			leave("text")
			pending = 1
		}
		return
	}
	if (match(line, /^ +-[^ ]*,? [^ ]*( [^ ]+)?  +|^ +--[^ ]+  +|^ +--[^ ]+ [^ ]+  +/)) {
		pending = 0
		at = RLENGTH
		option_line(substr(line, 1, at))
		print filled(substr(line, at + 1))
		return
	}
	if (in_list && line ~ /^            /) {
		sub(/^ +/, "", line)
		print filled(line)
		return
	}
	if (pending && begun && line !~ /^  /)
		print ".Pp"
	pending = 0
	begun = 1
	if (line ~ /^Examples: /) {
		print "Examples:"
		sub(/^Examples: /, "          ", line)
	}
	if (line ~ /^  /) {
		sub(/^ +/, "", line)
		literal_line(line)
	} else {
		text_line(line)
	}
}

BEGIN {
	if (title != "")
		print ".Ss " title
	where = part == "" ? "usage" : "before"
}

where == "before" {
	if ($0 == part)
		where = "part"
	next
}

where == "part" {
	if ($0 == "")
		exit
	line_of_body($0)
	next
}

where == "usage" && $0 == "" {
	print "\n.Ed"
	print ".Pp"
	where = "summary"
	next
}

# What goes on on the next line begins with more blanks than another form does.
where == "usage" {
	if (NR == 1)
		print ".Bd -literal"
	going_on = /^ +[^c ]/
	sub(/^Usage: /, "")
	sub(/, or$/, "")
	sub(/^ +/, "")
	printf "%s%s", NR == 1 ? "" : going_on ? " " : "\n", escaped($0)
	next
}

where == "summary" {
	print filled(toupper(substr($0, 1, 1)) substr($0, 2)) "."
	where = "body"
	begun = 1
	next
}

/^(Common options|Commands):$/ {
	exit
}

{
	line_of_body($0)
}

END {
	leave("end")
}
