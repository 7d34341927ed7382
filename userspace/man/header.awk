# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lists out of the sources as mdoc, which=errno, ioctls, opcodes, records (of linux/cleardown.h),
# functions (of cleardown.h) or parameters (of the modules).

# A sentence begins a line.
function escaped(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/[@%]/, "", text)
	gsub(/\t/, " ", text)
	while (match(text, /[A-Za-z0-9)"_][.?!] +[A-Z@]/))
		text = substr(text, 1, RSTART + 1) "\n" substr(text, RSTART + RLENGTH - 1)
	return text ~ /^[.']/ ? "\\\\&" text : text
}

function item(name, text)
{
	print ".It " name
	print escaped(text)
}

BEGIN {
	print ".Bl -tag -width Ds"
}

END {
	flush_comment()
	print ".El"
}

# ---- " * EPERM        the caller is not the owner", and how it goes on ----

which == "errno" && /DOC: errno meanings/ { inside = 1 }
which == "errno" && inside && /\*\// { exit }
which == "errno" && inside && match($0, /^ \* E[A-Z0-9]+ +/) {
	text = substr($0, RLENGTH + 1)
	item("Er " $2, text)
	next
}
which == "errno" && inside && /^ \*  +/ {
	sub(/^ \* +/, "")
	print escaped($0)
}

# ---- " * struct cleardown_close - CLEARDOWN_IOC_CLOSE: close a handle" ----

which == "ioctls" && / \* struct cleardown_[a-z_]+ - .*CLEARDOWN_IOC_/ {
	text = $0
	sub(/^ \* /, "", text)
	name = text
	sub(/ - .*/, "", name)
	sub(/^[^-]* - /, "", text)
	ioctl = text
	sub(/:.*/, "", ioctl)
	sub(/^[^:]*: */, "", text)
	gsub(/, /, " , ", ioctl)
	print ".It Dv " ioctl
	print ".Pq Vt " name
	print escaped(text)
	more = 1
	next
}
which == "ioctls" && more && /^ \* @|^ \*$|\*\// { more = 0 }
which == "ioctls" && more {
	sub(/^ \* +/, "")
	print escaped($0)
}

# ---- "	CLEARDOWN_EV_RING	 = 33,	/* p1 = rings so far */" ----

which == "records" && match($0, /^\tCLEARDOWN_EV_[A-Z_]+[ \t]*= [0-9]+,/) {
	text = $0
	sub(/^[^*]*\* */, "", text)
	sub(/ *\*\/.*/, "", text)
	item("Dv " $1, text)
}

# ---- "	CLEARDOWN_OP_DIAL	    = 0x110,	/* bytes: V.250 dial string */" ----

which == "opcodes" && match($0, /^\tCLEARDOWN_OP_[A-Z_]+[ \t]*= 0x[0-9a-f]+,/) {
	text = $0
	sub(/^[^*]*\* */, "", text)
	sub(/ *\*\/.*/, "", text)
	item("Dv " $1, text)
}

# ---- a comment that begins with two stars, and the declarations behind it ----

# Those that follow each other directly have one comment.
function flush_comment(	i, lines, count)
{
	count = split(described, lines, "\n")
	for (i = 1; i <= count; i++)
		print escaped(lines[i])
	described = ""
}

which == "functions" && /^\/\*\*/ {
	flush_comment()
	comment = $0
	sub(/^\/\*\* */, "", comment)
	in_comment = $0 !~ /\*\//
	sub(/ *\*\/.*/, "", comment)
	n = 0
	next
}
which == "functions" && in_comment {
	if ($0 ~ /\*\//)
		in_comment = 0
	line = $0
	sub(/ *\*\/.*/, "", line)
	sub(/^ \* ?/, "", line)
	if (line != "")
		comment = comment (comment == "" ? "" : "\n") line
	next
}
which == "functions" && /^[a-z].*[a-z_]\(|^(const )?(struct|char|int|void|bool).*cleardown_[a-z_]+\(/ {
	declaration = $0
	while (declaration !~ /;/ && (getline line) > 0) {
		sub(/^[ \t]+/, " ", line)
		declaration = declaration line
	}
	sub(/;.*/, "", declaration)
	gsub(/"/, "", declaration)
	print ".It Li \"" declaration "\""
	if (comment != "")
		described = comment
	comment = ""
}
which == "functions" && /^$/ {
	flush_comment()
	comment = ""
}

# ---- MODULE_PARM_DESC(name, "text"), on one line or two ----

which == "parameters" && /^MODULE_PARM_DESC\(/ {
	text = $0
	while (text !~ /\);/ && (getline line) > 0)
		text = text line
	name = text
	sub(/^MODULE_PARM_DESC\(/, "", name)
	sub(/,.*/, "", name)
	sub(/^[^"]*"/, "", text)
	sub(/"\);.*/, "", text)
	gsub(/"[ \t]*"/, "", text)
	item("Va " name, text)
}
