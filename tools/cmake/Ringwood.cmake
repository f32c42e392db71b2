# Helpers of Ringwood's build: one target a layer, one line a test.

include(GNUInstallDirs)

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "build type" FORCE)
endif()

find_program(RINGWOOD_CCACHE ccache)
if(RINGWOOD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${RINGWOOD_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${RINGWOOD_CCACHE})
endif()

# What every target of ours is compiled with. Two warnings of GCC 12 are false: it takes a coroutine's templated operator
# new and its operator delete for a mismatch, and std::string's operator+ for an overlapping copy (GCC bug 105651). Clang
# tells of each loop that it was asked to vectorise and could not, under sanitizers all of them.
add_library(ringwood_compile_options INTERFACE)
target_compile_features(ringwood_compile_options INTERFACE cxx_std_20)
target_compile_options(
  ringwood_compile_options
  INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wshadow
            -Wswitch-enum
            -Wnon-virtual-dtor
            -Wold-style-cast
            $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>
            $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete;-Wno-restrict>
            $<$<BOOL:${RINGWOOD_WERROR}>:-Werror>>)

# ringwood_layer(NAME DIRECTORIES directory... LINK target... PRIVATE_LINK target...): the static library ringwood_NAME, known
# as ringwood::NAME, of all sources in the directories (a new file is found without an edit here). Includes are written
# from the root of the tree or of lib/, the public headers as "ringwood/...".
function(ringwood_layer name)
  cmake_parse_arguments(LAYER "" "" "DIRECTORIES;LINK;PRIVATE_LINK" ${ARGN})
  set(patterns "")
  foreach(directory IN LISTS LAYER_DIRECTORIES)
    list(APPEND patterns "${CMAKE_CURRENT_SOURCE_DIR}/${directory}/*.cpp")
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  add_library(ringwood_${name} STATIC ${sources})
  add_library(ringwood::${name} ALIAS ringwood_${name})
  set_target_properties(
    ringwood_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON LINKER_LANGUAGE CXX CXX_VISIBILITY_PRESET hidden
                                VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(
    ringwood_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib/include>"
                            "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
                            "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>")
  target_compile_features(ringwood_${name} PUBLIC cxx_std_20)
  target_link_libraries(ringwood_${name} PUBLIC ${LAYER_LINK} PRIVATE $<BUILD_INTERFACE:ringwood_compile_options>
                                                                      ${LAYER_PRIVATE_LINK})
endfunction()

# What most of a test's compile time goes into, compiled once. The tests' own code is not what anybody waits for: -O1 does.
function(ringwood_test_precompiled)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp" CONTENT "")
  add_library(ringwood_test_precompiled OBJECT "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp")
  target_link_libraries(ringwood_test_precompiled PRIVATE ringwood_test_options GTest::gmock)
  target_precompile_headers(ringwood_test_precompiled PRIVATE <gmock/gmock.h> <gtest/gtest.h> <string> <vector>)
endfunction()

add_library(ringwood_test_options INTERFACE)
target_link_libraries(ringwood_test_options INTERFACE ringwood_compile_options)
target_compile_options(ringwood_test_options INTERFACE $<$<CONFIG:Release>:-O1>)

# ringwood_test_labels(TARGET label...): the target tests.LABEL builds every test program of that label.
function(ringwood_test_labels target)
  foreach(label IN LISTS ARGN)
    if(NOT TARGET tests.${label})
      add_custom_target(tests.${label})
    endif()
    add_dependencies(tests.${label} ${target})
  endforeach()
endfunction()

# ringwood_test(FILE LINK target...): one GoogleTest program from tests/FILE, named after its path; each of its cases is
# a CTest with a deadline.
function(ringwood_test file)
  cmake_parse_arguments(TEST "" "TIMEOUT" "LINK;LABELS" ${ARGN})
  string(REPLACE "/" "." name "${file}")
  string(REGEX REPLACE "_test\\.cpp$" "" name "${name}")
  add_executable(test.${name} ${file})
  target_link_libraries(test.${name} PRIVATE ${TEST_LINK} ringwood_test_options GTest::gtest_main GTest::gmock)
  target_precompile_headers(test.${name} REUSE_FROM ringwood_test_precompiled)
  ringwood_test_labels(test.${name} ${TEST_LABELS})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND test.${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}")
endfunction()

# ringwood_test_folder(FOLDER LINK target... LABELS label...): every *_test.cpp of tests/FOLDER.
function(ringwood_test_folder folder)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*_test.cpp)
  foreach(file IN LISTS files)
    ringwood_test(${file} ${ARGN})
  endforeach()
endfunction()

# ringwood_mpi_test(FILE RANKS count... LINK target...): one GoogleTest program from tests/FILE that starts MPI itself,
# run with each number of ranks. Ends by SIGKILL if it hangs.
function(ringwood_mpi_test file)
  cmake_parse_arguments(TEST "" "TIMEOUT" "RANKS;LINK;LABELS" ${ARGN})
  string(REPLACE "/" "." name "${file}")
  string(REGEX REPLACE "_test\\.c(pp)?$" "" name "${name}")
  add_executable(test.${name} ${file})
  target_link_libraries(test.${name} PRIVATE ${TEST_LINK} ringwood_test_options)
  if(NOT file MATCHES "\\.c$")
    target_link_libraries(test.${name} PRIVATE GTest::gmock)
    target_precompile_headers(test.${name} REUSE_FROM ringwood_test_precompiled)
  endif()
  ringwood_test_labels(test.${name} mpi ${TEST_LABELS})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 60)
  endif()
  # Open MPI refuses to run more ranks than cores, and to run as root, unless told; MPICH reads neither variable.
  set(environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
                  OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_vader_single_copy_mechanism=none)
  foreach(ranks IN LISTS TEST_RANKS)
    add_test(NAME ${name}.${ranks} COMMAND timeout -k 5 ${TEST_TIMEOUT} ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG}
                                           ${ranks} $<TARGET_FILE:test.${name}>)
    math(EXPR deadline "${TEST_TIMEOUT} + 10")
    set_tests_properties(${name}.${ranks} PROPERTIES TIMEOUT ${deadline} PROCESSORS 2 ENVIRONMENT "${environment}"
                                                     LABELS "mpi;${TEST_LABELS}")
  endforeach()
