# Sourced by ./check and tests/setup/nightly: what they do, one step after another, each noted with its time and outcome.

steps=build/steps.tsv
mkdir -p build
: >"$steps"
failed=0
set +e  # a step that fails does not end the run: the next may pass

# step NAME COMMAND... : runs the command, notes it, and returns its status.
step() {
  local name=$1 began=$SECONDS status
  shift
  printf 'stint: %s\n' "$name"
  "$@"
  status=$?
  printf '%s\t%s\t%s\n' "$name" "$((SECONDS - began))" "$status" >>"$steps"
  ((status == 0)) || failed=1
  return "$status"
}

# tested NAME PRESET OPTION... : a step that is ctest over a built preset, its results kept for the summary as build/PRESET/NAME.xml.
# Every test's whole output is kept too, so that the summary can count the cases in it.
tested() {
  local name=$1 preset=$2
  shift 2
  local results="$PWD/build/$preset/$name.xml"
  rm -f "$results"
  step "$name" ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$(nproc)" --output-junit "$results" \
    --test-output-size-passed 100000000 --test-output-size-failed 100000000 "$@"
}
