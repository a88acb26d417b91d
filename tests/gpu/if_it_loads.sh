#!/usr/bin/env bash
# Runs a test program, or skips it where CUDA's libraries are missing that LibTorch's part for GPUs is linked with: a
# machine without a GPU can build the program without them.
set -euo pipefail
missing=$(ldd "$1" | sed -n 's/ => not found//p' | tr -d '\t' | tr '\n' ' ')
if [ -n "$missing" ]; then
  echo "[  SKIPPED ] NEEDS $missing"
  exit 77
fi
exec "$@"
