#!/usr/bin/env bash
# Compares what the shared libraries of a build show with tools/ci/abi/*.symbols: what has gone breaks programs that were
# built against it, what is new has to be wanted. Usage: tools/ci/check_abi.sh BUILD [--update]
#   --update  writes the lists anew; the difference is reviewed, and what has gone needs a new minor version
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
status=0
compared=0

# Strong definitions with their versions. Weak ones are inline functions, which every user has a copy of.
symbols_of() {
  nm -D --defined-only --with-symbol-versions "$1" | awk '$(NF-1) ~ /^[TDBRi]$/ && $NF !~ /^RINGWOOD_[0-9.]+$/ { print $NF }' | LC_ALL=C sort
}

for library in core sim mpi; do
  file=$build/lib/libringwood_$library.so list=tools/ci/abi/$library.symbols
  [ -e "$file" ] || { [ $library = mpi ] && continue; echo "abi: $file is missing; build the target ringwood_installed" >&2; exit 3; }
  symbols=$(symbols_of "$file")
  if [ "${2-}" = --update ]; then
    echo "$symbols" >"$list"
    continue
  fi
  gone=$(LC_ALL=C comm -23 "$list" <(echo "$symbols"))
  new=$(LC_ALL=C comm -13 "$list" <(echo "$symbols"))
  if [ -n "$gone" ]; then
    status=1
    echo "abi: libringwood_$library.so has lost:" && c++filt <<<"$gone" | sed 's/^/  /'
  fi
  if [ -n "$new" ]; then
    status=1
    echo "abi: libringwood_$library.so shows, and $list does not name (tools/ci/check_abi.sh $build --update):"
    c++filt <<<"$new" | sed 's/^/  /'
  fi
  compared=$((compared + $(wc -l <"$list")))
  if outsiders=$(c++filt <<<"$symbols" | grep -vE '^(ringwood::|ringwood_|(typeinfo( name)?|vtable|VTT|guard variable) for ringwood::)'); then
    status=1
    echo "abi: libringwood_$library.so shows names of others:" && sed 's/^/  /' <<<"$outsiders"
  fi
done
[ "${2-}" != --update ] || exit 0
[ $status != 0 ] || echo "abi: $compared symbols, as tools/ci/abi has them"
exit $status
