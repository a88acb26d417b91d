#!/bin/bash
# outside_project.sh BUILD_FOLDER WORK_FOLDER OUTSIDE_PROJECT: the installation, moved to another folder, still runs, and
# another CMake project can build with it.
set -eu
build=$1
work=$2/work
outside=$3
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/moved"
installed=$work/moved
if grep -rlF "$work/first" "$installed"; then
  echo "FAILED: these files name the folder of before the move"
  exit 1
fi
if grep -rlF "$build" "$installed" --include='*.cmake'; then
  echo "FAILED: these files of the CMake package name the build folder"
  exit 1
fi

# What a user of the installation finds.
for file in jobs/demo.cfg slurm/train.sbatch; do test -s "$installed/share/fedfr/$file"; done
for program in fedfr fedfr-data; do "$installed/bin/$program" --version; done
cd "$work"
"$installed/bin/fedfr" doctor | tail -n 1 | grep ' 0 fail$'

# FEDFR_DEPS_DIR names an empty folder, so that nothing but the package tells where LibTorch is.
FEDFR_DEPS_DIR=$work cmake -S "$outside" -B outside -G Ninja -DCMAKE_PREFIX_PATH="$installed" \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache)" >configure.log || { cat configure.log; exit 1; }
cmake --build outside >build.log || { cat build.log; exit 1; }
outside/outside | tee outside.log
# crc32c("a") is C1D04330
grep -qx 'ranks=1 parameters=50280 settings=2 crc32c=c1d04330' outside.log
