#!/usr/bin/env bash
# Sends what a tester and a fuzzer think of to every call of the API: schemathesis, over the OpenAPI document of a fresh
# service, whose warehouse is a private PostgreSQL with the demo's data. First as an administrator, then as somebody with
# nothing. It fails when an answer is a 5xx, is of a status, type or form that the document does not have, or when what
# the document forbids is taken.
#
#     scripts/schemathesis.sh [options of `schemathesis run`]
#
# EXAMPLES (50) is how many requests are tried for each call, WHO ("administrator analyst") as whom. What was sent and
# answered is in REPORT (target/schemathesis/report) afterwards, with the log of the service. Needs Python, its package
# registry, and PostgreSQL. Everything is made and removed by itself; nothing but 127.0.0.1 is called.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=4.32.5
EXAMPLES=${EXAMPLES:-50}
WHO=${WHO:-administrator analyst}
TARGET=$(realpath "${CARGO_TARGET_DIR:-target}")
VENV=$(realpath -m "${VENV:-$TARGET/schemathesis/venv}")
REPORT=$(realpath -m "${REPORT:-$TARGET/schemathesis/report}")

cargo build --quiet --locked -p scrim
if ! "$VENV/bin/schemathesis" --version 2>/dev/null | grep -qF " $VERSION"; then
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet "schemathesis==$VERSION"
fi
rm -rf "$REPORT"
mkdir -p "$REPORT"
home=$(mktemp -d)
service=

stop() {
  if [ -n "$service" ]; then kill "$service" && wait "$service" || true; fi
  # The demo tells how its PostgreSQL is stopped, and what to remove.
  data=$(sed -n 's/^  .*pg_ctl stop -m fast -D //p' "$home/demo" 2>/dev/null || true)
  left=$(sed -n 's/^  rm -r //p' "$home/demo" 2>/dev/null || true)
  if [ -n "$data" ] && [ -f "$data/postmaster.pid" ]; then kill -INT "$(head -1 "$data/postmaster.pid")"; fi
  while [ -n "$data" ] && [ -f "$data/postmaster.pid" ]; do sleep 0.1; done
  # shellcheck disable=SC2086
  rm -rf "$home" $left
}
trap stop EXIT

"$TARGET/debug/scrim" demo --keep >"$home/demo"
# Its warehouse is wanted, and its policies; the service is another one, with settings of its own.
kill "$(sed -n 's/^  kill //p' "$home/demo")"
policies=$(sed -n 's/^  .*scrim apply --wait //p' "$home/demo")
cat >"$home/scrim.toml" <<END
data_dir = "$home/data"
listen = "127.0.0.1:0"
[secrets]
directory = "$(dirname "$policies")"
[limits]
requests_per_second = 1000000
sign_ins_per_minute = 1000000
[log]
format = "json"
level = "info,tower_http=off"
END
: >"$REPORT/service.log"
"$TARGET/debug/scrim" serve --config "$home/scrim.toml" 2>>"$REPORT/service.log" &
service=$!
until url=$(sed -n 's/.*"message":"listening".*"url":"\([^"]*\)".*/\1/p' "$REPORT/service.log") && [ -n "$url" ]; do
  kill -0 "$service"
  sleep 0.1
done

# An administrator, an analyst, the documents; what exists is written where the runs find it.
"$VENV/bin/python" scripts/schemathesis/prepare.py "$url" "$home"
SCRIM_URL=$url SCRIM_TOKEN_FILE=$home/administrator "$TARGET/debug/scrim" apply "$policies" >/dev/null
# Whoever administered the other service goes with it.
"$VENV/bin/python" scripts/schemathesis/prepare.py "$url" "$home" enforced
"$VENV/bin/python" scripts/schemathesis/prepare.py "$url" "$home" documents

outcome=0
for who in $WHO; do
  echo "As $who, with $EXAMPLES examples a call:"
  # In the directory of the report: it leaves what it remembers where it is run.
  (cd "$REPORT" && PYTHONPATH=$OLDPWD/scripts/schemathesis SCHEMATHESIS_HOOKS=hooks FUZZED="$home" \
    "$VENV/bin/schemathesis" --config-file "$home/schemathesis.toml" run "$url/api/v1/openapi.json" \
    --url "$url" --header "Authorization: Bearer $(cat "$home/$who")" --max-examples "$EXAMPLES" \
    --report ndjson --report-ndjson-path "$REPORT/$who.ndjson" --continue-on-failure --no-color "$@") || outcome=1
done
# Whatever was answered: nothing broke, and what was written is whole.
if grep -E '"level":"ERROR"|panicked' "$REPORT/service.log"; then outcome=1; fi
curl -fsS -H "Authorization: Bearer $(cat "$home/administrator")" "$url/api/v1/audit/verify" || outcome=1
echo
exit $outcome
