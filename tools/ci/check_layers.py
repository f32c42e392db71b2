#!/usr/bin/env python3
"""Checks that every #include goes in a direction that tools/ci/layers.txt allows. Usage: check_layers.py [ROOT]."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
SEARCH = ("lib/include", "lib", ".")  # as the compiler is told


def read_rules():
    layers, doors = {}, {}
    for line in (pathlib.Path(__file__).parent / "layers.txt").read_text().splitlines():
        columns = [column.strip() for column in re.split(r"\s{2,}", line.split("#")[0].strip())]
        if columns[0].startswith("only "):
            doors[columns[0].split()[1]] = columns[1]
        elif columns[0]:
            layers[columns[0]] = (columns[1].split(), columns[2].split())
    return layers, doors


def layer_of(path, layers):
    return max((name for name in layers if path == name or path.startswith(name + "/")), key=len, default=None)


def findings(layers, doors):
    for file in sorted(ROOT.glob("**/*.[ch]*")):
        path = file.relative_to(ROOT).as_posix()
        layer = layer_of(path, layers)
        if layer is None or file.suffix not in (".h", ".hpp", ".cpp", ".c"):
            continue
        inside, outside = layers[layer]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if not (match := INCLUDE.match(line)):
                continue
            name = match[2]
            own = next((folder for folder in SEARCH if (ROOT / folder / name).is_file()), None)
            if own is not None:
                target = layer_of((pathlib.PurePosixPath(own) / name).as_posix(), layers)
                if target != layer and not any(target == a or (target or "").startswith(a + "/") for a in inside):
                    yield f"{path}:{number}: {layer} must not include {name} (of {target})"
            elif "/" in name or name.endswith((".h", ".hpp")):
                first = name.split("/")[0]
                if first not in outside and not system_header(name):
                    yield f"{path}:{number}: {layer} must not include {name}"
                elif doors.get(name, path) != path and not path.startswith(("tools/", "tests/")):
                    yield f"{path}:{number}: only {doors[name]} may include {name}"


def system_header(name):
    return name.startswith(("sys/", "linux/", "arpa/", "netinet/")) or name in (
        "unistd.h", "link.h", "fcntl.h", "poll.h", "signal.h", "sched.h", "dlfcn.h", "immintrin.h", "pthread.h", "cxxabi.h",
        "assert.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "math.h", "dirent.h", "langinfo.h", "cpuid.h")


found = list(findings(*read_rules()))
print("\n".join(found) if found else "layers: every include goes the right way")
sys.exit(1 if found else 0)
