#!/usr/bin/env bash
# Makes the files of this folder again from sources/, with the programs named in the
# README. Run by hand, never by CI: dates inside the files change with every run.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1767225600
topics="paste underfill gowning visitors warpage"
rm -rf pandoc libreoffice latex chromium scanner text mail zip
mkdir -p pandoc libreoffice latex chromium scanner text mail zip

office() { # FORMAT FILE [OPTION]: convert with LibreOffice, into $work/out
  soffice --headless -env:UserInstallation="file://$work/profile" \
    --convert-to "$1" --outdir "$work/out" "${@:2}" >/dev/null 2>&1
}
browser() { chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/chrome" "$@" 2>/dev/null; }

for topic in $topics; do
  source=sources/$topic.md
  cp "$source" "text/$topic.md"
  pandoc "$source" --toc -o "pandoc/$topic.docx"
  pandoc "$source" --standalone --toc -o "pandoc/$topic.html"
  pandoc "$source" --standalone -o "pandoc/$topic.rst"
  pandoc "$source" --standalone -t asciidoc -o "pandoc/$topic.adoc"
  pandoc "$source" --standalone -t plain --columns 72 -o "pandoc/$topic.txt"
  pandoc "$source" -o "$work/$topic.odt"
  office docx "$work/$topic.odt"
  mv "$work/out/$topic.docx" libreoffice/
  office pdf "$work/$topic.odt"
  mv "$work/out/$topic.pdf" libreoffice/
done
for topic in paste warpage visitors; do
  pandoc "sources/$topic.md" -o "latex/$topic.pdf" --pdf-engine pdflatex -V pagestyle=headings -V fontfamily=mathptmx
done
(cd "$work" && pdflatex -interaction=batchmode "$OLDPWD/sources/report.tex" >/dev/null)
cp "$work/report.pdf" latex/

pandoc sources/tracked.md --track-changes=all -o pandoc/tracked.docx
pandoc sources/slides.md -o pandoc/slides.pptx
office 'pptx:Impress MS PowerPoint 2007 XML' pandoc/slides.pptx
mv "$work/out/slides.pptx" libreoffice/
office pdf pandoc/slides.pptx
mv "$work/out/slides.pdf" libreoffice/
for format in docx pdf doc; do
  office $format sources/handbook.fodt
  mv "$work/out/handbook.$format" libreoffice/
done
office xlsx sources/parts.fods
mv "$work/out/parts.xlsx" libreoffice/
office xlsx sources/dice.csv --infilter=CSV:44,34,76,1
mv "$work/out/dice.xlsx" libreoffice/
office 'csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,true,false,false,-1' sources/parts.fods
mv "$work/out/parts-Prices.csv" libreoffice/prices.csv
mv "$work/out/parts-Shift plan.csv" libreoffice/shifts.csv

browser --dump-dom "file://$PWD/sources/page.html" >chromium/page.html
browser --no-pdf-header-footer --print-to-pdf="$PWD/chromium/page.pdf" "file://$PWD/sources/page.html"
for topic in gowning underfill warpage; do
  browser --no-pdf-header-footer --print-to-pdf="$PWD/chromium/$topic.pdf" "file://$PWD/pandoc/$topic.html"
done

cp sources/dice.csv text/dice.csv
python3 make_small.py "$work"
(cd text && zip -q "../zip/topics.zip" paste.md underfill.md dice.csv)
mkdir "$work/pack" && cp pandoc/gowning.docx chromium/page.html "$work/pack"
(cd "$work" && zip -qr mixed.zip pack) && cp "$work/mixed.zip" zip/
python3 expect.py
find . -type f -size +60k -print
