#!/usr/bin/env python3
"""Runs every command of a document, as pasted, in one shell and an empty folder.

Usage: run_document.py DOCUMENT PREFIX [EXAMPLES]

Blocks fenced as ```sh are run in order; the shell stops at the first command that fails. In comments behind a block:
  <!-- expect: REGEX -->  what the block prints has to match (blanks match any, "." also ends of lines)
before one:
  <!-- left out: REASON -->  the block is not run, and the reason is printed
  <!-- may fail with: REGEX -->  it may fail if it prints that: what a busy machine makes impossible
PREFIX is where Ringwood is installed. EXAMPLES, if given, is copied into the folder first. The folder is made in
RINGWOOD_DOCUMENT_FOLDER, or at home: plug-ins are refused below /tmp, where others can write.
"""
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

FENCE = re.compile(
    r"(?:<!-- left out: (?P<why>[^\n]*?) -->\n)?(?:<!-- may fail with: (?P<excuse>[^\n]*?) -->\n)?```sh\n(?P<text>.*?)```\n(?P<expects>(?:<!-- expect: [^\n]* -->\n)*)",
    re.DOTALL)
DEADLINE = 280
MARK = "@@ block "
EXCUSED = "@@ failed"


def blocks_of(text):
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("text")) + 1
        commands = match["text"]
        if match["excuse"]:
            commands = f"bash -euo pipefail -c {shlex.quote(commands)} || echo '{EXCUSED}'\n"
        yield line, commands, match["why"], match["excuse"], re.findall(r"<!-- expect: (.*) -->", match["expects"])


def environment(prefix):
    # /usr/bin before others: the system's Python has the system's mpi4py.
    libraries = [str(folder) for folder in prefix.glob("lib*/**/pkgconfig")]
    path = dict(os.environ, PATH=f"{prefix}/bin:/usr/bin:{os.environ['PATH']}", CMAKE_PREFIX_PATH=str(prefix),
                PKG_CONFIG_PATH=":".join(libraries), LC_ALL="C.UTF-8")
    # Found at run time as a user of another prefix than /usr has to make sure.
    path["LD_LIBRARY_PATH"] = ":".join(str(pathlib.Path(folder).parent) for folder in libraries)
    # Open MPI refuses root and more ranks than cores unless told.
    path.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                OMPI_MCA_mpi_yield_when_idle="1", OMPI_MCA_btl_vader_single_copy_mechanism="none")
    return path


def run(script, folder, prefix):
    process = subprocess.Popen(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment(prefix),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                               start_new_session=True)
    try:
        output, _ = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return output + f"\nnot done after {DEADLINE} s", 1
    return output, process.returncode


def matches(expected, output):
    flat = " ".join(output.split())
    return re.search(expected, flat) is not None


def main():
    document, prefix = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    blocks = list(blocks_of(document.read_text()))
    shown = [(line, text, excuse, expects) for line, text, why, excuse, expects in blocks if why is None]
    for line, _, why, _, _ in blocks:
        if why is not None:
            print(f"{document}:{line}: left out: {why}")
    if not shown:
        sys.exit(f"{document}: has no commands to run")
    script = "".join(f"echo '{MARK}{line}'\n{text}" for line, text, _, _ in shown)
    with tempfile.TemporaryDirectory(dir=os.environ.get("RINGWOOD_DOCUMENT_FOLDER", pathlib.Path.home())) as folder:
        if len(sys.argv) > 3:
            shutil.copytree(sys.argv[3], folder, dirs_exist_ok=True)
        output, code = run(script, folder, prefix)
    parts = dict((int(part.split("\n", 1)[0]), part.split("\n", 1)[1]) for part in output.split(MARK)[1:])
    if code != 0:
        last = max(parts, default=0)
        sys.exit(f"{output}\n{document}:{last}: a command of this block failed with exit code {code}")
    failed = False
    for line, _, excuse, expects in shown:
        excused = EXCUSED in parts[line]
        if excused:
            print(f"{document}:{line}: failed, as it may: {excuse}")
        for expected in [excuse] if excused else expects:
            if not matches(expected, parts[line]):
                failed = True
                print(f"{parts[line]}\n{document}:{line}: does not print {expected}")
    if failed:
        sys.exit(1)
    print(f"{document}: {len(shown)} blocks run, {sum(len(expects) for _, _, _, expects in shown)} outputs as expected")


main()
