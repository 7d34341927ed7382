#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds JSON documents of the tool, one a line, against userspace/share/cleardown.schema.json.

usage: schema.py FILE              each of them is as the schema says,
       schema.py --strict FILE     and would not be with one more member, in whatever object of it
       schema.py --schema TYPE...  the schema is one, every member in it is described, and these are
                                   all types of documents
"""

import copy
import json
import sys
from pathlib import Path

import jsonschema

SCHEMA = Path(__file__).resolve().parents[2] / "userspace/share/cleardown.schema.json"
# Their members have names of the printer's or the kernel's own.
FREE = {("stats", "counters"), ("device_id", "fields")}


def objects(value, path=()):
    """All objects in a document, with the way to each."""
    if isinstance(value, dict):
        yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        if isinstance(member, (dict, list)):
            yield from objects(member, path + (key,))


def described(schema, where="the schema"):
    """Names what has no description, neither here nor where it refers to."""
    if isinstance(schema, list):
        for item in schema:
            yield from described(item, where)
    if not isinstance(schema, dict):
        return
    for name, member in schema.get("properties", {}).items():
        if not member.keys() & {"description", "const", "$ref"}:
            yield f"{where}: {name} is not described"
    for key, member in schema.items():
        yield from described(member, f"{where}/{key}" if key != "$defs" else where)


def complaints(validator, document):
    for error in validator.iter_errors(document):
        best = jsonschema.exceptions.best_match([error])
        at = "/".join(map(str, best.absolute_path))
        yield f"{document.get('type')}: {at or 'the document'}: {best.message[:400]}"


def lax(validator, document):
    for path, _ in objects(document):
        if (document["type"], *path) in FREE:
            continue
        changed = copy.deepcopy(document)
        at = changed
        for key in path:
            at = at[key]
        at["nobody_described_this"] = 1
        if validator.is_valid(changed):
            yield f"{document['type']}: anything may be in /{'/'.join(map(str, path))}"


def main(arguments):
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft202012Validator(schema)
    if arguments[0] == "--schema":
        validator.check_schema(schema)
        bad = list(described(schema))
        types = set(schema["properties"]["type"]["enum"])
        bad += [f"no schema for {t}" for t in sorted(set(arguments[1:]) - types)]
        bad += [f"nothing prints {t}" for t in sorted(types - set(arguments[1:]))]
    else:
        lines = Path(arguments[-1]).read_text().splitlines()
        documents = [json.loads(line) for line in dict.fromkeys(lines)]
        bad = [text for d in documents for text in complaints(validator, d)]
        if arguments[0] == "--strict":
            bad += [text for d in documents for text in lax(validator, d)]
            bad += [] if documents else ["there are no documents"]
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
