#!/usr/bin/env bash
# Runs one radiogene command on a Dask cluster that lives as long as the command:
#
#   WORKERS=4 examples/dask/with_cluster.sh radiogene prepare cohort.csv --out store
#
# WORKERS    worker processes of each start (default 2)
# LAUNCHER   what starts them: nothing for this machine, "srun" for every task of a SLURM allocation
# HOST       name or address of this machine as the workers reach it (default 127.0.0.1: this machine alone)
#
# Anyone who reaches the scheduler's port can run code as you: Dask asks for no password. HOST must be on a network that
# you trust, or use TLS (docs/how-to/several-machines.md).
set -euo pipefail
WORKERS="${WORKERS:-2}"
LAUNCHER="${LAUNCHER:-}"
HOST="${HOST:-127.0.0.1}"

scratch="$(mktemp -d)"
started=()
end() {
  # A worker that is only starting hears late; what it started ends with it.
  for signal in TERM TERM TERM TERM TERM KILL; do
    kill -s "$signal" "${started[@]}" 2>/dev/null || break
    sleep 1
  done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap end EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

dask scheduler --host "$HOST" --port 0 --no-dashboard --scheduler-file "$scratch/scheduler.json" \
  >"$scratch/scheduler.log" 2>&1 &
started+=($!)
until [ -s "$scratch/scheduler.json" ]; do
  if ! kill -0 "${started[0]}" 2>/dev/null; then
    cat "$scratch/scheduler.log" >&2
    exit 1
  fi
  sleep 0.2
done
address="$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["address"])' "$scratch/scheduler.json")"

# One thread: a worker does one task at a time. Where the scheduler is lost, the workers end.
$LAUNCHER dask worker "$address" --nworkers "$WORKERS" --nthreads 1 --no-dashboard --death-timeout 60 \
  --local-directory "${TMPDIR:-/tmp}" >"$scratch/workers.log" 2>&1 &
started+=($!)

# In the background, so that a signal to this script is heard while the command runs.
"$@" --scheduler "$address" &
command=$!
started+=("$command")
wait "$command"
