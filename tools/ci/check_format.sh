#!/usr/bin/env bash
# clang-format leaves every file as it is.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format --dry-run --Werror
echo "format: as .clang-format says"
