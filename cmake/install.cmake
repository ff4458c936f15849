include(CMakePackageConfigHelpers)

set(AC_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/async_cassandra")

install(TARGETS async_cassandra EXPORT async_cassandra-targets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/async_cassandra"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp"
)
install(EXPORT async_cassandra-targets NAMESPACE async_cassandra:: DESTINATION "${AC_PACKAGE_DIR}")

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/async_cassandra-config.cmake.in"
    "${PROJECT_BINARY_DIR}/async_cassandra-config.cmake"
    INSTALL_DESTINATION "${AC_PACKAGE_DIR}"
)
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/async_cassandra-config-version.cmake" COMPATIBILITY SameMinorVersion
)
install(FILES
    "${PROJECT_BINARY_DIR}/async_cassandra-config.cmake"
    "${PROJECT_BINARY_DIR}/async_cassandra-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/Findlibdeflate.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/Findlz4.cmake"
    DESTINATION "${AC_PACKAGE_DIR}"
)

# Relative to its own place, so that an installed tree may be moved.
file(RELATIVE_PATH AC_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
list(TRANSFORM AC_ASIO_DEFINITIONS PREPEND "-D" OUTPUT_VARIABLE pc_definitions)
list(JOIN pc_definitions " " AC_PC_DEFINITIONS)
configure_file(
    "${PROJECT_SOURCE_DIR}/cmake/async_cassandra.pc.in" "${PROJECT_BINARY_DIR}/async_cassandra.pc" @ONLY
)
install(FILES "${PROJECT_BINARY_DIR}/async_cassandra.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
