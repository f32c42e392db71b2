#!/usr/bin/env python3
"""Checks that no two files define a type of the same qualified name, of which linkers take either without a word.

Usage: check_names.py [ROOT]. Types in unnamed namespaces may share a name, and so may those of two test programs."""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
FOLDERS = ("lib", "algorithms", "topology", "sim", "tools", "tests")
OPENED = re.compile(r"(?:inline )?namespace ?([\w:]*) ?\{$")
CLOSED = re.compile(r"\}  // namespace")
# As .clang-format writes it: what is defined in a namespace begins its line.
TYPE = re.compile(r"(?:template <.*> )?(?:class|struct|enum class|enum|union) (?:\[\[\w+\]\] )?(?:alignas\(.*?\) )?(\w+)(?: final)?(?: :.*)?(?: \{.*)?$")


def types_of(file):
    namespaces = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if match := OPENED.match(line):
            namespaces.append(match[1])
        elif CLOSED.match(line) and namespaces:
            namespaces.pop()
        elif (match := TYPE.match(line)) and "" not in namespaces:
            yield "::".join([*namespaces, match[1]]), number


def main():
    places = collections.defaultdict(dict)
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).glob("**/*.[ch]pp")):
            for name, number in types_of(file):
                places[name].setdefault(file.relative_to(ROOT).as_posix(), number)
    shared = {name: files for name, files in places.items()
              if len(files) > 1 and not all(file.startswith("tests/") for file in files)}
    for name, files in shared.items():
        others = ", ".join(f"{file}:{number}" for file, number in files.items())
        print(f"{name} is defined more than once: {others}; one of them needs another name, or an unnamed namespace")
    if not places:
        sys.exit(f"names: no type found below {ROOT}")
    if not shared:
        print(f"names: {len(places)} types, each defined once")
    return 1 if shared else 0


if __name__ == "__main__":
    sys.exit(main())
