#!/usr/bin/env bash
# Every header compiles alone, as C++20; ringwood.h as C11 too. Those that show MPI only where there is an MPI compiler.
# A header that a source file of its name includes first is compiled alone by every build, and left out here; but public
# ones are compiled by clang too, where there is one. What they declare has to be shown by the shared libraries.
set -euo pipefail
cd "$(dirname "$0")/../.."

check_header() {
  local header=$1 compiler=${2:-${CXX:-c++}} source=${1%.hpp}.cpp complaint mpi
  if [ $# = 1 ] && [ -f "$source" ] && [ "$(grep -m1 '^#include' "$source")" = "#include \"${header#lib/}\"" ]; then
    return 0
  fi
  local flags=(-std=c++20 -fsyntax-only -Wall -Wextra -Werror -x c++ -I lib/include -I lib -I .)
  case $header in
    lib/include/ringwood.h | lib/include/ringwood/mpi/* | lib/interpret/mpi/* | lib/api/* | lib/preload/*)
      command -v mpicc >/dev/null || return 0
      read -r -a mpi <<<"$(mpicc --showme:compile 2>/dev/null || mpicc -compile_info | sed 's/^[^ ]* //; s/ -l[^ ]*//g; s/-Wl[^ ]*//g')"
      flags+=("${mpi[@]}" -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX)
      ;;
  esac
  if ! complaint=$(echo "#include \"$header\"" | "$compiler" "${flags[@]}" - 2>&1); then
    printf '%s does not compile alone (%s):\n%s\n' "$header" "$compiler" "$complaint"
    return 1
  fi
}
export -f check_header
git ls-files 'lib/*.hpp' 'lib/*.h' 'algorithms/*.hpp' 'topology/*.hpp' 'sim/*.hpp' |
  xargs -P "$(nproc)" -I{} bash -c 'check_header "$@"' check {}
if clang=$(command -v clang++ clang++-14 | head -1) && [ -n "$clang" ]; then
  git ls-files 'lib/include/*.hpp' 'lib/include/*.h' |
    xargs -P "$(nproc)" -I{} bash -c 'check_header "$@"' check {} "$clang"
fi
# What is only named for others may stand in the namespace without the attribute.
hidden=$(grep -LE '^namespace RINGWOOD_PUBLIC ringwood' $(git ls-files 'lib/include/*.hpp' | grep -v /visibility.hpp)) || true
if [ -n "$hidden" ]; then
  printf '%s: its names would not be shown by the shared libraries: namespace RINGWOOD_PUBLIC ringwood (visibility.hpp)\n' $hidden
  exit 1
fi
if command -v mpicc >/dev/null; then
  echo '#include "ringwood.h"' | mpicc -std=c11 -fsyntax-only -Wall -Wextra -Werror -x c -I lib/include -
fi
echo "headers: each compiles alone"
