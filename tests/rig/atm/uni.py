# SPDX-License-Identifier: GPL-2.0-only
"""A test VM's ATM network: cellswitch, stock atmsigd, ispd, and what a guest can ask of them.

scripts/vm makes one Uni for --uni, hands its commands over and ends it with the VM.
"""

import argparse
import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

ATMSIGD = Path("/usr/sbin/atmsigd")
ATMSIGD_GET = Path(__file__).resolve().parents[3] / "scripts/atmsigd-get"
SETTLE = 20         # seconds for a program to open its socket
ADDRESS = "47000580ffe1000000f21a26d80020ea000ee100"
TRACE_LEN = 200


class Failed(Exception):
    """A program of the network did not start."""


def parse(text):
    parser = argparse.ArgumentParser(prog="vm --uni", add_help=True)
    parser.add_argument("--role", choices=["network", "user"], default="network",
                        help="atmsigd's side")
    parser.add_argument("--version", choices=["uni30", "uni31", "uni40"], default="uni31")
    parser.add_argument("--multipoint", action="store_true",
                        help="an atmsigd that makes calls to many: scripts/atmsigd-get")
    parser.add_argument("--address", default=ADDRESS, help="atmsigd's, 40 hex digits")
    parser.add_argument("--switch", default="", metavar="ARGS", help="more options of cellswitch")
    parser.add_argument("--isp", default="", metavar="ARGS", help="more options of ispd")
    return parser.parse_args(shlex.split(text))


