"""beadle policy import: files as schools have them become drafts that can be put in force."""

import gzip
import json
import re
import subprocess
import urllib.error
import urllib.request
import zipfile

from conftest import ROOT, program

WORDS = [
    "Fernbrook School: acceptable use policy",
    "You must never share your password with anybody, whatever the reason.",
    "Gambling on our network is not allowed.",
    "Report damage to any laptop at once.",
]


def docx(path):
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in WORDS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("word/document.xml", f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>')


def pdf(path, text="BT /F1 10 Tf 30 TL 40 780 Td " + " ".join(f"({words}) Tj T*" for words in WORDS) + " ET",
        more=(), trailer=""):
    """A page of text, with the table of places that a reader asks for."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               " /Resources << /Font << /F1 5 0 R >> >> >>",
               f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", *more]
    out, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    path.write_text(f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}"
                    f"trailer << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n")


def two_columns(path):
    """A page as newsletters have them: the left column is read before the right one."""
    left = [f"The left column goes on, line {n}" for n in range(1, 15)] + ["and gambling is not allowed here."]
    right = [f"The right column goes on, line {n}" for n in range(1, 15)] + ["Never share your password, ever."]
    columns = [f"BT /F1 10 Tf 14 TL {x} 780 Td " + " ".join(f"({w}) Tj T*" for w in lines) + " ET"
               for x, lines in ((40, left), (320, right))]
    pdf(path, "\n".join(columns))


def run(tmp_path, *words):
    return subprocess.run([program(), "policy", *words, "--data", str(tmp_path / "none")],
                          capture_output=True, text=True, cwd=tmp_path)


def take(tmp_path, name, *more):
    return run(tmp_path, "import", str(tmp_path / name), "--from", str(ROOT / "policy"), *more)


def clauses_of(done):
    assert done.returncode == 0, done.stderr
    return {c["id"]: c for c in json.loads(done.stdout)["clauses"]}


def test_every_kind_of_file_gives_the_same_clauses(tmp_path):
    (tmp_path / "a.txt").write_text("\n\n".join(WORDS))
    (tmp_path / "a.html").write_text("<html>" + "".join(f"<p>{w}</p>" for w in WORDS))
    docx(tmp_path / "a.docx")
    pdf(tmp_path / "a.pdf")
    for kind in ("txt", "html", "docx", "pdf"):
        found = clauses_of(take(tmp_path, f"a.{kind}", "--json"))
        for wanted in ("account.secret", "web.gambling", "device.damage"):
            assert wanted in found, (kind, list(found))
            assert found[wanted]["state"] == "matched" and found[wanted]["rules"], kind


def test_the_draft_can_be_put_in_force_and_is_never_written_over(tmp_path):
    (tmp_path / "a.txt").write_text("\n\n".join(WORDS))
    done = take(tmp_path, "a.txt", "--to", "staff.md", "--owner", "deputy head")
    assert done.returncode == 0, done.stderr
    assert "Matched (3)" in done.stdout and "NOT FOUND" in done.stdout
    draft = (tmp_path / "staff.md").read_text()
    assert 'owner: "deputy head"' in draft
    for words in WORDS[1:]:
        assert words in draft.replace("\n", " ")
    checked = run(tmp_path, "check", "staff.md")
    assert checked.returncode == 0 and "fine" in checked.stdout, checked.stderr
    again = take(tmp_path, "a.txt", "--to", "staff.md")
    assert again.returncode == 1 and (tmp_path / "staff.md").read_text() == draft
    assert take(tmp_path, "a.txt", "--to", "staff.md", "--replace").returncode == 0
    assert 'owner: "to be named"' in (tmp_path / "staff.md").read_text()


def test_spans_point_into_the_text(tmp_path):
    (tmp_path / "a.txt").write_text("\n\n".join(WORDS))
    answer = json.loads(take(tmp_path, "a.txt", "--json").stdout)
    gambling = next(c for c in answer["clauses"] if c["id"] == "web.gambling")
    begin, end = gambling["span"]
    assert answer["text"].encode()[begin:end].decode() == WORDS[2]


def test_what_cannot_be_read_says_what_to_do(tmp_path):
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1")
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    pdf(tmp_path / "scanned.pdf", "0 0 595 842 re f")
    pdf(tmp_path / "locked.pdf", more=[f"<< /Filter /Standard /V 1 /R 2 /O <{'5a' * 32}> /U <{'a5' * 32}> /P -44 >>"],
        trailer="/Encrypt 6 0 R /ID [<00> <00>]")
    for name, said in (("old.doc", "save it as .docx"), ("broken.docx", "broken"),
                       ("broken.pdf", "can make nothing of it"), ("scanned.pdf", "there is no text in the PDF"),
                       ("locked.pdf", "locked by a password")):
        done = take(tmp_path, name)
        assert done.returncode == 1 and said in done.stderr, done.stderr


def test_a_school_adds_words_of_its_own(tmp_path):
    (tmp_path / "a.txt").write_text("Keep bees away from the servers.")
    (tmp_path / "own.txt").write_text('clause own.bees\n  title Bees\n  90 "bees" and "servers"\n'
                                      "  does\n    report bees stating where, tell technicians\n")
    found = clauses_of(take(tmp_path, "a.txt", "--json", "--concepts", str(tmp_path / "own.txt")))
    assert found["own.bees"]["rules"].startswith("report bees")
    (tmp_path / "own.txt").write_text("clause own.bees\n  90 bees\n")
    done = take(tmp_path, "a.txt", "--concepts", str(tmp_path / "own.txt"))
    assert done.returncode == 1 and "own.txt:2: no concept above is named 'bees'" in done.stderr


def page_of(school, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(school.portal + path, timeout=20) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def test_the_portal_shows_it_side_by_side(school):
    """Their words left, the proposal right, as a browser without scripts gets it."""
    file = school.folder / "a.txt"
    file.write_text("Fernbrook School\n\n" + "\n\n".join(WORDS[1:]) + "\n\nWe <b>meet</b> on Fridays.\n"
                    "\nYou must not view pornography.\n")
    school.start()
    assert page_of(school, "/import?draft=staff")[0] == 404
    said = school.beadle("policy", "import", str(file), "--from", str(ROOT / "policy"), "--draft", "fern").stdout
    assert "/import?draft=fern" in said
    status, headers, body = page_of(school, "/import?draft=fern")
    text = body.decode()
    assert status == 200 and "script-src 'self'" in headers["Content-Security-Policy"], headers
    for wanted in ("Gambling on our network is not allowed.", "web.gambling", "% sure", "Matched (4)",
                   "Pages in the category gambling are blocked", "We &lt;b&gt;meet&lt;/b&gt; on Fridays.",
                   "from <code>a.txt</code>"):
        assert wanted in text, (wanted, text)
    # Its lists are few: of what they lack a draft has no rules, or it would be no policy here.
    assert "since no list of this school has: adult." in text, text
    said = school.beadle("policy", "import", str(file), "--from", str(ROOT / "policy"), "--to",
                         str(school.folder / "few.md")).stdout
    assert "rules left out, since no list has: adult" in said
    assert "category gambling" in (school.folder / "few.md").read_text()
    school.beadle("policy", "check", str(school.folder / "few.md"))
    assert "<b>meet" not in text and "changed after the import" not in text
    assert "web.hate" in page_of(school, "/import?draft=fern&show=lacking")[2].decode()
    only = page_of(school, "/import?draft=fern&show=unmatched")[2].decode()
    assert "Fridays" in only and "not allowed" not in only
    assert 'href="/import?draft=fern"' in page_of(school, "/replay?draft=fern")[2].decode()
    # Somebody works on the draft: what they make of it is shown.
    draft = run(school.folder, "import", str(file), "--from", str(ROOT / "policy"), "--to", "fern.md",
                "--binds", "staff")
    assert draft.returncode == 0, draft.stderr
    (school.folder / "fern.md").write_text(
        (school.folder / "fern.md").read_text().replace("block web to category gambling", "note web to category gambling"))
    school.beadle("policy", "draft", str(school.folder / "fern.md"), "--name", "fern")
    text = page_of(school, "/import?draft=fern")[2].decode()
    assert "changed after the import" in text and "Pages in the category gambling are blocked" not in text


def test_a_long_import_goes_page_by_page_and_is_small(school):
    school.start()
    school.beadle("policy", "import", str(ROOT / "tests" / "import" / "others" / "trust.md"),
                  "--from", str(ROOT / "policy"), "--draft", "trust")
    path, pages, shown = "/import?draft=trust", 0, 0
    while path:
        status, _, body = page_of(school, path)
        assert status == 200 and len(gzip.compress(body)) < 50_000
        text = body.decode()
        pages, shown = pages + 1, shown + text.count('<section class="bdl-pair">')
        onwards = re.search(r'rel="next" href="([^"]*)"', text)
        path = onwards and onwards.group(1).replace("&amp;", "&")
    assert pages > 2
    counts = [int(n) for n in re.findall(r">(?:Matched|Unsure|Unmatched) \((\d+)\)<", text)]
    assert len(counts) == 3 and sum(counts) == shown, (counts, shown)


def test_bad_files_are_refused_and_said_so(tmp_path):
    bomb = "<w:document xmlns:w='w'><w:body>" + "<w:p/>" * 2_000_000
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("word/document.xml", bomb)
    laughs = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:document xmlns:w="w">&b;</w:document>'
    with zipfile.ZipFile(tmp_path / "laughs.docx", "w") as z:
        z.writestr("word/document.xml", laughs)
    with zipfile.ZipFile(tmp_path / "sheet.docx", "w") as z:
        z.writestr("xl/workbook.xml", "<x/>")
    (tmp_path / "cut.docx").write_bytes((tmp_path / "bomb.docx").read_bytes()[:500])
    with open(tmp_path / "huge.pdf", "wb") as f:
        f.write(b"%PDF-1.4\n")
        f.truncate(200 * 1024 * 1024)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing of a PDF\n")
    for name, why in (("bomb.docx", "more than 8 MiB"), ("laughs.docx", "not as Word writes it"),
                      ("sheet.docx", "no Word document"), ("cut.docx", "broken"),
                      ("huge.pdf", "larger than"), ("broken.pdf", "")):
        done = take(tmp_path, name, "--to", "out.md")
        assert done.returncode == 1 and name in done.stderr and why in done.stderr, (name, done)
        assert "ERROR" not in done.stderr and not (tmp_path / "out.md").exists(), (name, done)


def test_columns_of_a_page_are_read_one_after_the_other(tmp_path):
    two_columns(tmp_path / "a.pdf")
    text = json.loads(take(tmp_path, "a.pdf", "--json").stdout)["text"]
    assert text.index("left column goes on, line 1") < text.index("left column goes on, line 14") \
        < text.index("gambling") < text.index("right column goes on, line 1") < text.index("password"), text
