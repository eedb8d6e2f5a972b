#!/usr/bin/env python3
"""Compiles and runs the programs that the manual shows.

snippets.py sources FOLDER DOCUMENT...         writes one program with all snippets: a source a document, and main.cpp
snippets.py run LAUNCHER PROGRAM DOCUMENT...   runs each snippet on two workers, and compares what it prints

A snippet is a ```cpp block. One without a main is the body of a main, with `preamble` before it; one after the line
<!-- not compiled --> is left alone. An ```output block right after a snippet is its standard output, blanks at
the ends of lines aside.
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple, Optional

preamble = "namespace futures = scoop::futures;\nusing namespace std::chrono_literals;\n"
left_alone = "<!-- not compiled -->"
limit_s = 60


class Snippet(NamedTuple):
    document: str
    line: int  # of its first line of code, from 1
    code: list
    output: Optional[str]

    @property
    def name(self):
        return f"{self.document}:{self.line}"

    @property
    def space(self):
        return f"{pathlib.Path(self.document).stem}_{self.line}"


def blocks_of(lines):
    """Each fenced block: its language, the number of its first line, its lines, and the lines around it that say more."""
    begin = None
    for i, line in enumerate(lines):
        if begin is None and line.startswith("```"):
            begin = i
        elif line == "```":
            yield lines[begin][3:], begin + 1, lines[begin + 1 : i], i
            begin = None
    if begin is not None:
        sys.exit(f"line {begin + 1}: a block that begins here does not end")


def snippets_of(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    found, last_end = [], None
    for language, begin, block, end in blocks_of(lines):
        follows = last_end is not None and not "".join(lines[last_end + 1 : begin - 1]).strip()
        last_end = None
        if language == "output":
            if not follows:
                sys.exit(f"{path}:{begin}: an output block without a snippet right before it")
            found[-1] = found[-1]._replace(output="".join(line + "\n" for line in block))
        elif language == "cpp" and lines[begin - 2] != left_alone:
            found.append(Snippet(os.path.basename(path), begin + 1, block, None))
            last_end = end
    return found


def namespace_of(snippet, path):
    """The snippet's own main becomes a function like others, so that several fit into one program."""
    place = f'#line {snippet.line} "{path}"\n'
    code = "\n".join("" if line.startswith("#include") else line for line in snippet.code).rstrip()
    if re.search(r"^int main\(", code, re.MULTILINE):
        if not code.endswith("}"):
            sys.exit(f"{snippet.name}: main must come last")
        body = place + code[:-1] + "\nreturn 0; }\n"
    else:
        body = preamble + "int main(int, char**) {\n" + place + code + "\nreturn 0; }\n"
    body = re.sub(r"^int main\(", "int snippet_main(", body, flags=re.MULTILINE)
    return f"namespace {snippet.space} {{\n{body}}}\n"


def call_of(snippet):
    takes_arguments = any(line.startswith("int main(int") for line in snippet.code)
    has_main = any(line.startswith("int main(") for line in snippet.code)
    return "argc, argv" if takes_arguments or not has_main else ""


def write_if_changed(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_sources(folder, documents):
    folder = pathlib.Path(folder)
    declared, entries = "", ""
    for document in documents:
        snippets = snippets_of(document)
        includes = {line for snippet in snippets for line in snippet.code if line.startswith("#include")}
        if snippets:
            includes |= {"#include <scoop/scoop.hpp>", "#include <chrono>"}
        text = "\n".join(sorted(includes)) + "\n" + "".join(namespace_of(snippet, document) for snippet in snippets)
        for snippet in snippets:
            arguments = call_of(snippet)
            enter = f"int enter_{snippet.space}([[maybe_unused]] int argc, [[maybe_unused]] char** argv)"
            text += f"{enter};\n{enter} {{ return {snippet.space}::snippet_main({arguments}); }}\n"
            declared += f"int enter_{snippet.space}(int, char**);\n"
            entries += f'  if (name == "{snippet.name}") return enter_{snippet.space}(argc - 1, argv + 1);\n'
        write_if_changed(folder / (pathlib.Path(document).stem + ".cpp"), text)
    main = f"#include <string>\n\n{declared}\nint main(int argc, char** argv) {{\n"
    main += f'  const std::string name = argc > 1 ? argv[1] : "";\n{entries}  return 126;\n}}\n'
    write_if_changed(folder / "main.cpp", main)


def fault_of(snippet, launcher, program):
    """What is wrong with a run of it, or nothing."""
    with tempfile.TemporaryDirectory() as folder:  # what it writes goes there
        command = [launcher, "-q", "-n", "2", program, snippet.name]
        try:
            done = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit_s
            )
        except subprocess.TimeoutExpired:
            return f"did not end within {limit_s} s"
    if done.returncode != 0:
        return f"ended with {done.returncode}\n{done.stdout}{done.stderr}"
    if snippet.output is None:
        return None
    told, printed = ([line.rstrip() for line in text.splitlines()] for text in (snippet.output, done.stdout))
    return "\n".join(difflib.unified_diff(told, printed, "in the manual", "printed", lineterm=""))


def run(launcher, program, documents):
    snippets = [snippet for document in documents for snippet in snippets_of(document)]
    failed = 0
    for snippet in snippets:
        if fault := fault_of(snippet, launcher, program):
            failed += 1
            print(f"FAILED {snippet.name}: {fault}")
    compared = sum(snippet.output is not None for snippet in snippets)
    print(f"{len(snippets) - failed} of {len(snippets)} snippets as the manual says; {compared} have output to compare")
    return 1 if failed or not snippets else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["sources"]:
        write_sources(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["run"]:
        sys.exit(run(sys.argv[2], sys.argv[3], sys.argv[4:]))
    else:
        sys.exit(__doc__)
