#!/usr/bin/env bash
# Every header compiles alone, as C++20; ringwood.h as C11 too. Those that show MPI only where there is an MPI compiler.
set -euo pipefail
cd "$(dirname "$0")/../.."
compiler=${CXX:-c++}
status=0
while read -r header; do
  flags=(-std=c++20 -fsyntax-only -Wall -Wextra -Werror -x c++ -I lib/include -I lib -I .)
  case $header in
    lib/include/ringwood.h | lib/include/ringwood/mpi/* | lib/interpret/mpi/* | lib/api/*)
      command -v mpicc >/dev/null || continue
      read -r -a mpi <<<"$(mpicc --showme:compile 2>/dev/null || mpicc -compile_info | sed 's/^[^ ]* //; s/ -l[^ ]*//g; s/-Wl[^ ]*//g')"
      flags+=("${mpi[@]}" -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX)
      ;;
  esac
  if ! complaint=$(echo "#include \"$header\"" | "$compiler" "${flags[@]}" - 2>&1); then
    printf '%s does not compile alone:\n%s\n' "$header" "$complaint"
    status=1
  fi
done < <(git ls-files 'lib/*.hpp' 'lib/*.h' 'algorithms/*.hpp' 'topology/*.hpp' 'sim/*.hpp')
if command -v mpicc >/dev/null && [ -f lib/include/ringwood.h ]; then
  echo '#include "ringwood.h"' | mpicc -std=c11 -fsyntax-only -Wall -Wextra -Werror -x c -I lib/include - || status=1
fi
[ "$status" = 0 ] && echo "headers: each compiles alone"
exit "$status"
