"""E1 to E5 and E8: escrowd, against libmicrohttpd answering a constant and against raw SQLite."""
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.parse
import urllib.request
import json

from ptybench import median

SECONDS, RUNS = 2.0, 3


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def memory(pids):
    """MiB that processes of one program take together: what each has for itself, and once what they have mapped of the same files; also the plain
    sum of their resident memory, and of their highest."""
    total = {"RssAnon:": 0, "RssFile:": 0, "VmRSS:": 0, "VmHWM:": 0}
    for pid in pids:
        with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
            for name, value in (line.split()[:2] for line in lines if line.startswith(tuple(total))):
                total[name] = max(total[name], int(value)) if name == "RssFile:" else total[name] + int(value)
    return [kib / 1024 for kib in (total["RssAnon:"] + total["RssFile:"], total["VmRSS:"], total["VmHWM:"])]


class Service:
    """A training service on a seeded directory (made once, copied for each use)."""

    def __init__(self, data, devices):
        self.escrowd = os.path.join(data.build, "escrowd")
        made = os.path.join(data.here, f"escrowd-{devices}")
        if not os.path.exists(made):
            shutil.rmtree(made + ".new", ignore_errors=True)
            self.command("init", made + ".new", "--training", "--port", "18999")
            self.command("-C", made + ".new", "seed", "--devices", str(devices), "--seed", "1")
            os.rename(made + ".new", made)
        self.dir = os.path.join(data.here, "escrowd-running")
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.copytree(made, self.dir)
        self.port = free_port()
        config = os.path.join(self.dir, "escrowd.conf")
        with open(config, encoding="utf-8") as old:
            text = re.sub(r"port = \d+", f"port = {self.port}", old.read())
        with open(config, "w", encoding="utf-8") as new:
            new.write(text)
        self.url = f"https://localhost:{self.port}"
        self.ca = os.path.join(self.dir, "ca.pem")
        self.process = subprocess.Popen([self.escrowd, "-C", self.dir, "serve"], stdout=subprocess.PIPE, text=True)
        if "serving" not in self.process.stdout.readline():
            raise RuntimeError("escrowd does not serve")
        self.tls = ssl.create_default_context(cafile=self.ca)

    def command(self, *words):
        subprocess.run([self.escrowd, *words], check=True, stdout=subprocess.DEVNULL)

    def pids(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="utf-8") as children:
            return [self.process.pid] + [int(pid) for pid in children.read().split()]

    def call(self, path, form=None):
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        with urllib.request.urlopen(self.url + path, body, context=self.tls) as answer:
            return answer.read().decode()

    def approve(self, user_code):
        csrf = re.search(r'name="csrf" value="([^"]*)"', self.call("/device")).group(1)
        with open(os.path.join(self.dir, "operator.password"), encoding="utf-8") as password:
            self.call("/device", {"csrf": csrf, "action": "approve", "user_code": user_code, "user": "operator",
                                  "password": password.read().rstrip("\n")})

    def sign_in(self):
        code = json.loads(self.call("/t/oauth2/v2.0/devicecode", {"client_id": "bench", "scope": "openid profile"}))
        self.approve(code["user_code"])
        return json.loads(self.call("/t/oauth2/v2.0/token", {"client_id": "bench", "grant_type": "device_code",
                                                             "device_code": code["device_code"]}))["access_token"]

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Floor:
    """libmicrohttpd with the certificate of a service."""

    def __init__(self, data, service, size):
        self.port = free_port()
        command = [data.program("floor_http"), str(self.port), os.path.join(service.dir, "server.pem"),
                   os.path.join(service.dir, "server.key"), str(size)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Load:
    def __init__(self, data, service, port, connections, what, token="", seconds=SECONDS):
        command = [data.program("bench_escrowd"), service.dir, str(port), str(connections), str(seconds), what]
        self.take(command, token + "\n")

    def take(self, command, text):
        out = subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout.split()
        self.rate, self.p50, self.p99, self.longest = map(float, out[:4])
        self.refused, self.bytes = int(out[5]), int(out[6])
        if self.refused:
            raise RuntimeError(f"{self.refused} calls were refused")

    def __str__(self):
        return f"{self.rate:.0f}/s, p50 {self.p50:.2f}, p99 {self.p99:.2f}, longest {self.longest:.1f} ms"


def middle(loads, member="rate"):
    return median([getattr(load, member) for load in loads])


def e1(data, report):
    service = Service(data, data.devices // 10)
    try:
        token = service.sign_in()
        ours = [Load(data, service, service.port, 32, "get", token, 0.3)]
        floor = Floor(data, service, ours[0].bytes - 150)  # the head of the floor's answer is shorter
        floors, ours = [], []
        for _ in range(RUNS):
            ours.append(Load(data, service, service.port, 32, "get", token))
            floors.append(Load(data, service, floor.port, 32, "get", token))
        for name, loads in (("ours", ours), ("floor", floors)):
            for load in loads:
                report.note(f"E1 {name}: {load}, {load.bytes} bytes")
        floor.end()
        report.ratio_least("E1 key metadata by ID, TLS, 32 connections", middle(ours), middle(floors), "libmicrohttpd, a constant", 0.6,
                           "/s")
        report.ratio("E1 its 99th percentile", middle(ours, "p99"), middle(floors, "p99"), "libmicrohttpd, a constant", 2.0, "ms")
    finally:
        service.end()


def raw_sqlite(data, rows):
    path = os.path.join(data.here, "raw.db")
    out = subprocess.run([data.program("floor_sqlite"), path, str(rows), str(SECONDS)], check=True, capture_output=True, text=True).stdout
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)
    return float(out)


def e2_e3(data, report):
    service = Service(data, data.devices // 10)
    try:
        one, many, raw_one, raw_many = [], [], [], []
        for _ in range(RUNS):
            one.append(Load(data, service, service.port, 1, "deposit"))
            raw_one.append(raw_sqlite(data, 1))
            many.append(Load(data, service, service.port, 32, "deposit"))
            raw_many.append(raw_sqlite(data, 32))
        for name, loads in (("1 client", one), ("32 clients", many)):
            for load in loads:
                report.note(f"E2 {name}: {load}")
        report.ratio_least("E2 durable escrow, 1 client", middle(one), median(raw_one), "raw SQLite, a row a transaction", 0.75, "/s")
        report.ratio_least("E3 durable escrow, 32 clients", middle(many), middle(one), "E2", 2.0, "/s")
        report.ratio_least("E3 durable escrow, 32 clients", middle(many), median(raw_many), "raw SQLite, 32 rows a transaction", 0.8, "/s")
        report.limit("E3 its 99th percentile", middle(many, "p99"), None, "", 25.0, "ms")
    finally:
        service.end()


def e5(data, report):
    service = Service(data, int(data.devices / 1.24))  # 1.24 keys a device: as many keys as devices were asked for
    try:
        token = service.sign_in()
        Load(data, service, service.port, 32, "get", token)
        Load(data, service, service.port, 32, "deposit")
        floor = Floor(data, service, 600)
        Load(data, service, floor.port, 32, "get", token)
        now, resident, peak = memory(service.pids())
        floor_now, _, _ = memory([floor.process.pid])
        floor.end()
        report.note(f"E5 {len(service.pids())} processes, {resident:.1f} MiB resident with shared libraries counted twice, highest {peak:.1f} MiB (the password check of the sign-in takes its own)")
        report.ratio(f"E5 memory with {data.devices / 1e6:g} M keys, after load", now, floor_now, "libmicrohttpd", 3.0, "MiB")
    finally:
        service.end()


class CheckIn:
    """An empty service on a Unix socket that answers the check-in protocol, and the floor beside it."""

    DEVICES = 5000

    def __init__(self, data):
        self.data = data
        self.escrowd = os.path.join(data.build, "escrowd")
        self.dir = os.path.join(data.here, "escrowd-checkin")
        self.socket, self.floor_socket = os.path.join(self.dir, "s"), os.path.join(self.dir, "floor")
        shutil.rmtree(self.dir, ignore_errors=True)
        subprocess.run([self.escrowd, "init", self.dir, "--unix", self.socket], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.dir, "escrowd.conf"), "a", encoding="utf-8") as config:
            config.write("\n[check-in]\nenabled = yes\n")
        secret = subprocess.run([self.escrowd, "-C", self.dir, "agent", "add", "bench"], check=True, capture_output=True, text=True).stdout
        self.credential = "bench:" + secret
        self.process = subprocess.Popen([self.escrowd, "-C", self.dir, "serve"], stdout=subprocess.PIPE, text=True)
        if "serving" not in self.process.stdout.readline():
            raise RuntimeError("escrowd does not serve")
        self.floor = subprocess.Popen([data.program("floor_http"), self.floor_socket, "84"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.floor.stdout.readline()

    def load(self, what, floor=False, seconds=SECONDS):
        load = Load.__new__(Load)
        load.take([self.data.program("bench_checkin"), self.floor_socket if floor else self.socket, "32", str(seconds), str(self.DEVICES), what],
                  self.credential)
        return load

    def end(self):
        self.floor.stdin.close()
        self.floor.wait()
        self.floor.stdout.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def e8(data, report):
    service = CheckIn(data)
    try:
        service.load("same")  # stores what is asked for
        names = {"verify": "look-up", "same": "unchanged check-in", "new": "new check-in, durable"}
        for what, least in (("verify", 8000), ("same", 8000), ("new", 2000)):
            ours, floors = [], []
            for _ in range(RUNS):
                ours.append(service.load(what))
                if what != "new":
                    floors.append(service.load(what, floor=True))
            for load in ours:
                report.note(f"E8 {names[what]}: {load}")
            for load in floors:
                report.note(f"E8 floor: {load}")
            report.least(f"E8 {names[what]}, Unix socket, 32 clients", middle(ours), least, "/s")
            if floors:
                report.ratio_least(f"E8 {names[what]}, Unix socket, 32 clients", middle(ours), middle(floors), "libmicrohttpd, a constant",
                                   0.3, "/s")
    finally:
        service.end()


ROWS = {"E1": e1, "E2": e2_e3, "E3": e2_e3, "E5": e5, "E8": e8}
