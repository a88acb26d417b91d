# Registers tests. Their limits are for tests that hang: many times what they take, since machines are slow and shared.
# The exit code 77 of a test program means that all of it was skipped (see tests/support/main.cpp).
set(FEDFR_GOLDEN_DIR ${PROJECT_SOURCE_DIR}/../shared/golden CACHE PATH "golden numbers of the released program")
set(FEDFR_LFW_DIR ${PROJECT_SOURCE_DIR}/../shared/data/lfw CACHE PATH "folder with lfw112.tar and pairs.txt")
set(FEDFR_TEST_ENVIRONMENT
    "FEDFR_GOLDEN_DIR=$<IF:$<BOOL:$ENV{FEDFR_GOLDEN_DIR}>,$ENV{FEDFR_GOLDEN_DIR},${FEDFR_GOLDEN_DIR}>"
    "FEDFR_LFW_DIR=$<IF:$<BOOL:$ENV{FEDFR_LFW_DIR}>,$ENV{FEDFR_LFW_DIR},${FEDFR_LFW_DIR}>"
    "ASAN_OPTIONS=detect_leaks=0" "OMPI_MCA_rmaps_base_oversubscribe=1" "OMPI_MCA_hwloc_base_binding_policy=none"
    "OMPI_MCA_mpi_yield_when_idle=1" "OMPI_ALLOW_RUN_AS_ROOT=1" "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
    "OMP_NUM_THREADS=1" "GOMP_SPINCOUNT=1000")

# What the sanitizers' build needs: every test but those that take the programs or the golden numbers.
add_custom_target(unit_tests)

# Of clang, -Wconversion has more in it than of gcc, which tests are written with. An option of later counts.
add_library(fedfr_test_code INTERFACE)
target_compile_options(fedfr_test_code INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)

# fedfr_add_test(data_test SOURCES a.cpp ... NEEDS fedfr::data ... [LABELS golden] [TIMEOUT 900] [LAUNCHER run.sh])
function(fedfr_add_test name)
  cmake_parse_arguments(A "" "TIMEOUT;LAUNCHER" "SOURCES;NEEDS;LABELS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 600)
  endif()
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ${A_NEEDS} fedfr_test_support fedfr_own_code fedfr_test_code)
  fedfr_precompile(${name} <gmock/gmock.h> <gtest/gtest.h>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${A_LAUNCHER} $<TARGET_FILE:${name}>)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} SKIP_RETURN_CODE 77
                       ENVIRONMENT "${FEDFR_TEST_ENVIRONMENT}" LABELS "${A_LABELS}")
  if(NOT A_LABELS)
    add_dependencies(unit_tests ${name})
  endif()
endfunction()

# fedfr_add_mpi_test(collectives_test SOURCES ... NEEDS ... RANKS 1 2 4): its main is tests/mpi/main.cpp
function(fedfr_add_mpi_test name)
  cmake_parse_arguments(A "" "" "SOURCES;NEEDS;RANKS" ${ARGN})
  add_executable(${name} ${A_SOURCES} ${PROJECT_SOURCE_DIR}/tests/mpi/main.cpp)
  target_link_libraries(${name} PRIVATE ${A_NEEDS} GTest::gtest MPI::MPI_CXX fedfr_own_code)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_dependencies(unit_tests ${name})
  foreach(ranks IN LISTS A_RANKS)
    add_test(NAME ${name}.np${ranks} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:${name}>)
    set_tests_properties(${name}.np${ranks} PROPERTIES TIMEOUT 300 PROCESSORS ${ranks} SKIP_RETURN_CODE 77
                         ENVIRONMENT "${FEDFR_TEST_ENVIRONMENT}" LABELS "mpi")
  endforeach()
endfunction()
