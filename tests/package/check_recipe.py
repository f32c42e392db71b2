#!/usr/bin/env python3
"""Checks that the Spack recipe and the build agree: python that compiles, the version, and every option once.

Usage: check_recipe.py SOURCE_DIRECTORY
"""
import ast
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
recipe = root / "tools/packaging/spack/ringwood/package.py"
build = (root / "CMakeLists.txt").read_text()
tree = ast.parse(recipe.read_text(), str(recipe))
calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def first_words(name):
    return [call.args[0].value for call in calls
            if getattr(call.func, "id", getattr(call.func, "attr", None)) == name]


given = first_words("define") + first_words("define_from_variant")
options = re.findall(r"^option\((RINGWOOD_\w+)", build, re.MULTILINE)
faults = [f"the recipe has no {option}" for option in options if option not in given]
faults += [f"the build has no {option}" for option in given if option not in options]
faults += [f"{option} is given twice" for option in set(given) if given.count(option) > 1]
variants = first_words("variant")
used = [call.args[1].value for call in calls if getattr(call.func, "attr", None) == "define_from_variant"]
faults += [f"variant {variant} is used nowhere" for variant in variants if variant not in used]
version = re.search(r"project\(Ringwood VERSION (\S+)", build)[1]
if version not in first_words("version"):
    faults.append(f"the recipe does not know version {version}")
print("\n".join(faults) if faults else f"recipe: {len(options)} options, version {version}, as the build has them")
sys.exit(1 if faults else 0)
