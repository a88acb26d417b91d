#!/usr/bin/env bash
# Brings a machine to where fedfr can be built: packages through apt on Debian, LibTorch from its wheel on PyPI. Where it
# may not install packages, as on most clusters, it looks for what modules, conda or Spack provide and says what is
# missing. Run it as often as you like; it is done at once when nothing is missing.
#
#   tools/setup.sh            what a build needs
#   tools/setup.sh --parquet  also Apache Arrow from its wheel on PyPI, to read Parquet
#   tools/setup.sh --dev      also that, and what only tests use (clang, clang-format, clang-tidy, shellcheck, Slurm)
#
# Environment:
#   FEDFR_DEPS_DIR     where LibTorch goes (default ${XDG_CACHE_HOME:-$HOME/.cache}/fedfr)
#   FEDFR_CUDA         AUTO (default), ON or OFF: OFF keeps a GPU machine from downloading CUDA's libraries, ON gets them
#                      on a machine without a GPU driver
#   CMAKE_PREFIX_PATH  a LibTorch that is already there is used instead
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache pkg-config git
  openmpi-bin libopenmpi-dev libhdf5-dev libboost-program-options-dev libspdlog-dev libfmt-dev nlohmann-json3-dev
  libjpeg-dev libpng-dev zlib1g-dev libxxhash-dev libisal-dev libarchive-dev libgtest-dev libgmock-dev gnuplot-nox)
dev_packages=(clang libclang-rt-dev clang-format clang-tidy shellcheck slurm-wlm munge)

# The version is also in tools/cmake/FedfrTorch.cmake. The CPU flavour is the same wheel, but of its CUDA libraries (4 GB)
# only those two that libtorch_cpu itself is linked with.
torch=torch==2.11.0
cpu_flavour=(--no-deps "$torch" nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
# The version is also in tools/cmake/FedfrArrow.cmake. Debian 12 has no package of it.
arrow=pyarrow==17.0.0
deps=${FEDFR_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/fedfr}

say() { printf 'setup: %s\n' "$*"; }

# missing PACKAGE...: those of the packages that are not installed
missing() {
  comm -23 <(printf '%s\n' "$@" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort)
}

# as_root COMMAND...: fails, without asking for a password, where we may not
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install PACKAGE...: those of them that are missing; returns 1 where that needs a right we do not have
install() {
  local wanted
  wanted=$(missing "$@" | tr '\n' ' ')
  [ -n "$wanted" ] || return 0
  if ! as_root true 2>/dev/null; then
    say "missing packages; if you can, run this as root, then try again:"
    echo "  apt-get install --no-install-recommends $wanted"
    return 1
  fi
  say "installing $wanted"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  if [ -z "${apt_is_fresh:-}" ]; then
    as_root "${apt[@]}" update
    apt_is_fresh=yes
  fi
  # shellcheck disable=SC2086  # a list of package names
  as_root "${apt[@]}" install --no-install-recommends $wanted >/dev/null
}

# On a login node, or where an image is made, only the user knows that there will be a GPU.
wants_gpu() {
  case ${FEDFR_CUDA:-AUTO} in
    ON) return 0 ;;
    OFF) return 1 ;;
  esac
  [ -e /proc/driver/nvidia/version ] && { command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; }
}

# The LibTorch that CMAKE_PREFIX_PATH names: its own folder, or the share/cmake of a Python installation.
torch_is_given() {
  local folder
  for folder in $(tr ';:' '  ' <<<"${CMAKE_PREFIX_PATH:-}"); do
    [ -e "$folder/include/ATen/core/Tensor.h" ] || [ -e "$folder/../../include/ATen/core/Tensor.h" ] && return 0
  done
  return 1
}

# A Python with pip. Which version does not matter: the C++ libraries are the same in all of the wheels.
find_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then echo "$python" && return; fi
  done
  return 1
}

