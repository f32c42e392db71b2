# What `cmake --install` puts where. The layers of the tree become three libraries, each shared and static, which users
# know as the components and the targets ringwood::core, ringwood::sim and ringwood::mpi (the archives: ringwood::core_static
# and so on, component "static").
#
# A shared library has its own copy of the inner functions that it needs of the layers below, and meets the other
# libraries at public headers only: what is inside can change without them. Nothing in the library is global, so that
# nothing can be there twice; but for the plug-ins of a process, which are known to core only.

include(CMakePackageConfigHelpers)
find_package(fmt REQUIRED)
find_package(pugixml REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
if(RINGWOOD_WITH_HWLOC)
  pkg_check_modules(HWLOC QUIET IMPORTED_TARGET hwloc>=2)
endif()
set(RINGWOOD_HWLOC $<$<BOOL:${HWLOC_FOUND}>:PkgConfig::HWLOC>)
# yaml-cpp has had two names for its target.
set(RINGWOOD_YAML $<IF:$<TARGET_EXISTS:yaml-cpp::yaml-cpp>,yaml-cpp::yaml-cpp,yaml-cpp>)

# Before 1.0 a new minor version may break what was built against the last one.
set(RINGWOOD_ABI "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
set(RINGWOOD_PACKAGE_DIRECTORY "${CMAKE_INSTALL_LIBDIR}/cmake/Ringwood")
set(RINGWOOD_PACKAGE_BINARY "${PROJECT_BINARY_DIR}/package")
set(RINGWOOD_COMPONENTS "")

# What both forms of a library have: where they are built, and what their users need.
function(ringwood_library_form form name)
  cmake_parse_arguments(LIBRARY "" "" "LAYERS;INNER;PRIVATE;LINK" ${ARGN})
  set(target ringwood_${form}_${name})
  set_target_properties(
    ${target} PROPERTIES OUTPUT_NAME ringwood_${name} LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib"
                         ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib/include>"
                                                 "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(${target} PRIVATE ${LIBRARY_PRIVATE})
  foreach(other IN LISTS LIBRARY_LINK)
    if(TARGET ringwood_${form}_${other})
      target_link_libraries(${target} PUBLIC ringwood_${form}_${other})
    else()
      target_link_libraries(${target} PUBLIC ${other})
    endif()
  endforeach()
endfunction()

# Sanitizers leave names to be found in the program.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(RINGWOOD_NO_UNDEFINED "")
else()
  set(RINGWOOD_NO_UNDEFINED LINKER:--no-undefined)
endif()

# ringwood_library(NAME LAYERS layer... INNER layer... PRIVATE target... LINK target...): of the objects of LAYERS. The
# shared form takes what it needs out of INNER; PRIVATE is what both are made with, LINK what their users link too.
function(ringwood_library name)
  cmake_parse_arguments(LIBRARY "" "" "LAYERS;INNER;PRIVATE;LINK" ${ARGN})
  list(TRANSFORM LIBRARY_LAYERS REPLACE "(.+)" "$<TARGET_OBJECTS:ringwood_\\1>" OUTPUT_VARIABLE objects)
  list(TRANSFORM LIBRARY_INNER REPLACE "(.+)" "$<BUILD_INTERFACE:$<LINK_ONLY:ringwood_\\1>>" OUTPUT_VARIABLE inner)
  set(map "${RINGWOOD_PACKAGE_BINARY}/${name}.map")
  configure_file("${PROJECT_SOURCE_DIR}/tools/cmake/exports.map.in" "${map}" @ONLY)
  add_library(ringwood_shared_${name} SHARED ${objects})
  ringwood_library_form(shared ${name} ${ARGN})
  target_link_libraries(ringwood_shared_${name} PRIVATE ${inner})
  set_target_properties(ringwood_shared_${name} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION} SOVERSION ${RINGWOOD_ABI}
                                                           LINK_DEPENDS "${map}" INSTALL_RPATH "$ORIGIN")
  target_link_options(
    ringwood_shared_${name} PRIVATE "LINKER:--version-script=${map}" LINKER:--exclude-libs,ALL LINKER:-Bsymbolic-functions
    LINKER:--as-needed ${RINGWOOD_NO_UNDEFINED})
  add_library(ringwood_static_${name} STATIC ${objects})
  ringwood_library_form(static ${name} ${ARGN})
  set_target_properties(ringwood_static_${name} PROPERTIES EXPORT_NAME ${name}_static)
  install(TARGETS ringwood_shared_${name} EXPORT RingwoodShared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libraries
                                                                        NAMELINK_COMPONENT development)
  add_library(ringwood::${name}_static ALIAS ringwood_static_${name})
  install(TARGETS ringwood_static_${name} EXPORT RingwoodStatic ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  set(RINGWOOD_COMPONENTS ${RINGWOOD_COMPONENTS} ${name} PARENT_SCOPE)
endfunction()

ringwood_library(core LAYERS base schedule verify threads export formats select decision algorithms plugins
                 PRIVATE fmt::fmt pugixml::pugixml ${RINGWOOD_YAML} Threads::Threads ${CMAKE_DL_LIBS})
ringwood_library(sim LAYERS sim topology INNER schedule base PRIVATE fmt::fmt pugixml::pugixml ${RINGWOOD_YAML} ${RINGWOOD_HWLOC}
                 LINK core)
if(RINGWOOD_WITH_MPI)
  find_package(MPI REQUIRED COMPONENTS C)
  ringwood_library(mpi LAYERS executor api INNER algorithms select decision sim topology schedule base
                   PRIVATE fmt::fmt pugixml::pugixml ${RINGWOOD_YAML} ${RINGWOOD_HWLOC} LINK core sim MPI::MPI_C)
  foreach(form shared static)
    target_compile_definitions(ringwood_${form}_mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
  endforeach()
endif()

# For those who take the tree in with add_subdirectory; sim and mpi are names of layers there, which have no shared form.
add_library(ringwood::core ALIAS ringwood_shared_core)

# Headers, package, pkg-config.
if(NOT RINGWOOD_WITH_MPI)
  set(without_mpi PATTERN mpi EXCLUDE PATTERN ringwood.h EXCLUDE)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/lib/include/" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development ${without_mpi})
foreach(form Shared Static)
  install(EXPORT Ringwood${form} NAMESPACE ringwood:: DESTINATION ${RINGWOOD_PACKAGE_DIRECTORY} COMPONENT development)
endforeach()
configure_package_config_file("${PROJECT_SOURCE_DIR}/tools/cmake/RingwoodConfig.cmake.in" "${RINGWOOD_PACKAGE_BINARY}/RingwoodConfig.cmake"
                              INSTALL_DESTINATION ${RINGWOOD_PACKAGE_DIRECTORY})
write_basic_package_version_file("${RINGWOOD_PACKAGE_BINARY}/RingwoodConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${RINGWOOD_PACKAGE_BINARY}/RingwoodConfig.cmake" "${RINGWOOD_PACKAGE_BINARY}/RingwoodConfigVersion.cmake"
        DESTINATION ${RINGWOOD_PACKAGE_DIRECTORY} COMPONENT development)
file(RELATIVE_PATH RINGWOOD_PREFIX_FROM_PC "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
foreach(component IN LISTS RINGWOOD_COMPONENTS)
  configure_file("${PROJECT_SOURCE_DIR}/tools/cmake/ringwood-${component}.pc.in" "${RINGWOOD_PACKAGE_BINARY}/ringwood-${component}.pc" @ONLY)
  install(FILES "${RINGWOOD_PACKAGE_BINARY}/ringwood-${component}.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()

# What the command writes about itself: manual pages and completions.
file(STRINGS "${PROJECT_SOURCE_DIR}/tools/cli/commands.def" commands REGEX "^COMMAND")
list(TRANSFORM commands REPLACE "COMMAND\\((.+)\\)" "\\1")
set(written "${RINGWOOD_PACKAGE_BINARY}/written")
set(RINGWOOD_WRITTEN "")
# ringwood_written(FILE DIRECTORY argument...): what `ringwood argument...` prints, installed in DIRECTORY.
function(ringwood_written file directory)
  set(output "${written}/${directory}/${file}")
  add_custom_command(OUTPUT "${output}" COMMAND ringwood ${ARGN} > "${output}" DEPENDS ringwood VERBATIM)
  file(MAKE_DIRECTORY "${written}/${directory}")
  install(FILES "${output}" DESTINATION "${CMAKE_INSTALL_DATADIR}/${directory}" COMPONENT tools)
  set(RINGWOOD_WRITTEN ${RINGWOOD_WRITTEN} "${output}" PARENT_SCOPE)
endfunction()
ringwood_written(ringwood.1 man/man1 manual)
foreach(command IN LISTS commands)
  ringwood_written(ringwood-${command}.1 man/man1 manual ${command})
endforeach()
ringwood_written(ringwood bash-completion/completions completion bash)
ringwood_written(_ringwood zsh/site-functions completion zsh)
ringwood_written(ringwood.fish fish/vendor_completions.d completion fish)
add_custom_target(ringwood_written ALL DEPENDS ${RINGWOOD_WRITTEN})

file(GLOB_RECURSE schemas CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/*.schema.json" "${PROJECT_SOURCE_DIR}/topology/*.schema.json"
     "${PROJECT_SOURCE_DIR}/tools/cli/*.schema.json")
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/ringwood/schemas COMPONENT tools)

# All that is installed, without tests and benchmarks.
add_custom_target(ringwood_installed DEPENDS ringwood_written)
foreach(component IN LISTS RINGWOOD_COMPONENTS)
  add_dependencies(ringwood_installed ringwood_shared_${component} ringwood_static_${component})
endforeach()

# Documents, and what to copy from.
set(RINGWOOD_DOCUMENTS "${CMAKE_INSTALL_DATADIR}/doc/ringwood")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/tools/doc/" DESTINATION ${RINGWOOD_DOCUMENTS} COMPONENT tools PATTERN Doxyfile EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${RINGWOOD_DOCUMENTS} COMPONENT tools RENAME copyright)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/tests/examples" DESTINATION ${RINGWOOD_DOCUMENTS} COMPONENT development)
include(Packages)
