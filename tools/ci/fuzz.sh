#!/usr/bin/env bash
# Runs every fuzz target (tests/fuzz/*_fuzz.cpp) for some seconds, starting from its committed corpus; needs clang. What
# it finds is in build/fuzz: an input that breaks a target belongs into tests/fuzz/corpus with the fix.
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

# Without the check of function types, for which clang 14 emits code that its assembler refuses in coroutines.
sanitizers=address,undefined
cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER="${CC:-clang}" \
  -DCMAKE_CXX_COMPILER="${CXX:-clang++}" -DCMAKE_CXX_FLAGS="-fno-sanitize-recover=all -fsanitize=fuzzer-no-link,$sanitizers -fno-sanitize=function" \
  -DCMAKE_CXX_FLAGS_RELEASE="-O1 -gline-tables-only" \
  -DCMAKE_EXE_LINKER_FLAGS="-fsanitize=$sanitizers" -DRINGWOOD_FUZZ=ON -DRINGWOOD_WITH_MPI=OFF -DRINGWOOD_BUILD_BENCHMARKS=OFF \
  -DRINGWOOD_WERROR=OFF >build/fuzz.configure.log 2>&1 ||
  { cat build/fuzz.configure.log; exit 3; }
cmake --build build/fuzz --target fuzz_targets -j "${JOBS:-$(nproc)}" -- --quiet

[ $# -gt 0 ] || for file in tests/fuzz/*_fuzz.cpp; do set -- "$@" "$(basename "$file" _fuzz.cpp)"; done
for name in "$@"; do
  echo "== fuzz $name, $seconds s"
  mkdir -p "build/fuzz/found/$name"
  "build/fuzz/tests/fuzz/fuzz.$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=4096 \
    -artifact_prefix="build/fuzz/found/$name-" -print_final_stats=0 -verbosity=0 "build/fuzz/found/$name" "tests/fuzz/corpus/$name"
done
