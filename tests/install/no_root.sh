#!/bin/bash
# no_root.sh SOURCE_FOLDER WORK_FOLDER: tools/setup.sh for somebody who may not install packages: it is content with what
# CMake finds wherever it comes from, and names what is not there.
set -u
work=$2/no_root
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

# A machine on which no package is installed and nobody is root.
for program in dpkg-query sudo; do printf '#!/bin/sh\nexit 1\n' >"$work/$program"; done
printf '#!/bin/sh\necho 1000\n' >"$work/id"
chmod +x "$work"/*
export PATH=$work:$PATH

if ! "$1/tools/setup.sh" >"$work/log"; then
  cat "$work/log"
  echo "FAILED: setup.sh is not content with the libraries that are here"
  exit 1
fi
if PKG_CONFIG=/bin/false "$1/tools/setup.sh" >"$work/log"; then
  echo "FAILED: setup.sh does not miss what pkg-config does not find"
  exit 1
fi
missing=$(sed -n '/^  library /,/^[^ ]/s/^  \([^ ]*\) .*/\1/p' "$work/log" | tail -n +2 | tr '\n' ' ')
[ "$missing" = "libjpeg libisal libxxhash libarchive " ] || { echo "FAILED: setup.sh misses '$missing'"; exit 1; }
