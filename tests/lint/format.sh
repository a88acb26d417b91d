#!/bin/sh
# format.sh SOURCE_FOLDER: the sources look as clang-format 14 leaves them; other versions differ in details.
cd "$1" || exit 1
clang-format --version 2>/dev/null | grep -q 'version 14\.' || { echo "NEEDS clang-format 14"; exit 77; }
find include src tests tools -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run -Werror
