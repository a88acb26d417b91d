#!/bin/sh
# readme_links.sh SOURCE_FOLDER: every link and every file of the repository that the README names is there.
cd "$1" || exit 1
links=$(grep -oE '\]\([^)#: ]+\)' README.md | sed 's/^](//; s/)$//')
folders='include|jobs|slurm|src|tests|tools|\.ci|\.pictures'
files=$(grep -oE "(^|[^A-Za-z0-9_./-])($folders)/[A-Za-z0-9_./*-]*" README.md | sed 's/^[^A-Za-z.]//; s/\.$//')
if [ -z "$links" ] || [ -z "$files" ]; then echo "README.md names no file: has its form changed?" && exit 1; fi
missing=0
for file in $links $files; do  # a pattern such as jobs/*.cfg has become the names that it stands for
  [ -e "$file" ] || { echo "README.md names $file, which is not there"; missing=1; }
done
exit $missing
