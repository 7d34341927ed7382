#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A stand-in for cleardown-faxd: answers by what is asked for, and keeps what was asked.

usage: fakefaxd.py SOCKET ANSWERS LOG

ANSWERS is a file with one JSON object: for each op its answer, "after" and the op for every answer but
the first. An op that is not there gets ENOENT; fetch passes the file of the fax of that name among those
received. Ends when the one who started it does.
"""

import ctypes
import json
import os
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1


def fetch(table, question):
    """The descriptor of a received fax, or None."""
    for key in "received", "after received":
        for fax in table.get(key, {}).get("faxes", []):
            if fax["name"] == question["name"]:
                with open(fax["pdf" if question.get("pdf") else "file"], "rb") as file:
                    return os.dup(file.fileno())
    return None


def main(path, answers, log):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with open(answers, encoding="utf-8") as file:
        table = json.load(file)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(path + ".new")
    server.listen()
    os.rename(path + ".new", path)  # who sees it can connect
    asked = {}
    while True:
        client, _ = server.accept()
        with client:
            text = client.recv(65536).decode()
            with open(log, "a", encoding="utf-8") as file:
                print(text, file=file)
            question = json.loads(text)
            op = question["op"]
            file = fetch(table, question) if op == "fetch" else None
            if file is not None:
                socket.send_fds(client, [b'{"ok": true}'], [file])
                os.close(file)
                continue
            asked[op] = asked.get(op, 0) + 1
            answer = table.get("after " + op) if asked[op] > 1 else None
            answer = answer or table.get(op) or \
                {"ok": False, "errno": "ENOENT", "error": "there is no such job"}
            client.send(json.dumps(answer).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