# install_wheels FOLDER WHAT PIP_ARGUMENT...: C++ libraries that come in wheels, into a folder of their own
install_wheels() {
  local folder=$1 what=$2
  shift 2
  [ -d "$folder" ] && return
  if ! find_python >/dev/null && ! { command -v dpkg-query >/dev/null && install python3-pip; }; then
    say "$what comes by pip: load a module with Python, or name one that is there by CMAKE_PREFIX_PATH"
    exit 1
  fi
  mkdir -p "$deps"
  exec 9>"$deps/.lock"
  flock 9  # another clone may be at it
  [ -d "$folder" ] && return
  say "installing $what into $folder"
  rm -rf "$folder.partial"
  "$(find_python)" -m pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action ignore \
    --no-compile --only-binary :all: --python-version 3.11 --target "$folder.partial" "$@" &&
    mv "$folder.partial" "$folder"  # so that an interrupted installation is never taken for a complete one
}

install_torch() {
  if wants_gpu; then
    install_wheels "$deps/${torch/==/-}-cuda" LibTorch "$torch"
  else
    install_wheels "$deps/${torch/==/-}-cpu" LibTorch "${cpu_flavour[@]}"
  fi
}

# What fedfr is built with, by the names of: tools/cmake/probe, EasyBuild's modules, conda-forge, Spack.
names='
mpi           OpenMPI        openmpi        openmpi@4.1
hdf5          HDF5           hdf5           hdf5
boost         Boost          libboost-devel boost+program_options
spdlog        spdlog         spdlog         spdlog
fmt           fmt            fmt            fmt
nlohmann_json nlohmann_json  nlohmann_json  nlohmann-json
PNG           libpng         libpng         libpng
GTest         googletest     gtest          googletest
libjpeg       libjpeg-turbo  libjpeg-turbo  libjpeg-turbo
libisal       ISA-L          isa-l          isa-l
libxxhash     xxHash         xxhash         xxhash
libarchive    libarchive     libarchive     libarchive'

# Whether CMake finds all that a build needs, wherever it comes from; says what it does not find.
everything_is_found() {
  local program absent=() folder
  for program in c++ cmake ninja; do command -v "$program" >/dev/null || absent+=("$program"); done
  if [ ${#absent[@]} -gt 0 ]; then
    say "missing programs: ${absent[*]}; load them by modules (GCC, CMake, Ninja), or from conda-forge (cxx-compiler cmake ninja)"
    return 1
  fi
  folder=$(mktemp -d)
  if ! cmake -S "$(dirname "$0")/cmake/probe" -B "$folder" -G Ninja >"$folder/log" 2>&1; then
    cat "$folder/log"
    rm -rf "$folder"
    return 1
  fi
  mapfile -t absent < <(sed -n 's/^missing //p' "$folder/log")
  rm -rf "$folder"
  [ ${#absent[@]} -gt 0 ] || return 0
  say "CMake does not find these libraries:"
  { echo "library module conda-forge Spack"; for name in "${absent[@]}"; do grep "^$name " <<<"$names"; done; } |
    while read -r library module conda spack; do printf '  %-14s %-14s %-14s %s\n' "$library" "$module" "$conda" "$spack"; done
  cat <<'END'
Load the modules that your cluster has (module avail), and get the rest by either of these, without root:
  conda create --prefix ~/fedfr-deps --channel conda-forge pkg-config NAMES
  export CMAKE_PREFIX_PATH=~/fedfr-deps PKG_CONFIG_PATH=~/fedfr-deps/lib/pkgconfig
or
  spack install NAMES && spack load NAMES
Take MPI and CUDA from the cluster: they know its network. Then run this script again.
END
  return 1
}

if command -v dpkg-query >/dev/null; then
  install "${build_packages[@]}" || everything_is_found || exit 1
  if [ "${1:-}" = --dev ]; then install "${dev_packages[@]}" || say "tests that need them will be skipped"; fi
else
  everything_is_found || exit 1
fi
torch_is_given || install_torch
case ${1:-} in
  --parquet) install_wheels "$deps/${arrow/==/-}" "Apache Arrow" --no-deps "$arrow" ;;
  --dev) (install_wheels "$deps/${arrow/==/-}" "Apache Arrow" --no-deps "$arrow") || say "tests of Parquet will be skipped" ;;
esac
