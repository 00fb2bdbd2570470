#!/usr/bin/env bash
# Starts the servers that tests talk to, from Debian's packages: PostgreSQL on 127.0.0.1, with a cluster of its own.
# Installs what is missing (as root): that, mosquitto, of which tests start instances of their own, gcc for the library
# with which they cut the power, Chinese fonts, Chromium for the pages of the console, and LibreOffice with poppler, which draw
# those of reports. Fetches axe-core, which looks for barriers on the pages, and is used by tests alone.
# Writes the addresses to .services.env. `services.sh stop` ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${LINGHANG_SERVICES:-/var/tmp/linghang-services}
port=${LINGHANG_POSTGRESQL_PORT:-54329}
axe_version=4.14.1
axe_sha256=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
binaries() { find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1; }

if [ "${1:-start}" = stop ]; then
  bin=$(binaries)
  [ -d "$root/pg" ] && as_postgres "$bin/pg_ctl" -D "$root/pg" -m fast stop >/dev/null || true
  rm -f .services.env
  exit 0
fi

missing=()
[ -n "$(binaries)" ] || missing+=(postgresql)
PATH=$PATH:/usr/sbin command -v mosquitto >/dev/null || missing+=(mosquitto)
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v chromium >/dev/null || missing+=(chromium)
command -v soffice >/dev/null || missing+=(libreoffice-writer-nogui libreoffice-calc-nogui)
command -v pdftoppm >/dev/null || missing+=(poppler-utils)
fc-list :lang=zh 2>/dev/null | grep -q "CJK" || missing+=(fonts-noto-cjk fontconfig)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "services: missing: ${missing[*]}; on Debian: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "services: installing Debian's ${missing[*]}" >&2
  # PostgreSQL's package would start a cluster of its own; the tests use one that they can throw away.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
bin=$(binaries)

mkdir -p "$root"
[ "$(id -u)" = 0 ] && chown postgres "$root"
if [ ! -e "$root/pg/PG_VERSION" ]; then
  as_postgres "$bin/initdb" -D "$root/pg" -U linghang --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
fi
if ! as_postgres "$bin/pg_ctl" -D "$root/pg" status >/dev/null; then
  as_postgres "$bin/pg_ctl" -D "$root/pg" -w -l "$root/pg.log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$root -c fsync=off" start >/dev/null
fi
axe=$root/axe-core-$axe_version/package/axe.min.js
if [ ! -s "$axe" ]; then
  fetched=$(mktemp -d)
  trap 'rm -rf "$fetched"' EXIT
  (cd "$fetched" && npm pack --silent "axe-core@$axe_version" >/dev/null)
  echo "$axe_sha256  $fetched/axe-core-$axe_version.tgz" | sha256sum --check --quiet
  mkdir -p "$root/axe-core-$axe_version"
  tar -xzf "$fetched/axe-core-$axe_version.tgz" -C "$root/axe-core-$axe_version" --no-same-owner package/axe.min.js package/LICENSE
fi
echo "LINGHANG_TEST_POSTGRESQL=postgresql://linghang@127.0.0.1:$port/postgres" >.services.env
echo "LINGHANG_AXE=$axe" >>.services.env
echo "services: PostgreSQL at 127.0.0.1:$port"
