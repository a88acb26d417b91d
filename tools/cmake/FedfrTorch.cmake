# LibTorch as the target fedfr_torch. Its own CMake package insists on a CUDA toolkit even for programs that use only
# the CPU library, so the few things needed are taken from the folder directly.
if(DEFINED ENV{FEDFR_DEPS_DIR})
  set(_deps $ENV{FEDFR_DEPS_DIR})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(_deps $ENV{XDG_CACHE_HOME}/fedfr)
else()
  set(_deps $ENV{HOME}/.cache/fedfr)
endif()
set(_flavours torch-2.11.0-cpu torch-2.11.0-cuda)
if(FEDFR_WITH_CUDA)
  set(_flavours torch-2.11.0-cuda torch-2.11.0-cpu)
endif()
list(TRANSFORM _flavours PREPEND ${_deps}/)
list(TRANSFORM _flavours APPEND /torch)
# An installed fedfr prefers the one that it was built with.
if(FEDFR_TORCH_OF_INSTALLATION)
  list(PREPEND _flavours ${FEDFR_TORCH_OF_INSTALLATION})
endif()

# CMAKE_PREFIX_PATH may name the LibTorch folder itself or the share/cmake of a Python installation.
string(REPLACE ":" ";" _given "$ENV{CMAKE_PREFIX_PATH}")
find_path(FEDFR_TORCH_INCLUDE ATen/core/Tensor.h
          PATH_SUFFIXES include ../../include
          HINTS ${CMAKE_PREFIX_PATH} ${_given} PATHS ${_flavours})
if(NOT FEDFR_TORCH_INCLUDE)
  message(FATAL_ERROR "LibTorch was not found: run tools/setup.sh, or name an existing LibTorch with "
                      "-DCMAKE_PREFIX_PATH=/path/to/libtorch")
endif()
get_filename_component(FEDFR_TORCH_ROOT ${FEDFR_TORCH_INCLUDE}/.. REALPATH)
find_library(TORCH_CPU_LIBRARY torch_cpu PATHS ${FEDFR_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
find_library(C10_LIBRARY c10 PATHS ${FEDFR_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)

add_library(fedfr_torch INTERFACE)
# The wheel's include folder holds other libraries too (a newer fmt among them) that would hide the system's.
set(_torch_headers ${PROJECT_BINARY_DIR}/generated/torch-include)
file(MAKE_DIRECTORY ${_torch_headers})
foreach(_part ATen c10 caffe2 torch)
  file(CREATE_LINK ${FEDFR_TORCH_INCLUDE}/${_part} ${_torch_headers}/${_part} SYMBOLIC)
endforeach()
target_include_directories(fedfr_torch SYSTEM INTERFACE ${_torch_headers})
# Without this, common headers pull in every operator: twice the compile time.
target_compile_definitions(fedfr_torch INTERFACE AT_PER_OPERATOR_HEADERS)
target_link_libraries(fedfr_torch INTERFACE ${TORCH_CPU_LIBRARY} ${C10_LIBRARY} Threads::Threads)
if(FEDFR_WITH_CUDA)
  find_library(TORCH_CUDA_LIBRARY torch_cuda PATHS ${FEDFR_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
  find_library(C10_CUDA_LIBRARY c10_cuda PATHS ${FEDFR_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
  # Nothing refers to torch_cuda by symbol: it registers its kernels when it is loaded. Its own needs (cuDNN, cuBLAS)
  # are looked up at run time.
  target_link_libraries(fedfr_torch INTERFACE -Wl,--no-as-needed ${TORCH_CUDA_LIBRARY} ${C10_CUDA_LIBRARY}
                        -Wl,--as-needed CUDA::cudart)
  target_link_options(fedfr_torch INTERFACE -Wl,--unresolved-symbols=ignore-in-shared-libs)
endif()
