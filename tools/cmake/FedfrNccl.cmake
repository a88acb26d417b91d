# NCCL as the target fedfr_nccl: the toolkit's, else the one that came with LibTorch's wheel.
if(FEDFR_WITH_CUDA)
  find_path(NCCL_INCLUDE_DIR nccl.h
            HINTS ${CUDAToolkit_INCLUDE_DIRS} PATHS ${FEDFR_TORCH_ROOT}/../nvidia/nccl/include REQUIRED)
  find_library(NCCL_LIBRARY NAMES nccl libnccl.so.2
               HINTS ${CUDAToolkit_LIBRARY_DIR} PATHS ${FEDFR_TORCH_ROOT}/../nvidia/nccl/lib REQUIRED)
  add_library(fedfr_nccl INTERFACE)
  target_include_directories(fedfr_nccl SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
  target_link_libraries(fedfr_nccl INTERFACE ${NCCL_LIBRARY} CUDA::cudart)
  message(STATUS "fedfr: GPU build, CUDA ${CUDAToolkit_VERSION}, NCCL ${NCCL_LIBRARY}")
else()
  message(STATUS "fedfr: CPU build (FEDFR_CUDA=${FEDFR_CUDA})")
endif()
