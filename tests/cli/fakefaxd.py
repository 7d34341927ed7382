#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A stand-in for cleardown-faxd: answers by what is asked for, and keeps what was asked.

usage: fakefaxd.py SOCKET ANSWERS LOG

ANSWERS is a file with one JSON object: for each op its answer, "after" and the op for every answer but
the first. An op that is not there gets ENOENT. Ends when the one who started it does.
"""

import ctypes
import json
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1


def main(path, answers, log):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with open(answers, encoding="utf-8") as file:
        table = json.load(file)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(path)
    server.listen()
    asked = {}
    while True:
        client, _ = server.accept()
        with client:
            text = client.recv(65536).decode()
            with open(log, "a", encoding="utf-8") as file:
                print(text, file=file)
            op = json.loads(text)["op"]
            asked[op] = asked.get(op, 0) + 1
            answer = table.get("after " + op) if asked[op] > 1 else None
            answer = answer or table.get(op) or \
                {"ok": False, "errno": "ENOENT", "error": "there is no such job"}
            client.send(json.dumps(answer).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
