#!/usr/bin/env bash
# Holds the embedded third-party files against the npm packages that package-lock.json pins. Needs npm and its registry.
set -euo pipefail
cd "$(dirname "$0")"

command -v npm >/dev/null || { echo "check.sh: npm is missing; install the group 'browser' with tools/install-dependencies" >&2; exit 3; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp package.json package-lock.json "$directory"
(cd "$directory" && npm ci --silent --ignore-scripts --no-audit --no-fund)
cmp third_party/uplot/uPlot.iife.min.js "$directory/node_modules/uplot/dist/uPlot.iife.min.js"
cmp third_party/uplot/uPlot.min.css "$directory/node_modules/uplot/dist/uPlot.min.css"
cmp third_party/uplot/LICENSE "$directory/node_modules/uplot/LICENSE"
echo "check.sh: the embedded files are those of the pinned packages"
