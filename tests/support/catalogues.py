#!/usr/bin/env python3
"""Every string of the console in every language: catalogues.py TEMPLATE.pot LANGUAGE.po ... Prints each offence; exit 1 if there is one.

A translation fails here when it is missing or fuzzy, when its catalogue is out of step with the sources, when its directives (%s, %u)
differ from the English ones, when it lost or gained a blank or a line end at its edges, when the name of a key of the keyboard is gone, when
it has another word for a thing than the other strings, or when it is wider than the "UD: at most N cells" that stands beside the English string in the source."""
import re
import sys
import unicodedata

DIRECTIVE = re.compile(r"%(?:(\d+)\$)?([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*))?(hh|h|ll|l|z|j|t)?([diouxXcsfeg%])")
KEYS = ("Enter", "Space", "Esc", "Tab", "Backspace", "Ctrl-P", "Ctrl-Q", "F1", "Left")
KINDS = {"d": "int", "i": "int", "u": "int", "x": "int", "X": "int", "o": "int", "c": "char", "s": "text"}
PLURALS = {"nl": 2, "sv": 2, "ja": 1}
# One thing has one word (doc/languages.md): where the English stands, this stands in the translation.
WORDS = {
    "activity log": {"nl": "activiteitenlogboek", "sv": "aktivitetslogg", "ja": "操作ログ"},
    "escrow service": {"nl": "sleutelopslag", "sv": "nyckeltjänst", "ja": "キー保管サービス"},
    "FileVault recovery key": {"nl": "FileVault-herstelsleutel", "sv": "FileVault-återställningsnyckel", "ja": "FileVault の復旧キー"},
    "48-digit recovery key": {"nl": "herstelsleutel van 48 cijfers", "sv": "48-siffrig återställningsnyckel", "ja": "48 桁の回復キー"},
    "passphrase": {"nl": "wachtwoordzin", "sv": "lösenfras", "ja": "パスフレーズ"},
}
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def unescape(text):
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group(1)), text)


def parse(path):
    """Entries of a catalogue: dicts with the lists 'flags' and 'notes' and the fields of the file."""
    entries, entry, field = [], None, None
    for line in open(path, encoding="utf-8").read().split("\n") + [""]:
        if not line.strip():
            if entry and "msgid" in entry:
                entries.append(entry)
            entry, field = None, None
            continue
        if line.startswith("#~"):
            continue
        entry = entry if entry is not None else {"flags": [], "notes": []}
        found = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) "(.*)"$', line)
        if line.startswith("#,"):
            entry["flags"] += [f.strip() for f in line[2:].split(",")]
        elif line.startswith("#."):
            entry["notes"].append(line[2:].strip())
        elif found:
            field = found.group(1)
            entry[field] = unescape(found.group(2))
        elif line.startswith('"') and field:
            entry[field] += unescape(line[1:-1])
    return entries


def key(entry):
    return entry.get("msgctxt", ""), entry["msgid"]


def cells(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def directives(text):
    """[(position, kind, size)], in the order of the arguments; None where a directive is not one."""
    out, position = [], 0
    if "%" in DIRECTIVE.sub("", text):
        return None
    for m in DIRECTIVE.finditer(text):
        if m.group(6) == "%":
            continue
        position += 1
        out.append((int(m.group(1) or position), KINDS.get(m.group(6), m.group(6)), m.group(5) or ""))
    return sorted(out)


def limit(entry):
    for note in entry["notes"]:
        m = re.search(r"at most (\d+) cells", note)
        if m:
            return int(m.group(1))
    return None


def edges(text):
    return (text[:1] == " ", text[-1:] == " ", text[:1] == "\n", text[-1:] == "\n")


def faults_of(english, text, language, entry):
    """What is wrong with one form; `english` lists the forms it may stand for."""
    if not text.strip():
        return ["is not translated"]
    out = []
    formatted = "c-format" in entry["flags"] or any(DIRECTIVE.search(e) for e in english)
    if formatted and directives(text) not in [directives(e) for e in english]:
        out.append("has other directives")
    if edges(text)[2:] != edges(english[0])[2:] or (language != "ja" and edges(text)[:2] != edges(english[0])[:2]):
        out.append("begins or ends with another blank or line end")
    for k in KEYS:
        if re.search(r"\b%s\b(?! (?:the|your) )" % k, english[0]) and k not in text:
            out.append("does not name the key %s" % k)
    for word, said in WORDS.items():
        if word.lower() in english[0].lower() and said.get(language, "").lower() not in text.lower():
            out.append('does not say "%s"' % said[language])
    most = limit(entry)
    if most is not None and cells(text) > most:
        out.append("takes %d cells, at most %d fit" % (cells(text), most))
    if any(unicodedata.category(c) in ("Cc", "Cf", "Co") and c != "\n" for c in text):
        out.append("has control characters")
    return out


def check_entry(entry, template, language):
    forms = [entry[f] for f in sorted(entry) if f.startswith("msgstr")]
    english = [template["msgid"]] + ([template["msgid_plural"]] if "msgid_plural" in template else [])
    out = ["is marked fuzzy"] if "fuzzy" in entry["flags"] else []
    if template.get("msgid_plural") != entry.get("msgid_plural"):
        out.append("has another plural in the sources")
    if "msgid_plural" in template and len(forms) != PLURALS.get(language, len(forms)):
        out.append("has %d plural forms" % len(forms))
    for text in forms:
        out += faults_of(english, text, language, template)
    return out


def check_catalogue(path, templates):
    language = re.sub(r".*/|\.po$", "", path)
    entries = parse(path)
    have = {key(e) for e in entries}
    out = ["%s: %s twice in the catalogue" % (language, k[1]) for k in have if sum(key(e) == k for e in entries) > 1]
    head = next((e["msgstr"] for e in entries if e["msgid"] == ""), "")
    if "charset=UTF-8" not in head or "Plural-Forms: nplurals=%d;" % PLURALS.get(language, 2) not in head:
        out.append("%s: the header has no UTF-8 or no plural forms" % language)
    out += ['%s: "%s" is in the sources only; run make po-update' % (language, k[1]) for k in templates if k not in have]
    for e in entries:
        if e["msgid"] == "":
            continue
        if key(e) not in templates:
            out.append('%s: "%s" is in the catalogue only; run make po-update' % (language, e["msgid"]))
        else:
            out += ['%s: "%s" %s' % (language, e["msgid"], f) for f in check_entry(e, templates[key(e)], language)]
    return out


def main():
    templates = {key(e): e for e in parse(sys.argv[1]) if e["msgid"] != ""}
    faults = []
    for path in sys.argv[2:]:
        faults += check_catalogue(path, templates)
    faults += ['en: "%s" takes %d cells, at most %d fit' % (e["msgid"], cells(e["msgid"]), limit(e)) for e in templates.values()
               if limit(e) is not None and cells(e["msgid"]) > limit(e)]
    for f in faults:
        print(f.replace("\n", "\\n"))
    print("%d strings in %d languages looked at, %d faults" % (len(templates), len(sys.argv) - 2, len(faults)))
    return 1 if faults or not templates or len(sys.argv) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
