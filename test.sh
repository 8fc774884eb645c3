#!/usr/bin/env bash
# Builds everything and runs every suite, a real WordPress included. Installs what is missing (Debian packages, when root), starts
# what the tests need privately on loopback and free ports, and stops it again. The last line sums up all suites.
#   ./test.sh              everything
#   ./test.sh Domain ...   only these suites (folders of tests/ and samples/; connector for the plugin's own)
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$(mktemp -d)
started=()
starting=()
CLEANSYNC_TEST_WORDPRESS= CLEANSYNC_TEST_POSTGRES=
# A server that does not run as root reaches its data below.
chmod 711 "$work"

rest=
finish() {
  # Still there when somebody stopped the run.
  [ -z "$rest" ] || { pkill -P "$rest"; kill "$rest"; } 2>/dev/null
  wait "${starting[@]:-}" 2>/dev/null
  [ -d "$work/postgres" ] && tests/postgres/down "$work/postgres"
  for dir in "${started[@]:-}"; do
    [ -n "$dir" ] && tests/wordpress/down "$dir" --wipe >/dev/null 2>&1
  done
  rm -rf "$work"
}
trap finish EXIT

ports=()
free_port() { # sets port; none twice, since several servers start at the same time
  while port=$((20000 + RANDOM % 30000)); do
    [[ " ${ports[*]:-} " == *" $port "* ]] && continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { ports+=("$port"); return; }
  done
}

echo "== build"
dotnet tool restore >/dev/null || exit 1
dotnet csharpier check . >"$work/format.log" 2>&1 || { cat "$work/format.log"; echo "run: dotnet csharpier format ." >&2; exit 1; }
dotnet build -v q -clp:ErrorsOnly || exit 1

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=($(ls tests/*/CleanSync.*.Tests.csproj tests/Scenarios/*.csproj samples/RulesUnitTest/*.csproj | xargs -n1 dirname | xargs -n1 basename) connector)

echo "== services"
# A browser for the pages; the rest is installed by what needs it. Without root the tests that miss something say so.
tests/wordpress/packages jq chromium
# The plain ones come first: tests that need no particular one take them by their place.
sites=(debian newest)
[ ! -f connector/cleansync/cleansync.php ] \
  || sites+=("debian --connector" "newest --connector" "newest --connector --multisite" "newest --connector --db=sqlite")
for i in "${!sites[@]}"; do
  free_port
  started+=("$work/site$i")
  # shellcheck disable=SC2086 # options
  tests/wordpress/up "$port" "$work/site$i" ${sites[i]} >"$work/site$i.json" 2>"$work/site$i.log" &
  starting[i]=$!
done
free_port
if CLEANSYNC_TEST_POSTGRES=$(tests/postgres/up "$port" "$work/postgres" 2>"$work/postgres.log"); then
  echo "PostgreSQL ready"
else
  echo "PostgreSQL did not start:" >&2
  tail -5 "$work/postgres.log" >&2
fi
export CLEANSYNC_TEST_POSTGRES
for i in "${!sites[@]}"; do
  if wait "${starting[i]}"; then
    CLEANSYNC_TEST_WORDPRESS=${CLEANSYNC_TEST_WORDPRESS:+$CLEANSYNC_TEST_WORDPRESS,}$work/site$i.json
    echo "WordPress $(jq -r .wp "$work/site$i.json") ready (${sites[i]})"
  else
    echo "WordPress (${sites[i]}) did not start:" >&2
    tail -5 "$work/site$i.log" >&2
  fi
done
export CLEANSYNC_TEST_WORDPRESS

# Runs a suite, says what happened, and leaves its numbers.
run() {
  local suite=$1 log=$work/$1.log passed=0 failed=0 skipped=0 began=$SECONDS
  {
    echo "== $suite"
    if [ "$suite" = connector ]; then
      run_connector
    else
      run_project
    fi
    echo "   $((SECONDS - began)) s"
  } >"$work/$suite.out" 2>&1
  echo "$passed $failed $skipped" >"$work/$suite.tally"
  cat "$work/$suite.out"
}

# Each site has tests that only another can run: those count as skipped that no site has run.
run_connector() {
  local reports=() i line passes fails never report
  for i in "${!sites[@]}"; do
    [[ ${sites[i]} == *--connector* ]] && [ -f "$work/site$i/state.json" ] || continue
    connector/test "$work/site$i" "$work/connector$i.xml" >"$log" 2>&1 || cat "$log"
    line=$(tail -n 1 "$log")
    echo "   ${sites[i]}: $line"
    read -r passes fails <<<"$(echo "$line" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, [0-9]+ skipped$/\1 \2/p')"
    passed=$((passed + ${passes:-0})) failed=$((failed + ${fails:-1}))
    reports+=("$work/connector$i.xml")
  done
  [ ${#reports[@]} -gt 0 ] || { skipped=1; return; }
  never=$(for report in "${reports[@]}"; do
    php -r 'foreach (simplexml_load_file($argv[1])->xpath("//testcase[skipped]") as $test) { echo "$test[class]::$test[name]\n"; }' "$report"
  done | sort | uniq -c | awk -v sites=${#reports[@]} '$1 == sites { print $2 }')
  [ -z "$never" ] || { echo "   run nowhere: $never"; skipped=$(echo "$never" | wc -l); }
}

run_project() {
  local folder=tests/$suite code line total errors fails skips
  [ -d "$folder" ] || folder=samples/$suite
  dotnet run --no-build --project "$folder" -- -noColor >"$log" 2>&1
  code=$?
  grep -vE '^( +(Discover|Start|Finish)|xUnit.net|$)' "$log" | grep -v 'TEST EXECUTION SUMMARY'
  line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -1)
  if [ -z "$line" ]; then
    echo "$suite ended with code $code and no summary"
    failed=1
    return
  fi
  read -r total errors fails skips <<<"$(echo "$line" | grep -oE '[0-9]+' | tr '\n' ' ')"
  passed=$((total - fails - skips)) failed=$((fails + errors)) skipped=$skips
}

# What works on the WordPress sites goes one after the other; the rest meanwhile, since those mostly wait.
others=()
for suite in "${suites[@]}"; do
  case $suite in
    Infrastructure | Scenarios | connector) ;;
    *) others+=("$suite") ;;
  esac
done
for suite in "${others[@]:-}"; do [ -z "$suite" ] || run "$suite"; done &
rest=$!
for suite in "${suites[@]}"; do
  case $suite in
    Infrastructure | Scenarios | connector) run "$suite" ;;
  esac
done
wait "$rest"
rest=

passed=0 failed=0 skipped=0
for suite in "${suites[@]}"; do
  read -r passes fails skips <<<"$(cat "$work/$suite.tally" 2>/dev/null || echo 0 1 0)"
  passed=$((passed + passes)) failed=$((failed + fails)) skipped=$((skipped + skips))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && { [ "${CI:-}" != true ] || [ "$skipped" = 0 ]; }
