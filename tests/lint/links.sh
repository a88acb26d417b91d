#!/bin/sh
# links.sh PROGRAM REGEX: the program loads no shared library whose name matches.
libraries=$(ldd "$1") || exit 1
! echo "$libraries" | grep -E "$2"