endfunction()

# ringwood_preload_scripts(): programs in Fortran, by each of its three bindings, and in Python, under the library; where
# the MPI library's Fortran compiler and mpi4py (which Debian builds for Open MPI) are there.
function(ringwood_preload_scripts)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/lib/preload")
  set(commands "")
  string(REGEX REPLACE "mpicc" "mpif90" fortran "${MPI_C_COMPILER}")
  find_program(RINGWOOD_GFORTRAN gfortran)
  if(RINGWOOD_GFORTRAN AND EXISTS "${fortran}")
    foreach(binding mpi mpi_f08 mpif)
      set(program "${CMAKE_CURRENT_BINARY_DIR}/preload_fortran_${binding}")
      add_custom_command(
        OUTPUT "${program}" DEPENDS "${folder}/fortran_${binding}_test.f90" "${folder}/fortran_test.inc"
        COMMAND "${fortran}" -w -fallow-argument-mismatch -o "${program}" "${folder}/fortran_${binding}_test.f90"
        VERBATIM)
      add_custom_target(test.lib.preload.fortran_${binding} DEPENDS "${program}")
      add_dependencies(test.lib.preload.fortran_${binding} ringwood_pmpi)
      ringwood_test_labels(test.lib.preload.fortran_${binding} mpi)
      ringwood_preload_test(fortran_${binding} "${program}")
    endforeach()
  else()
    message(STATUS "no tests in Fortran: gfortran or ${fortran} was not found")
  endif()
  execute_process(COMMAND /usr/bin/python3 -c "import mpi4py" RESULT_VARIABLE missing OUTPUT_QUIET ERROR_QUIET)
  if(missing STREQUAL "0" AND NOT MPI_C_COMPILER MATCHES "mpich")
    ringwood_preload_test(mpi4py /usr/bin/python3 "${folder}/mpi4py_test.py")
  else()
    message(STATUS "no test in Python: mpi4py for this MPI library was not found")
  endif()
endfunction()

# ringwood_preload_test(NAME command...): on 3 ranks, under the library.
function(ringwood_preload_test name)
  add_test(NAME lib.preload.${name} COMMAND timeout -k 5 60 ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} 3 ${ARGN})
  set_tests_properties(
    lib.preload.${name}
    PROPERTIES TIMEOUT 70 PROCESSORS 2 LABELS mpi ENVIRONMENT
               "LD_PRELOAD=$<TARGET_FILE:ringwood_pmpi>;OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1;OMPI_MCA_mpi_yield_when_idle=1;OMPI_MCA_btl_vader_single_copy_mechanism=none")
endfunction()
