#!/bin/sh
# paths.sh SOURCE_FOLDER: no tracked file names a folder of the machine that it was written on.
cd "$1" || exit 1
git rev-parse --git-dir >/dev/null 2>&1 || { echo "NEEDS a git checkout"; exit 77; }
! git grep -nIE '(^|[^A-Za-z0-9_.}])/([w]ork|[r]oot|[h]ome)/'
