"""One load on one server, with what it cost."""

import json
import os
import subprocess

LATE_S = 60


def icap(server, urls, connections, seconds):
    """The load generator's figures; with cpu_us of all its processes a request, and of doors alone."""
    header = server.header() if hasattr(server, "header") and server.service == "response" else ""
    command = ["taskset", "-c", "1", os.path.join(server.build, "tests/bench/icap_load"), "127.0.0.1",
               str(server.port), server.service, urls, str(connections), str(seconds)]
    before = server.cpu_s(), server.cpu_s("role web")
    out = subprocess.run(command + ([header] if header else []), check=True, capture_output=True,
                         text=True, timeout=seconds + LATE_S)
    got = json.loads(out.stdout)
    for name, cpu in (("cpu_us", server.cpu_s() - before[0]),
                      ("door_cpu_us", server.cpu_s("role web") - before[1])):
        got[name] = cpu * 1e6 / max(1, got["requests"])
    if got["door_cpu_us"] == 0:
        del got["door_cpu_us"]
    return got


def lines(guard, urls, at_once, seconds):
    out = subprocess.run(["taskset", "-c", "1", os.path.join(guard.build, "tests/bench/line_load"), urls,
                          str(at_once), str(seconds)] + guard.command(), check=True,
                         capture_output=True, text=True, timeout=seconds + LATE_S)
    return json.loads(out.stdout)
