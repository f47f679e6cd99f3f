"""N1 to N3: pages to records, and a sync through the real worker."""
import os
import shutil
import socket
import subprocess
import time

from ptybench import median
from rows_escrowd import Service, free_port

PAGE = 1000
RUNS = 5
FIRST = "/v1.0/deviceManagement/managedDevices"  # nghttpd types an answer by its ending, so the pages are FIRST/1.json and so on


def n1(data, report):
    command = [data.program("bench_page"), data.lines(max(data.devices // 10, 20000), "full")]
    page, cjson, heap, _ = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    report.ratio("N1 a page of 1000 devices to records", page, cjson, "cJSON", 1 / 6, "ms")
    report.limit("N1 its growth of the heap", heap, None, "", 0, "bytes")


def wait_for(port):
    for _ in range(500):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise RuntimeError("nghttpd does not serve")


class Static:
    """nghttpd with `count` devices as pages."""

    def __init__(self, data, service, count):
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.root = os.path.join(data.here, "static")
        pages = self.root + FIRST
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(pages)
        out = subprocess.run([data.program("bench_page"), data.lines(count, "full"), pages, str(count), self.url + FIRST], check=True,
                             capture_output=True, text=True).stdout
        self.addresses = [f"{self.url}{FIRST}/{i + 1}.json" for i in range(int(out))]
        self.process = subprocess.Popen(["nghttpd", "-a", "127.0.0.1", "-d", self.root, str(self.port),
                                         os.path.join(service.dir, "server.key"), os.path.join(service.dir, "server.pem")],
                                        stdout=subprocess.DEVNULL)
        wait_for(self.port)

    def end(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)


class Sync:
    def __init__(self, line):
        words = line.split()
        self.devices, self.keys = int(words[1]), int(words[2])
        self.devices_ms, self.all_ms = float(words[3]), float(words[4])
        self.after, self.peak, self.worker = (int(w) / 1048576 for w in words[5:8])

    def __str__(self):
        return (f"{self.devices} devices in {self.devices_ms:.0f} ms, {self.keys} keys, {self.all_ms:.0f} ms in all; "
                f"{self.after:.0f} MiB after, {self.peak:.0f} at most, worker {self.worker:.0f}")


def syncs(data, service, runs, static=None):
    """Syncs through the worker: from `static`, or from the service itself."""
    command = [data.program("bench_sync"), os.path.join(data.build, "unlockdesk-worker")]
    if static is not None:
        command += ["graph", static.url, service.ca, str(runs), service.url, static.addresses[0]]
    else:
        command += ["escrowd", service.url, service.ca, str(runs)]
    found = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("code "):
                service.approve(line.split()[1])
            else:
                found.append(Sync(line))
    if process.returncode != 0 or len(found) != runs:
        raise RuntimeError("a sync failed")
    return found


def fetches(data, service, static, runs, how="discard"):
    command = [data.program("floor_fetch"), service.ca, str(runs), how, *static.addresses]
    return [float(ms) for ms in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


def n2(data, report):
    count = data.devices // 5
    service = Service(data, data.devices // 10)
    static = Static(data, service, count)
    try:
        raw = fetches(data, service, static, 3)
        ours = syncs(data, service, RUNS, static)
        raw += fetches(data, service, static, 2)
        parsed = fetches(data, service, static, 3, "cjson")
        beside = syncs(data, service, 3)
        for name, lines in (("nghttpd", ours), ("escrowd", beside)):
            for line in lines:
                report.note(f"N2 {name}: {line}")
        report.note("N2 libcurl and cJSON: " + ", ".join(f"{ms:.0f}" for ms in parsed) + " ms")
        report.note("N2 libcurl: " + ", ".join(f"{ms:.0f}" for ms in raw) + " ms")
        if any(line.devices != count for line in ours):
            raise RuntimeError("a sync lost devices")
        rate = median([count * 1e3 / line.devices_ms for line in ours])
        report.ratio_least(f"N2 sync of {count} devices, HTTP/2 and TLS", rate / 1e3, count / median(raw), "libcurl, discarding", 0.4,
                           "k/s")
        report.ratio_least("N2 the same, against cJSON", rate / 1e3, count / median(parsed), "libcurl and cJSON", 4.0, "k/s")
        rate = median([(line.devices + line.keys) / line.all_ms for line in beside])
        report.note(f"N2 beside it, from escrowd: {rate:.0f} k devices and keys a second (median)")
    finally:
        static.end()
        service.end()


def n3(data, report):
    service = Service(data, data.devices // 10)
    static = Static(data, service, data.devices)
    try:
        line = syncs(data, service, 1, static)[0]
        report.note(f"N3 {line}")
        report.ratio(f"N3 highest memory during a sync of {data.devices / 1e6:g} M", line.peak, line.after, "after it", 1.1, "MiB")
    finally:
        static.end()
        service.end()


ROWS = {"N1": n1, "N2": n2, "N3": n3}
