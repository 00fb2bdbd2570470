#!/usr/bin/env bash
# Resolves requirements/*.txt from pyproject.toml: exact versions with hashes and no index address.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile pyproject.toml "${@:2}" --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate --quiet -o "requirements/$1.txt"
}
compile dev --extra dev
compile bench --extra dev --extra bench
