# Finds every library that fedfr uses. LibTorch is the one of CMAKE_PREFIX_PATH, else the one that tools/setup.sh
# keeps in FEDFR_DEPS_DIR.
find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PNG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)

# Open MPI's C++ bindings are neither used nor free of warnings.
target_compile_definitions(MPI::MPI_CXX INTERFACE OMPI_SKIP_MPICXX=1)

add_library(fedfr_hdf5 INTERFACE)
target_include_directories(fedfr_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(fedfr_hdf5 INTERFACE ${HDF5_C_LIBRARIES})

include(FedfrCuda)
include(FedfrTorch)
include(FedfrNccl)
