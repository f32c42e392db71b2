#!/usr/bin/env bash
# clang-tidy. Usage: check_tidy.sh BUILD_DIRECTORY [PATHSPEC...]   the directory is configured, with compile_commands.json;
# without pathspecs everything but the tests, which takes a quarter of an hour on 2 cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
[ $# -gt 0 ] || set -- 'lib/*.cpp' 'algorithms/*.cpp' 'topology/*.cpp' 'sim/*.cpp' 'tools/*.cpp'
git ls-files "$@" | xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option \
  2> >(grep -v 'warnings generated\|warning generated' >&2)
echo "tidy: nothing to complain of in $*"
