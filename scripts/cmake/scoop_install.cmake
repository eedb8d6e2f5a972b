# What `cmake --install` gives: the programs, libscoop, the headers, the man pages, a CMake package and a pkg-config file.
# All of it may be moved as a whole.
include(CMakePackageConfigHelpers)

foreach(program scoop-launch scoop-broker scoop-worker)
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endforeach()
install(TARGETS scoop-launch scoop-broker scoop-worker)
install(TARGETS scoop scoop_headers EXPORT scoop)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/common/include/ TYPE INCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/scoop)
install(EXPORT scoop NAMESPACE scoop:: FILE scoop-targets.cmake DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/scoop-config.cmake.in ${PROJECT_BINARY_DIR}/scoop-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/scoop-config-version.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES
    ${PROJECT_BINARY_DIR}/scoop-config.cmake
    ${PROJECT_BINARY_DIR}/scoop-config-version.cmake
    ${CMAKE_CURRENT_LIST_DIR}/scoop_program.cmake
  DESTINATION ${package_dir})

configure_file(${CMAKE_CURRENT_LIST_DIR}/scoop.pc.in ${PROJECT_BINARY_DIR}/scoop.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/scoop.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The compiler's companion, as it is installed and as it serves in the build tree.
set(SCOOP_CXX_INCLUDE [["$here/../@CMAKE_INSTALL_INCLUDEDIR@"]])
string(CONFIGURE "${SCOOP_CXX_INCLUDE}" SCOOP_CXX_INCLUDE @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/scoop-c++.in ${PROJECT_BINARY_DIR}/scoop-c++ @ONLY)
install(PROGRAMS ${PROJECT_BINARY_DIR}/scoop-c++ TYPE BIN)
block()
  set(SCOOP_CXX_INCLUDE "'${PROJECT_SOURCE_DIR}/common/include'")
  set(CMAKE_INSTALL_LIBDIR lib)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/scoop-c++.in ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/scoop-c++ @ONLY
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endblock()
