#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Of each function of a header that returns a pointer or a file: does it say whose that is?

A maker of an object names the function that frees it, in its own comment; a const pointer is the
object's or static, by the header's first comment; what else there is must say it by itself.
"""
import re
import sys

header = open(sys.argv[1], encoding="utf-8").read()
bad = []
declaration = re.compile(r"(/\*\*(?:(?!\*/).)*\*/)?\n((?:const )?(?:struct )?\w+ \*?)\n?(\w+)\(", re.S)
for comment, kind, name in declaration.findall(header):
    if "*" not in kind or not name.startswith("cleardown_"):
        continue
    const = kind.startswith("const")
    said = re.search(r"free it with\s+(\* )?cleardown_|Returns @", comment)
    if not const and not said:
        bad.append(f"{name}: who frees it?")
freed = set(re.findall(r"free it with\s+(?:\* )?(cleardown_\w+)\(", header, re.I))
bad += [f"{name}: nothing is said to be freed with it"
        for name in re.findall(r"^void (cleardown_\w+_free)\(", header, re.M) if name not in freed]
for line in re.findall(r"^int (cleardown_\w+_fd)\(", header, re.M):
    at = header.index(f"int {line}(")
    if not re.search(r"(stays the\s+(\* )?object's)", header[max(0, at - 300):at]):
        bad.append(f"{line}: whose is the file?")
print("\n".join(bad))
sys.exit(bool(bad))
