# Warnings as errors and sanitizers for fedfr's own code only, and one function per kind of target.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # Clones and presets in other folders share what was compiled once.
  set(_settings CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true)
  if(FEDFR_PCH)
    list(APPEND _settings CCACHE_SLOPPINESS=pch_defines,time_macros)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${_settings} ${CCACHE})
endif()

# Debian's HDF5 names libraries (curl, crypto) that only its network drivers use: load what is referred to.
add_link_options(-Wl,--as-needed)

add_library(fedfr_own_code INTERFACE)
set(_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor $<$<BOOL:${FEDFR_WERROR}>:-Werror>)
# The bits of a run must not depend on whether the compiler fuses a multiply and an add.
target_compile_options(fedfr_own_code INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${_warnings};-ffp-contract=off>
                       $<$<COMPILE_LANGUAGE:CUDA>:$<$<BOOL:${FEDFR_WERROR}>:-Werror=all-warnings>;--fmad=false>)
if(FEDFR_ASAN OR FEDFR_FUZZ)
  target_compile_options(fedfr_own_code INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
                         -fno-sanitize-recover=undefined $<$<BOOL:${FEDFR_FUZZ}>:-fsanitize=fuzzer-no-link>)
  target_link_options(fedfr_own_code INTERFACE -fsanitize=address,undefined)
endif()

# fedfr_precompile(nn_test <headers.h> ...): the large headers of others are read once for the whole target. Only where
# FEDFR_PCH asks for it: a file that forgets an include would build, so that some build has to do without.
function(fedfr_precompile target)
  if(FEDFR_PCH)
    set(_headers <algorithm> <filesystem> <functional> <map> <memory> <span> <string> <vector> <fmt/format.h> ${ARGN})
    get_target_property(_needs ${target} LINK_LIBRARIES)
    if("${_needs}" MATCHES "fedfr_torch|fedfr::(nn|fl|eval|run)(;|$)")
      list(APPEND _headers <ATen/core/Tensor.h>)
    endif()
    target_precompile_headers(${target} PRIVATE ${_headers})
  endif()
endfunction()

# fedfr_add_layer(comm SOURCES a.cpp ... NEEDS fedfr::core MPI::MPI_CXX ...)
function(fedfr_add_layer layer)
  cmake_parse_arguments(A "" "" "SOURCES;NEEDS" ${ARGN})
  # Outside projects get these libraries from the package's configuration file (FedfrInstall.cmake).
  list(TRANSFORM A_NEEDS REPLACE "^fedfr_(.+)$" "$<BUILD_INTERFACE:fedfr_\\1>;$<INSTALL_INTERFACE:fedfr::\\1>")
  add_library(fedfr_${layer} STATIC ${A_SOURCES})
  add_library(fedfr::${layer} ALIAS fedfr_${layer})
  set_target_properties(fedfr_${layer} PROPERTIES EXPORT_NAME ${layer})
  target_compile_features(fedfr_${layer} PUBLIC cxx_std_20)
  target_include_directories(fedfr_${layer} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                             PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(fedfr_${layer} PUBLIC ${A_NEEDS} PRIVATE $<BUILD_INTERFACE:fedfr_own_code>)
  fedfr_precompile(fedfr_${layer})
  install(TARGETS fedfr_${layer} EXPORT fedfr)
endfunction()

# fedfr_add_program(fedfr-data SOURCES main.cpp ... NEEDS fedfr::data ...)
function(fedfr_add_program name)
  cmake_parse_arguments(A "" "" "SOURCES;NEEDS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ${A_NEEDS} fedfr_own_code)
  install(TARGETS ${name})
endfunction()

# fedfr_add_worker(fedfr SOURCES main.cpp ... NEEDS fedfr::run): the program that the program fedfr turns into, outside
# the folder that users have on their PATH
function(fedfr_add_worker front)
  cmake_parse_arguments(A "" "" "SOURCES;NEEDS" ${ARGN})
  set(_worker ${front}_worker)
  file(RELATIVE_PATH _from_front ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBEXECDIR}/fedfr)
  add_executable(${_worker} ${A_SOURCES})
  target_link_libraries(${_worker} PRIVATE ${A_NEEDS} fedfr_own_code)
  set_target_properties(${_worker} PROPERTIES OUTPUT_NAME ${front}
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${_from_front})
  install(TARGETS ${_worker} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/fedfr)
  target_compile_definitions(${front} PRIVATE FEDFR_WORKER="${_from_front}/${front}")
  add_dependencies(${front} ${_worker})
endfunction()
