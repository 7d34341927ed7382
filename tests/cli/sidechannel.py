#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs a CUPS backend with a side channel and a back channel, as cupsd does, and talks to it.

usage: sidechannel.py INPUT COMMAND[,COMMAND]... BACKEND ARGS...

INPUT is sent first and kept open until the answers have come. Prints each answer as
"COMMAND STATUS DATA", then "exit CODE". The command "term" is SIGTERM.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

COMMANDS = {"reset": 1, "drain": 2, "bidi": 3, "id": 4, "state": 5, "snmp": 6, "connected": 8}


def say(*words):
    """In one piece: the backend's messages go to the same place."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def ask(side, name):
    side.sendall(struct.pack(">BBH", COMMANDS[name], 0, 0))
    header = side.recv(4, socket.MSG_WAITALL)
    command, status, length = struct.unpack(">BBH", header)
    data = side.recv(length, socket.MSG_WAITALL) if length else b""
    assert command == COMMANDS[name], f"{command} answers {name}"
    text = str(data[0]) if length == 1 else data.decode()
    say(name, status, text)


def main(argv):
    with open(argv[0], "rb") as file:
        content = file.read()
    ours, theirs = socket.socketpair()
    back_read, back_write = os.pipe()
    # What is copied to 3 and 4 must not be there already: a copy onto itself is closed by exec.
    back, side = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (back_write, theirs))
    theirs.close()
    os.close(back_write)

    def channels():
        os.dup2(back, 3)
        os.dup2(side, 4)

    child = subprocess.Popen(argv[2:], stdin=subprocess.PIPE, close_fds=False, preexec_fn=channels)
    os.close(side)
    os.close(back)
    child.stdin.write(content)
    child.stdin.flush()
    ours.settimeout(20)
    for name in argv[1].split(","):
        if name == "term":
            child.terminate()
        else:
            ask(ours, name)
    child.stdin.close()
    say("exit", child.wait(timeout=30))
    os.close(back_read)


if __name__ == "__main__":
    main(sys.argv[1:])
