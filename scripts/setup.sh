#!/usr/bin/env bash
# Makes the virtual environment .venv with the exact, hashed versions of requirements/$1.txt and the project in it.
# Does nothing when the environment already holds that very lock.
set -euo pipefail
cd "$(dirname "$0")/.."
lock="requirements/${1:-dev}.txt"
python="${PYTHON:-python3}"
stamp=".venv/.lock-$(cat "$lock" pyproject.toml | sha256sum | cut -c1-16)"
[ -e "$stamp" ] && exit 0

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "setup: $("$python" --version 2>&1) is too old; Linghang needs Python 3.11 or newer (set PYTHON=...)" >&2
  exit 1
}
if [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv 2>/tmp/linghang-venv.$$; then
  rm -rf .venv
  # Debian ships ensurepip in a package of its own.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "setup: installing Debian's python3-venv" >&2
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    "$python" -m venv .venv
  else
    cat /tmp/linghang-venv.$$ >&2
    echo "setup: cannot make a virtual environment; on Debian: sudo apt-get install python3-venv" >&2
    exit 1
  fi
fi
rm -f /tmp/linghang-venv.$$
echo "setup: installing $lock into .venv (exact versions, checked by hash)" >&2
.venv/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r "$lock"
.venv/bin/python -m pip --disable-pip-version-check -qq install --no-deps --no-build-isolation -e .
rm -f .venv/.lock-*
touch "$stamp"
