"""Makes what no other program of `make.sh` makes: mail, a scan, and lines of JSON."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
WORK = Path(sys.argv[1])


def scan() -> None:
    """Print a page, and scan it: grey, tilted, with dust; there is no text in it."""
    page = WORK / "page"
    subprocess.run(
        ["pdftoppm", "-r", "70", "-f", "1", "-l", "1", "-gray", "-png",  # noqa: S607 - wherever poppler is
         str(HERE / "libreoffice/visitors.pdf"), str(page)], check=True,
    )  # fmt: skip
    image = Image.open(next(WORK.glob("page-*.png"))).convert("L")
    image = image.rotate(0.7, fillcolor=245)
    dust = random.Random(7)  # noqa: S311 - dust is no secret
    for _ in range(300):
        image.putpixel((dust.randrange(image.width), dust.randrange(image.height)), 90)
    image.save(HERE / "scanner/visitors.pdf", quality=30)


def mails() -> None:
    """Write messages as programs do: text with HTML, with attachments, forwarded."""
    first = EmailMessage(policy=SMTP)
    first["From"] = "Greta Lind <greta@handbook.example>"
    first["To"] = "line@handbook.example"
    first["Date"] = "Mon, 02 Mar 2026 08:15:00 +0100"
    first["Subject"] = "Dicing saw moves to hall four"
    first.set_content(
        "Dear all,\n\nThe dicing saw moves to hall four on 16 March and is out of "
        "service for two days.\nUrgent wafers go to the laser groover meanwhile.\n"
    )
    first.add_alternative(
        "<html><body><p>Dear all,</p><p>The dicing saw moves to hall four on 16 March "
        "and is out of service for two days. Urgent wafers go to the laser groover "
        "meanwhile.</p></body></html>",
        subtype="html",
    )
    second = EmailMessage(policy=SMTP)
    second["From"] = "Björn Åkesson <bjorn@handbook.example>"
    second["To"] = "line@handbook.example"
    second["Date"] = "Tue, 07 Apr 2026 16:40:00 +0200"
    second["Subject"] = "Neue Schläuche – new hoses"
    second.set_content(
        "The chillers got new hoses on Tuesday; their pressure is 3.5 bar from now "
        "on. The attached sheet has the storage rules.\n",
        charset="iso-8859-1",
        cte="quoted-printable",
    )
    second.add_attachment(
        (HERE / "pandoc/paste.docx").read_bytes(),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename="paste.docx",
    )
    third = EmailMessage(policy=SMTP)
    third["From"] = "Greta Lind <greta@handbook.example>"
    third["To"] = "line@handbook.example"
    third["Date"] = "Wed, 08 Apr 2026 09:00:00 +0200"
    third["Subject"] = "Only a web page"
    third.set_content(
        "<html><head><style>p{color:red}</style></head><body><h1>Compressed air</h1>"
        "<p>The compressor is serviced every 4,000 hours, and line two stands still "
        "for that morning.</p></body></html>",
        subtype="html",
        cte="base64",
    )
    for name, message in (("saw", first), ("hoses", second), ("air", third)):
        (HERE / f"mail/{name}.eml").write_bytes(bytes(message))


def tables() -> None:
    """Write the dice as tab-separated UTF-16 with a mark, as Excel's "Unicode Text"."""
    text = (
        "die\tsupplier\tthickness\r\nA7\tNorthfab\t100 µm\r\nB2\tEastwafer\t250 µm\r\n"
    )
    (HERE / "text/dice.tsv").write_bytes(text.encode("utf-16"))


def collection() -> None:
    """Write the sections of two topics as a collection."""
    rows = []
    for topic in ("gowning", "visitors"):
        text = (HERE / f"sources/{topic}.md").read_text("utf-8")
        for number, part in enumerate(re.split(r"^# ", text, flags=re.MULTILINE)[1:]):
            title, _, body = part.partition("\n")
            rows.append(
                {"_id": f"{topic}-{number}", "title": title, "text": body.strip()}
            )
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (HERE / "text/sections.jsonl").write_text("".join(lines), "utf-8")


scan()
mails()
tables()
collection()
