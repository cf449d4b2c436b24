"""What the figures were measured on."""

import os
import platform
import re
import subprocess
import time

PACKAGES = ("c-icap", "libc-icap-mod-urlcheck", "libc-icap-mod-contentfiltering", "e2guardian",
            "squidguard", "squid-openssl", "libsqlite3-0")


def first_line(path, pattern, default="unknown"):
    try:
        with open(path) as f:
            return next((m[1].strip() for m in map(re.compile(pattern).match, f) if m), default)
    except OSError:
        return default


def version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True,
                          text=True)
    return done.stdout if done.returncode == 0 and done.stdout else None


def describe():
    return {
        "processor": first_line("/proc/cpuinfo", r"model name\s*:\s*(.*)"),
        "cores": os.cpu_count(),
        "memory_gb": round(int(first_line("/proc/meminfo", r"MemTotal:\s*(\d+)", "0")) / 1e6),
        "kernel": platform.release(),
        "system": first_line("/etc/os-release", r'PRETTY_NAME="(.*)"'),
        "virtual": first_line("/proc/cpuinfo", r"flags\s*:.*\b(hypervisor)\b", "no") != "no",
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {p: v for p in PACKAGES if (v := version(p))},
        "when": time.strftime("%Y-%m-%d %H:%M"),
    }


def text(m):
    return (f"{m['processor']}{' (virtual)' if m['virtual'] else ''}, {m['cores']} cores, "
            f"{m['memory_gb']} GB, {m['system']}, kernel {m['kernel']}, load before {m['load_before']}")
