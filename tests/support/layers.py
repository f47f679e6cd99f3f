#!/usr/bin/env python3
"""Includes point one way, and every third-party header has one home (doc/architecture.md). Prints each offence; exit 1 if there is one."""
import os
import re
import sys

HOME = {"base": "api-client", "domain": "api-client", "wire": "api-client", "journal": "api-client", "channel": "api-client",
        "client": "api-client", "http": "api-client", "source": "api-client", "worker": "api-client",
        "grid": "tui", "widget": "tui", "view": "tui", "term": "tui", "app": "tui"}
MAY = {
    "base": [], "domain": ["base"], "wire": ["domain", "base"], "journal": ["domain", "base"], "channel": ["domain", "base"],
    "client": ["channel", "domain", "base"], "http": ["wire", "domain", "base"], "source": ["http", "wire", "domain", "base"],
    "worker": ["source", "http", "wire", "channel", "domain", "base"],
    "grid": ["base"], "widget": ["grid", "base"], "view": ["widget", "grid", "domain", "base"], "term": ["grid", "base"],
    "app": ["term", "view", "widget", "grid", "client", "channel", "journal", "wire", "domain", "base"],
    "escrowd": ["base", "domain", "wire", "journal"], "escrowd/simulate": ["base", "domain", "wire", "journal", "http"],
}
THIRD = {
    r"curses\.h|term\.h$|ncurses": ["tui/term"], r"curl/": ["api-client/http"], r"openssl/": ["api-client/http"],
    r"cjson/|cJSON\.h": ["api-client/wire"], r"sodium": ["api-client/base"], r"utf8proc\.h": ["api-client/base"],
    r"qrencode\.h": ["tui/view"], r"^ini\.h": ["tui/app", "tui/term", "escrowd"], r"microhttpd\.h": ["escrowd/front"],
    r"sqlite3\.h": ["escrowd/store", "escrowd/vault"], r"gnutls/": ["escrowd"], r"seccomp\.h": ["api-client/base"],
    r"libintl\.h": ["api-client/base"], r"vterm\.h|cmocka\.h": ["tests"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def module_of(path):
    parts = path.split("/")
    if parts[0] == "escrowd":
        return "escrowd/simulate" if len(parts) > 2 and parts[1] == "simulate" else "escrowd"
    return parts[1] if len(parts) > 2 else parts[0]


def check_own(path, name):
    target = name.split("/")[0]
    me = module_of(path)
    if target == "escrowd":
        return None if me.startswith("escrowd") else "only escrowd may include escrowd"
    if target not in HOME or target == me or target in MAY.get(me, []):
        return None
    return "%s may not include %s" % (me, target)


def check_third(path, name):
    for pattern, homes in THIRD.items():
        if re.search(pattern, name) and not any(path.startswith(h + "/") for h in homes):
            return "this header lives in " + ", ".join(homes)
    return None


def main():
    bad = seen = 0
    for top in ("api-client", "tui", "escrowd"):
        for folder, _, files in os.walk(top):
            for f in sorted(files):
                if not f.endswith((".c", ".h")):
                    continue
                path = os.path.join(folder, f)
                for kind, name in INCLUDE.findall(open(path, encoding="utf-8").read()):
                    seen += 1
                    why = check_own(path, name) if kind == '"' else check_third(path, name)
                    if why:
                        bad += 1
                        print("%s: includes %s: %s" % (path, name, why))
    print("%d includes looked at, %d in the wrong direction" % (seen, bad))
    return 1 if bad or not seen else 0


sys.exit(main())
