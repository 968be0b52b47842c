#!/usr/bin/env bash
# Trains with several processes of this machine that share every batch:
#
#   PROCESSES=2 examples/torchrun/train.sh --store store --out model --preset small
#
# Options are those of `radiogene train`. Without a GPU the processes talk by gloo over the loopback interface. The same
# command goes on after an interruption.
set -euo pipefail
PROCESSES="${PROCESSES:-2}"

exec torchrun --standalone --nproc-per-node "$PROCESSES" --no-python \
  radiogene train --devices "$PROCESSES" "$@"
