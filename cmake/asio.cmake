# Asio is compiled once, in src/asio.cpp, into the library. These definitions change what Asio's headers declare, so
# users of the installed library get them too.
set(AC_ASIO_DEFINITIONS BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
if(BUILD_SHARED_LIBS)
    list(APPEND AC_ASIO_DEFINITIONS BOOST_ASIO_DYN_LINK)
endif()

add_library(async_cassandra_asio STATIC "${PROJECT_SOURCE_DIR}/src/asio.cpp")
target_compile_definitions(async_cassandra_asio PUBLIC ${AC_ASIO_DEFINITIONS})
target_compile_features(async_cassandra_asio PUBLIC cxx_std_20)
target_link_libraries(async_cassandra_asio PUBLIC Boost::headers Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
set_target_properties(async_cassandra_asio PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ${BUILD_SHARED_LIBS}
)
