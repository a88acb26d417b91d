# Apache Arrow with Parquet as the target fedfr_arrow, where there is one: its CMake package (conda-forge, Spack,
# EasyBuild), else the C++ libraries in a wheel of pyarrow, which CMAKE_PREFIX_PATH names or tools/setup.sh keeps.
include(CheckCXXSourceCompiles)

if(NOT FEDFR_PARQUET MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "FEDFR_PARQUET is ${FEDFR_PARQUET}: choose AUTO, ON or OFF")
endif()

set(_arrow)
set(_arrow_include)
if(NOT FEDFR_PARQUET STREQUAL "OFF")
  find_package(Parquet CONFIG QUIET)
  find_path(FEDFR_PYARROW_INCLUDE parquet/arrow/reader.h PATH_SUFFIXES include pyarrow/include
            HINTS ${CMAKE_PREFIX_PATH} ${_given} PATHS ${_deps}/pyarrow-17.0.0)
  if(TARGET Parquet::parquet_shared)
    set(_arrow Parquet::parquet_shared)
  elseif(TARGET Parquet::parquet_static)
    set(_arrow Parquet::parquet_static)
  elseif(FEDFR_PYARROW_INCLUDE)
    # The libraries of a wheel lie beside its folder include and have no name without their version.
    get_filename_component(_wheel ${FEDFR_PYARROW_INCLUDE}/.. REALPATH)
    file(GLOB _arrow ${_wheel}/libparquet.so.* ${_wheel}/libarrow.so.*)
    set(_arrow_include ${FEDFR_PYARROW_INCLUDE})
  endif()
endif()

if(_arrow)
  # Some wheels are built with the library of an older compiler, whose strings are others.
  set(CMAKE_REQUIRED_FLAGS -std=c++20)
  set(CMAKE_REQUIRED_LIBRARIES ${_arrow})
  set(CMAKE_REQUIRED_INCLUDES ${_arrow_include})
  check_cxx_source_compiles(
    "#include <arrow/status.h>\nint main() { return arrow::Status::IOError(\"x\").ToString().empty(); }" FEDFR_ARROW_LINKS)
  unset(CMAKE_REQUIRED_FLAGS)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_INCLUDES)
endif()
if(_arrow AND FEDFR_ARROW_LINKS)
  add_library(fedfr_arrow INTERFACE)
  target_link_libraries(fedfr_arrow INTERFACE ${_arrow})
  target_include_directories(fedfr_arrow SYSTEM INTERFACE ${_arrow_include})
  message(STATUS "fedfr: Parquet by ${_arrow}")
elseif(FEDFR_PARQUET STREQUAL "ON")
  message(FATAL_ERROR "FEDFR_PARQUET=ON, but no Apache Arrow with Parquet was found that links with this compiler: run "
                      "tools/setup.sh --parquet, or name one by CMAKE_PREFIX_PATH")
else()
  message(STATUS "fedfr: no Parquet (FEDFR_PARQUET=${FEDFR_PARQUET})")
endif()
