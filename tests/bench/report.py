"""The figures as text: each with its lowest and highest round, and what Beadle's is to a rival's."""

import statistics


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def spread(values, form="{:,.0f}"):
    low, high = min(values), max(values)
    text = form.format(statistics.median(values))
    return text if low == high else f"{text} [{form.format(low)}..{form.format(high)}]"


def times(ratio):
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:,.0f} x"


def left_out(got):
    return "".join(f"\n(left out: {why})" for why in got["left_out"])


def at(rounds, load):
    """All rounds of one server at one load."""
    return [r["by"][load] for r in rounds if load in r["by"]]


def ratio(servers, load, key, one, other):
    if one not in servers or other not in servers:
        return None
    return median(at(servers[one], load), key) / max(1e-9, median(at(servers[other], load), key))


# What the design asks for: of whom, at least or at most, how many times.
GOALS = (
    ("per_second", "c-icap url_check", ">=", 2.0),
    ("per_second", "e2guardian", ">=", 7.0),
    ("per_second", "answers 204 unread", ">=", 0.65),
    ("p99_us", "c-icap url_check", "<=", 1 / 3),
)


def goals(servers):
    lines = []
    for key, rival, how, goal in GOALS:
        r = ratio(servers, "64", key, "Beadle", rival)
        if r is None:
            continue
        good = r >= goal if how == ">=" else r <= goal
        what = "requests/s" if key == "per_second" else "p99"
        lines.append(f"at 64 connections, {what} beside {rival}: {r:.2f} x "
                     f"(goal {how} {goal:.2f}: {'reached' if good else 'MISSED'})")
    return "\n".join(lines)


def requests(got, all_):
    out = [f"Requests (REQMOD), {got['domains']:,} domains, one in ten blocked, one core, "
           f"{all_['rounds']} rounds of {all_['seconds']} s: median [lowest..highest]",
           f"{'server':<24}{'at once':>8}  {'requests/s':<28}{'p50 us':>8}{'p99 us':>9}"
           f"{'cpu us':>8}{'wrong':>6}{'errors':>7}"]
    for name, rounds in got["servers"].items():
        for load in rounds[0]["by"]:
            rows = at(rounds, load)
            wrong = "-" if name == "answers 204 unread" else str(sum(r["wrong"] for r in rows))
            out.append(f"{name:<24}{load:>8}  {spread([r['per_second'] for r in rows]):<28}"
                       f"{median(rows, 'p50_us'):>8,.0f}{median(rows, 'p99_us'):>9,.0f}"
                       f"{median(rows, 'cpu_us'):>8.1f}{wrong:>6}{sum(r['errors'] for r in rows):>7}")
        door = [r["door_cpu_us"] for r in at(rounds, "64") if "door_cpu_us" in r]
        out.append(f"{'':<24}{'':>8}  {spread([r['memory_mb'] for r in rounds], '{:.0f}')} MB, ready in "
                   f"{spread([r['start_s'] for r in rounds], '{:.2f}')} s" +
                   (f", of the processor time at 64 {spread(door, '{:.1f}')} us the door's" if door else ""))
    return "\n".join(out) + "\n" + goals(got["servers"]) + left_out(got)


def bodies(got, all_):
    out = [f"Bodies (RESPMOD), the same pages and the same {got['phrases']:,} phrases in e2guardian's words, "
           "16 connections, one core",
           f"{'server':<24}{'coding':>8}  {'MB/s unpacked':<28}{'first us':>9}{'p99 us':>11}"
           f"{'cpu ns/B':>9}{'wrong':>6}{'errors':>7}"]
    for name, rounds in got["servers"].items():
        for coding in rounds[0]["by"]:
            rows = at(rounds, coding)
            each = [r["cpu_us"] * 1e3 * r["per_second"] / max(1, r["plain_mb_per_second"] * 1e6) for r in rows]
            wrong = "-" if "unread" in name else str(sum(r["wrong"] for r in rows))
            out.append(f"{name:<24}{coding:>8}  "
                       f"{spread([r['plain_mb_per_second'] for r in rows], '{:,.1f}'):<28}"
                       f"{median(rows, 'first_p50_us'):>9,.0f}{median(rows, 'p99_us'):>11,.0f}"
                       f"{statistics.median(each):>9.1f}{wrong:>6}{sum(r['errors'] for r in rows):>7}")
    for name, slow in got.get("slow", {}).items():
        out.append(f"{name}: {slow['sent']:,} of {slow['connections']:,} slow bodies taken, "
                   f"{slow['more_mb']:,} MB more")
    for coding in ("plain", "gzip"):
        for rival, goal in (("e2guardian", 40.0), ("c-icap echo, unread", 1.0)):
            r = ratio(got["servers"], coding, "plain_mb_per_second", "Beadle", rival)
            if r is not None:
                out.append(f"{coding} bodies beside {rival}: {times(r)} "
                           f"(goal >= {goal:.0f}: {'reached' if r >= goal else 'MISSED'})")
    return "\n".join(out) + left_out(got)


