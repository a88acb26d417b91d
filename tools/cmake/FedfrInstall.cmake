# cmake --install: programs, headers, the layers as the CMake package fedfr, job files and Slurm scripts. It can be moved
# as a whole. LibTorch is found where it was at build time, or comes along with FEDFR_BUNDLE_TORCH.
include(CMakePackageConfigHelpers)

set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/fedfr)
set(_own_torch ${CMAKE_INSTALL_LIBDIR}/fedfr/torch)

# Libraries outside the system's folders are found again by their full names.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
if(FEDFR_BUNDLE_TORCH)
  foreach(_programs ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBEXECDIR}/fedfr)
    file(RELATIVE_PATH _from_programs ${_programs} ${CMAKE_INSTALL_PREFIX}/${_own_torch}/lib)
    list(APPEND CMAKE_INSTALL_RPATH $ORIGIN/${_from_programs})
  endforeach()

  set(_libraries c10 torch_cpu)
  if(FEDFR_WITH_CUDA)
    list(APPEND _libraries c10_cuda torch_cuda torch_cuda_linalg torch_nvshmem caffe2_nvrtc)
  endif()
  list(TRANSFORM _libraries REPLACE "(.+)" "${FEDFR_TORCH_ROOT}/lib/lib\\1.so")
  file(GLOB _libraries ${_libraries} ${FEDFR_TORCH_ROOT}/lib/libgomp*)
  install(PROGRAMS ${_libraries} DESTINATION ${_own_torch}/lib)
  # A wheel's libraries look for CUDA's beside the wheel's folder.
  if(EXISTS ${FEDFR_TORCH_ROOT}/../nvidia)
    install(DIRECTORY ${FEDFR_TORCH_ROOT}/../nvidia DESTINATION ${CMAKE_INSTALL_LIBDIR}/fedfr USE_SOURCE_PERMISSIONS
            FILES_MATCHING PATTERN "*.so*")
  endif()
  foreach(_part ATen c10 caffe2 torch)
    install(DIRECTORY ${FEDFR_TORCH_ROOT}/include/${_part} DESTINATION ${_own_torch}/include)
  endforeach()
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/fedfr DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/jobs ${PROJECT_SOURCE_DIR}/slurm DESTINATION ${CMAKE_INSTALL_DATADIR}/fedfr
        USE_SOURCE_PERMISSIONS)

install(EXPORT fedfr NAMESPACE fedfr:: FILE fedfrTargets.cmake DESTINATION ${_package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/fedfrConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/generated/fedfrConfig.cmake
                              INSTALL_DESTINATION ${_package} PATH_VARS _own_torch)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/fedfrConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/generated/fedfrConfig.cmake
              ${PROJECT_BINARY_DIR}/generated/fedfrConfigVersion.cmake ${CMAKE_CURRENT_LIST_DIR}/FedfrCuda.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FedfrDependencies.cmake ${CMAKE_CURRENT_LIST_DIR}/FedfrNccl.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FedfrTorch.cmake
        DESTINATION ${_package})
