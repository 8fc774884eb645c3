#!/usr/bin/env bash
# Builds everything and runs every suite, a real WordPress included. Installs what is missing (Debian packages, when root), starts
# what the tests need privately on loopback and free ports, and stops it again. The last line sums up all suites.
#   ./test.sh              everything
#   ./test.sh Domain ...   only these suites (folders of tests/)
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$(mktemp -d)
started=()
CLEANSYNC_TEST_WORDPRESS=

finish() {
  for dir in "${started[@]:-}"; do
    [ -n "$dir" ] && tests/wordpress/down "$dir" --wipe >/dev/null 2>&1
  done
  rm -rf "$work"
}
trap finish EXIT

free_port() {
  local port
  while port=$((20000 + RANDOM % 30000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

echo "== build"
dotnet tool restore >/dev/null || exit 1
dotnet csharpier check . >"$work/format.log" 2>&1 || { cat "$work/format.log"; echo "run: dotnet csharpier format ." >&2; exit 1; }
dotnet build -v q -clp:ErrorsOnly || exit 1

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=($(ls tests/*/CleanSync.*.Tests.csproj tests/Scenarios/*.csproj | xargs -n1 dirname | xargs -n1 basename))

echo "== services"
# A browser for the pages; the rest is installed by what needs it. Without root the tests that miss something say so.
tests/wordpress/packages jq chromium
for which in debian newest; do
  if state=$(tests/wordpress/up "$(free_port)" "$work/$which" $which 2>"$work/$which.log"); then
    started+=("$work/$which")
    echo "$state" >"$work/$which.json"
    CLEANSYNC_TEST_WORDPRESS=${CLEANSYNC_TEST_WORDPRESS:+$CLEANSYNC_TEST_WORDPRESS,}$work/$which.json
    echo "WordPress $(echo "$state" | jq -r .wp) ready"
  else
    echo "WordPress ($which) did not start:" >&2
    tail -5 "$work/$which.log" >&2
  fi
done
export CLEANSYNC_TEST_WORDPRESS

passed=0 failed=0 skipped=0
for suite in "${suites[@]}"; do
  echo "== $suite"
  log=$work/$suite.log
  dotnet run --no-build --project "tests/$suite" -- -noColor >"$log" 2>&1
  code=$?
  grep -vE '^( +(Discover|Start|Finish)|xUnit.net|$)' "$log" | grep -v 'TEST EXECUTION SUMMARY'
  line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -1)
  if [ -z "$line" ]; then
    echo "$suite ended with code $code and no summary" >&2
    failed=$((failed + 1))
    continue
  fi
  read -r total errors fails skips <<<"$(echo "$line" | grep -oE '[0-9]+' | tr '\n' ' ')"
  failed=$((failed + fails + errors))
  skipped=$((skipped + skips))
  passed=$((passed + total - fails - skips))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && { [ "${CI:-}" != true ] || [ "$skipped" = 0 ]; }