class Uni:
    def __init__(self, arguments, rig, tmp, out, log):
        """rig: where the programs are; tmp: for sockets; out: for logs; log: takes a line."""
        self.options = parse(arguments)
        self.rig, self.tmp, self.out, self.log = rig, tmp, out, log
        self.dir = tmp / "atm"
        self.atmsigd_log = out / "atmsigd.log"
        self.processes = {}
        self.readers = {}
        self.sockets = {}
        self.mark = 0
        self.killed = False
        self.atmsigd = ATMSIGD

    # Start and end

    def start(self, machine):
        """The switch, wired to the NIC of that MAC, and the peer."""
        if self.options.multipoint:
            self.atmsigd = self.built()
        if not self.atmsigd.exists():
            raise Failed("atmsigd (package atm-tools) is not installed")
        self.dir.mkdir()
        (self.tmp / "atmsigd.conf").write_text("")
        self.run("cellswitch", [self.rig / "cellswitch", "--dir", self.dir,
                                "--wire", self.tmp / "wire", "--far", self.tmp / "nic",
                                "--machine", machine, "--control", self.tmp / "switch",
                                "--frames", self.out / "frames.pcap", "--sdus",
                                self.out / "sdus.pcap", "--log", self.out / "cellswitch.log",
                                *shlex.split(self.options.switch)], self.dir / "switch")
        self.start_peer()

    @staticmethod
    def built():
        done = subprocess.run([ATMSIGD_GET], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
        if done.returncode:
            raise Failed(f"an atmsigd that makes calls to many: {done.stderr.strip()[-300:]}")
        return Path(done.stdout.strip())

    def start_peer(self):
        self.killed = False
        self.run("atmsigd", [self.atmsigd, "-c", self.tmp / "atmsigd.conf", "-d", "-n",
                             "-t", str(TRACE_LEN), "-D", self.out, "-l", self.atmsigd_log,
                             "-m", self.options.role, "-u", self.options.version, "0.0.5",
                             self.tmp / "sig"], self.tmp / "sig", self.shim())
        self.run("ispd", [self.rig / "ispd", "--atmsigd", self.tmp / "sig",
                          "--control", self.tmp / "isp", "--log", self.out / "ispd.log",
                          *shlex.split(self.options.isp)], self.tmp / "isp")

    def shim(self):
        return dict(os.environ, ATMSHIM_DIR=str(self.dir), ATMSHIM_ADDR=self.options.address,
                    LD_PRELOAD=str(self.rig / "atmshim.so"))

    def run(self, name, command, opens, env=None):
        """A program, up to the moment when its socket is there."""
        opens.unlink(missing_ok=True)
        self.log(f"{name}: {shlex.join(map(str, command))}")
        with open(self.out / f"{name}.out", "ab") as said:
            process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=said,
                                       stderr=subprocess.STDOUT)
        self.processes[name] = process
        end = time.monotonic() + SETTLE
        while not opens.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise Failed(f"{name} did not start (see {name}.out)")
            time.sleep(0.01)

    def failure(self):
        """What ended that should not have, or None."""
        for name, process in self.processes.items():
            if process.poll() is not None and not (self.killed and name != "cellswitch"):
                return f"{name} ended with status {process.returncode}"
        return None

    def stop(self):
        for process in [*self.processes.values(), *(r for r, _ in self.readers.values())]:
            self.end(process)

    @staticmethod
    def end(process):
        if process.poll() is not None:
            return
        # one that is stopped hears only this
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    # What the guest asks for

    def command(self, text):
        verb, _, rest = text.partition(" ")
        handler = {"switch": self.relay_switch, "isp": self.relay_isp, "grep": self.grep,
                   "count": self.count, "mark": self.set_mark, "trace": self.trace,
                   "pause": self.pause, "resume": self.resume, "kill": self.kill,
                   "restart": self.restart, "write": self.write, "open": self.open,
                   "read": self.read, "close": self.close, "decode": self.decode}.get(verb)
        try:
            return handler(rest) if handler else f"error unknown command uni {verb}"
        except (Failed, re.error, subprocess.TimeoutExpired) as error:
            return f"error uni {verb}: {error}"

    def relay_switch(self, text):
        return self.relay("switch", text)

    def relay_isp(self, text):
        return self.relay("isp", text)

    def relay(self, whom, text):
        if whom not in self.sockets:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(str(self.tmp / whom))
            self.sockets[whom] = sock.makefile("rw", errors="replace")
        stream = self.sockets[whom]
        stream.write(text + "\n")
        stream.flush()
        return stream.readline().strip() or f"error the {whom} is gone"

    def matches(self, pattern):
        with open(self.atmsigd_log, errors="replace") as log:
            log.seek(self.mark)
            return [line.strip() for line in log if re.search(pattern, line)]

    def grep(self, text):
        ms, _, pattern = text.partition(" ")
        end = time.monotonic() + int(ms) / 1000
        while True:
            found = self.matches(pattern)
            if found:
                return "ok " + found[-1]
            if time.monotonic() > end:
                return "error no such line"
            time.sleep(0.02)

    def count(self, pattern):
        return f"ok {len(self.matches(pattern))}"

    def set_mark(self, _):
        self.mark = self.atmsigd_log.stat().st_size
        return "ok"

    def trace(self, pattern):
        """A child of atmsigd writes the dump, which is whole when the child has ended."""
        pid = self.processes["atmsigd"].pid
        before = set(self.out.glob("atmsigd.*.trace.*"))
        os.kill(pid, signal.SIGUSR2)
        end = time.monotonic() + SETTLE
        while True:
            new = set(self.out.glob("atmsigd.*.trace.*")) - before
            if new and self.is_whole(new.copy().pop()):
                break
            if time.monotonic() > end:
                return "error no dump came"
            time.sleep(0.02)
        lines = new.pop().read_text(errors="replace").splitlines()
        found = [line.strip() for line in lines if re.search(pattern, line)]
        return "ok " + found[-1] if found else "error no such line"

    @staticmethod
    def is_whole(path):
        size = path.stat().st_size
        time.sleep(0.1)
        return size and size == path.stat().st_size

    def pause(self, _):
        self.processes["atmsigd"].send_signal(signal.SIGSTOP)
        return "ok"

    def resume(self, _):
        self.processes["atmsigd"].send_signal(signal.SIGCONT)
        return "ok"

    def kill(self, _):
        self.killed = True
        for name in ("atmsigd", "ispd"):
            self.processes[name].kill()
            self.processes[name].wait()
        self.sockets.pop("isp", None)
        return "ok"

    def restart(self, _):
        if not self.killed:
            self.kill("")
        # atmsigd begins its log anew: the old one is kept
        number = len(list(self.out.glob("atmsigd.log.*")))
        self.atmsigd_log.rename(self.out / f"atmsigd.log.{number}")
        self.mark = 0
        self.start_peer()
        return "ok"

    def write(self, text):
        where, _, data = text.partition(" ")
        done = subprocess.run(["awrite", f"0.{where}", data], env=self.shim(), timeout=SETTLE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return f"error {done.stdout.strip()}" if done.returncode else f"ok {done.stdout.strip()}"

    def open(self, where):
        if where in self.readers:
            return f"error {where} is open"
        path = self.out / f"aread-{where}"
        with open(path, "wb") as to:
            process = subprocess.Popen(["stdbuf", "-oL", "aread", f"0.{where}"], env=self.shim(),
                                       stdin=subprocess.DEVNULL, stdout=to,
                                       stderr=subprocess.STDOUT)
        end = time.monotonic() + SETTLE
        while not (self.dir / where).exists():
            if process.poll() is not None or time.monotonic() > end:
                self.end(process)
                return "error " + path.read_text().strip()
            time.sleep(0.01)
        self.readers[where] = (process, path)
        return "ok"

    def read(self, text):
        """The SDU of that number, counted from 1."""
        where, number, ms = text.split()
        if where not in self.readers:
            return f"error {where} is not open"
        end = time.monotonic() + int(ms) / 1000
        while True:
            lines = self.readers[where][1].read_text().splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]
            if len(whole) >= int(number):
                return "ok " + whole[int(number) - 1].partition(":")[2].replace(" ", "").lower() \
                    .strip()
            if time.monotonic() > end:
                return f"error {len(whole)} came"
            time.sleep(0.02)

    def close(self, where):
        if where not in self.readers:
            return f"error {where} is not open"
        self.end(self.readers.pop(where)[0])
        (self.dir / where).unlink(missing_ok=True)
        return "ok"

    def decode(self, text):
        """FIELD,FIELD... FILTER; without fields (-) what tshark says in one line."""
        names, _, expression = text.partition(" ")
        fields = [] if names == "-" else names.split(",")
        wanted = [word for field in fields for word in ("-e", field)]
        done = subprocess.run(["tshark", "-r", self.out / "sdus.pcap", "-Y", expression,
                               *(["-T", "fields", *wanted] if fields else [])],
                              timeout=60, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        if done.returncode:
            return f"error {' '.join(done.stderr.split())}"
        return "ok " + ";".join(" ".join(line.split()) for line in done.stdout.splitlines())
