#!/usr/bin/env bash
# Shows that the gates bite: plants one violation of each rule in a copy of the tree and expects the gate to complain.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$root"
git ls-files -z lib algorithms topology sim tools tests | xargs -0 cp --parents -t "$copy"

expect_failure() {  # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$copy/output" 2>&1; then
    echo "gate '$name' did not notice a planted violation" >&2
    exit 1
  fi
  echo "gate '$name' bites: $(grep -m1 . "$copy/output")"
}

python3 tools/ci/check_layers.py "$copy" >/dev/null
python3 tools/ci/check_names.py "$copy" >/dev/null
printf 'namespace ringwood {\nclass Machine final : public Base {\n' >"$copy/sim/planted.hpp"
expect_failure "names, a type twice" python3 tools/ci/check_names.py "$copy"
rm "$copy/sim/planted.hpp"
sed -i '1i #include "topology/topology.hpp"' "$copy/algorithms/allreduce/ring.cpp"
expect_failure "layers, algorithm includes topology" python3 tools/ci/check_layers.py "$copy"
cp algorithms/allreduce/ring.cpp "$copy/algorithms/allreduce/ring.cpp"
sed -i '1i #include <mpi.h>' "$copy/lib/schedule/layout.cpp"
expect_failure "layers, core includes MPI" python3 tools/ci/check_layers.py "$copy"
sed -i '/#include/d' "$copy/lib/include/ringwood/layout.hpp"
echo '#include "ringwood/layout.hpp"' >"$copy/lib/base/planted.cpp"
expect_failure "self-contained headers" c++ -std=c++20 -fsyntax-only -I "$copy/lib/include" "$copy/lib/base/planted.cpp"
printf 'int  f( ){return 1;}\n' >"$copy/lib/base/planted.cpp"
expect_failure "format" clang-format --dry-run --Werror --style=file:"$root/.clang-format" "$copy/lib/base/planted.cpp"
printf 'namespace ringwood {\nint counter = 0;\n}\n' >"$copy/lib/base/planted.cpp"
expect_failure "tidy" clang-tidy --quiet --config-file="$root/.clang-tidy" "$copy/lib/base/planted.cpp" -- -std=c++20
