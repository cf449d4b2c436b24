"""beadle policy import: files as schools have them become drafts that can be put in force."""

import json
import subprocess
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


def pdf(path):
    """A page of text, with the table of places that a reader asks for."""
    text = "BT /F1 10 Tf 30 TL 40 780 Td " + " ".join(f"({words}) Tj T*" for words in WORDS) + " ET"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               " /Resources << /Font << /F1 5 0 R >> >> >>",
               f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    path.write_text(f"{out}xref\n0 6\n0000000000 65535 f \n{table}"
                    f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n")


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
    for name, said in (("old.doc", "save it as .docx"), ("broken.docx", "broken"),
                       ("broken.pdf", "can make nothing of it")):
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
