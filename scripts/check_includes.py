#!/usr/bin/env python3
"""Who may include whom, and what else the tree promises. Prints each offence as file:line: sentence; fails if there is one."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PUBLIC = "common/include/"

# Project folders that a folder's files may include with quotes; the longest prefix counts. Tests may include everything.
MAY_INCLUDE = {
    "common/include/": [],
    "common/": ["common/"],
    "broker/": ["broker/", "common/"],
    "worker/runtime/": ["worker/runtime/", "common/"],
    "worker/": ["worker/", "common/"],
    "launcher/": ["launcher/", "common/"],
    "examples/": [],
}

# Libraries that stay behind one wall: name at the start of the include, and where it may stand.
WALLS = [
    (
        re.compile(r"zmq(\.|_)"),
        "outside common/transport and bench",
        lambda name: name.startswith(("common/transport/", "bench/")),
    ),
    (
        re.compile(r"(spdlog|fmt)/"),
        "in a public header other than scoop/logger.hpp",
        lambda name: not name.startswith(PUBLIC) or name == PUBLIC + "scoop/logger.hpp",
    ),
    (re.compile(r"CLI/"), "in a public header", lambda name: not name.startswith(PUBLIC)),
    (re.compile(r"boost/"), "in a public header", lambda name: not name.startswith(PUBLIC)),
]

LONGEST = {".hpp": 300, ".cpp": 500, ".py": 500, ".sh": 500}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def files(*patterns):
    return subprocess.run(
        [ROOT / "scripts" / "files.sh", *patterns], check=True, capture_output=True, text=True
    ).stdout.splitlines()


def allowed_folders(name):
    prefixes = [prefix for prefix in MAY_INCLUDE if name.startswith(prefix)]
    return MAY_INCLUDE[max(prefixes, key=len)] if prefixes else None


def include_offence(name, bracket, target):
    """Why `name` must not include `target`; None if it may."""
    for library, where, may in WALLS:
        if library.match(target) and not may(name):
            return f"{target} is included {where}"
    if target.startswith("../") or "/../" in target:
        return f"{target}: write the path from the project's root"
    if bracket == "<":
        if target.startswith("scoop/") and not (ROOT / PUBLIC / target).is_file():
            return f"<{target}>: there is no such public header"
        return None
    if target.startswith("scoop/"):
        return f'"{target}" is a public header: write <{target}>'
    if name.startswith("tests/") and (ROOT / "tests" / target).is_file():
        return None  # tests see their own folder as a root too: "support/..."
    if not (ROOT / target).is_file():
        return f'"{target}": no such file from the project\'s root'
    folders = allowed_folders(name)
    if folders is not None and not any(target.startswith(folder) for folder in folders):
        return f'"{target}" is none of its business: it may include {", ".join(folders) or "public headers only"}'
    return None


def check_includes(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".hpp") and "#pragma once" not in text:
        yield f"{name}:1: #pragma once is missing"
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        offence = match and include_offence(name, *match.groups())
        if offence:
            yield f"{name}:{number}: {offence}"


def check_built(name):
    """A test that is not built does not exist: some CMakeLists.txt above it has to name it."""
    path = pathlib.PurePosixPath(name)
    for folder in path.parents:
        listing = ROOT / folder / "CMakeLists.txt"
        if listing.is_file():
            lines = (line.split("#")[0] for line in listing.read_text(encoding="utf-8").split("\n"))
            stem = re.escape(path.relative_to(folder).as_posix().removesuffix(".cpp"))
            if any(re.search(rf"(?<![\w./-]){stem}(\.cpp)?(?![\w./-])", line) for line in lines):
                return
    yield f"{name}:1: this test is in no target"


def print_long_files(names):
    """Not an offence, but worth a look: split by responsibility where that helps."""
    for name in names:
        lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
        if lines > LONGEST[pathlib.PurePosixPath(name).suffix]:
            print(f"long: {name} has {lines} lines")


def main():
    sources = files("*.hpp", "*.cpp")
    offences = [offence for name in sources for offence in check_includes(name)]
    offences += [offence for name in sources if name.endswith("_test.cpp") for offence in check_built(name)]
    print_long_files(sources + files("*.py", "*.sh"))
    print("\n".join(offences), end="\n" if offences else "")
    print(f"{len(sources)} files, {len(offences)} offence(s)")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