def domains(got, all_):
    out = [f"Growth by domains, at 64 connections, {all_['rounds']} rounds: requests/s, median [lowest..highest] "
           "(p99 us; MB; ready in s)"]
    for n, size in got.items():
        out.append(f"{int(n):,} domains")
        for name, rounds in size["servers"].items():
            rows = at(rounds, "64")
            out.append(f"    {name:<26}{spread([r['per_second'] for r in rows]):<28}({median(rows, 'p99_us'):,.0f}; "
                       f"{rounds[-1]['memory_mb']:,.0f} MB; {rounds[0]['start_s']:.2f} s), "
                       f"{sum(r['wrong'] for r in rows)} wrong")
        out += [f"    (left out: {why})" for why in size["left_out"]]
    return "\n".join(out)


def phrases(got, all_):
    out = [f"Growth by phrases, 16 connections, {all_['rounds']} rounds: MB/s plain, then gzip"]
    for n, size in got.items():
        out.append(f"{int(n):,} phrases")
        for name, rounds in size["servers"].items():
            by = [at(rounds, coding) for coding in ("plain", "gzip")]
            each = [spread([r["plain_mb_per_second"] for r in rows], "{:,.1f}") for rows in by]
            out.append(f"    {name:<26}{each[0]:<28}{each[1]:<28}"
                       f"{sum(r['wrong'] for rows in by for r in rows)} wrong")
        out += [f"    (left out: {why})" for why in size["left_out"]]
    return "\n".join(out)


def first_byte(got, _all):
    if not got:
        return "(left out: first byte of streams, as Squid is not installed)"
    out = []
    for what, t in got.items():
        later = t["with"]["p50_ms"] - t["without"]["p50_ms"]
        p99 = t["with"]["p99_ms"] - t["without"]["p99_ms"]
        out.append(f"first byte of {what} through Squid: {t['with']['p50_ms']:.2f} ms with Beadle, "
                   f"{t['without']['p50_ms']:.2f} ms without: {later:.2f} ms later (p99 {p99:.2f} ms; "
                   f"goal at most 10 ms: {'reached' if later <= 10 else 'MISSED'})")
    return "\n".join(out)


def judge(got, _all):
    return "\n".join(f"judge: {j['ns_a_call']} ns a verdict at the door {j['door']}, both model policies, "
                     f"{j['rules']} rules ({j['scope']})" for j in got)


def lists(got, _all):
    return "\n".join(f"lists: {n['domains']:,} domains, {n['compiled_a_second']:,.0f} compiled a second, "
                     f"open in {n['open_ms']} ms, ready in {n['ready_ms']} ms, "
                     f"{n['bytes_a_domain']} bytes a domain, {n['ns_a_look_up']} ns a look-up with all "
                     "parent domains" for n in got)


def scan(got, _all):
    apart = ("phrases", "spellings", "bytes of a scan")
    return (f"scan: {got['phrases']:,} phrases, MB/s on one core: " +
            ", ".join(f"{name} {got[name]}" for name in got if name not in apart) +
            f"; {got['bytes of a scan']:,} bytes a scan")


def scribe(got, _all):
    out = [f"scribe: {got['acts_a_second']:,} acts a second on one core ({got['cpu_us_an_act']} us of it an act)"]
    for name, what in (("transaction", "its transactions"), ("people", "people's writes meanwhile")):
        t = got[name]
        out.append(f"{'':<8}{what}: p50 {t['p50_ms']} ms, p99 {t['p99_ms']} ms, "
                   f"longest {t['max_ms']} ms of {t['n']:,}")
    out.append(f"{'':<8}MB a school week: " +
               ", ".join(f"{kind} {mb}" for kind, mb in got["mb_a_week"].items()))
    return "\n".join(out)


def replay(got, _all):
    return (f"replay: {got['acts_a_second']:,.0f} acts a second on one core, {got['rows_a_second']:,.0f} rows "
            f"of the store ({got['acts'] + got['parts']:,} acts in {got['rows']:,} rows)")


SECTIONS = {
    "judge": judge, "lists": lists, "scan": scan, "scribe": scribe, "replay": replay, "first-byte": first_byte,
    "requests": requests, "bodies": bodies, "domains": domains, "phrases": phrases,
}
