#!/usr/bin/env bash
# Runs every fuzz target (tests/fuzz/*_fuzz.cpp) for some seconds, starting from its committed corpus, under the sanitizers
# of the preset `asan`. What it finds is in build/asan/found: an input that breaks a target belongs into tests/fuzz/corpus
# with the fix.
# Usage: tools/ci/fuzz.sh [SECONDS] [NAME...]    SECONDS a target, 60 unless given; all targets unless named
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
case $seconds in
  '' | *[!0-9]*)
    echo "fuzz.sh: '$seconds' is no number of seconds" >&2
    exit 2
    ;;
esac
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || for file in tests/fuzz/*_fuzz.cpp; do set -- "$@" "$(basename "$file" _fuzz.cpp)"; done

mkdir -p build
cmake --preset asan >build/asan.configure.log 2>&1 || { cat build/asan.configure.log; exit 3; }
cmake --build build/asan -j "$(nproc)" --target "${@/#/fuzz.}" -- --quiet

fuzz_one() {
  local name=$1 seconds=$2
  mkdir -p "build/asan/found/$name"
  if ! "build/asan/tests/fuzz/fuzz.$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=4096 \
    -artifact_prefix="build/asan/found/$name-" -verbosity=0 "build/asan/found/$name" "tests/fuzz/corpus/$name" >"build/asan/found/$name.log" 2>&1; then
    cat "build/asan/found/$name.log"
    echo "fuzz $name: broken, see above" >&2
    return 1
  fi
  echo "fuzz $name: $seconds s, $(find "build/asan/found/$name" -type f | wc -l) new inputs, none breaks it"
}
export -f fuzz_one
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'fuzz_one "$@"' fuzz {} "$seconds"
