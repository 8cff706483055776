#!/bin/sh
# Makes the agent that goes onto remote engines from its one file of C, for each architecture with a compiler here:
#   scripts/build-agent.sh FOLDER    writes FOLDER/agent-amd64 and FOLDER/agent-arm64
# Equal compilers make equal bytes. What is published is in src/sandbox/remote/agent-bytes.ts, see scripts/agent-bytes.ts.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)/src/sandbox/remote/agent/agent.c
into=$1

# No C library, no build id, no tables: nothing of the machine that compiles is in the bytes.
build() {
  compiler=$1 output=$2
  shift 2
  command -v "$compiler" >/dev/null 2>&1 || return 0
  "$compiler" -Os -std=c11 -Wall -Wextra -Werror "$@" \
    -ffreestanding -nostdlib -nostartfiles -static -no-pie -fno-pie -fno-tree-loop-distribute-patterns \
    -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident \
    -Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noexecstack -Wl,-s -Wl,-z,max-page-size=4096 \
    -x c "$source" -o "$output"
}

build x86_64-linux-gnu-gcc "$into/agent-amd64" -fcf-protection=none
# Atomics out of line would come from a library.
build aarch64-linux-gnu-gcc "$into/agent-arm64" -mno-outline-atomics
