include(GoogleTest)

# What runs without a server: all that is built under the sanitizers in `make test`.
add_custom_target(tests_without_server)

# ac_add_test(<name> SOURCES <file>... LABELS <unit|component|simulation|integration>... [LIBS <target>...]
#             [TIMEOUT <seconds>] [FIXTURE <name>] [MAIN])
# One program, one ctest entry per test case. Without LIBS, unit_<floor> links that floor alone and everything else links
# the library. FIXTURE: what ctest sets up before the first case and cleans up after the last. MAIN: the program has a
# main() of its own, which must still run GoogleTest.
function(ac_add_test name)
    cmake_parse_arguments(arg "MAIN" "TIMEOUT;FIXTURE" "SOURCES;LABELS;LIBS" ${ARGN})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    if(NOT arg_LIBS)
        string(REGEX REPLACE "^unit_" "" floor "${name}")
        if(TARGET async_cassandra_${floor})
            set(arg_LIBS async_cassandra_${floor})
        else()
            set(arg_LIBS async_cassandra)
        endif()
    endif()
    set(fixture "")
    if(arg_FIXTURE)
        set(fixture FIXTURES_REQUIRED ${arg_FIXTURE})
    endif()
    add_executable(${name} ${arg_SOURCES})
    if("unit" IN_LIST arg_LABELS)
        target_precompile_headers(${name} REUSE_FROM ac_unit_test_headers)
    else()
        target_precompile_headers(${name} REUSE_FROM ac_client_test_headers)
    endif()
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    target_include_directories(${name} PRIVATE
        "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests"
    )
    target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock ac_warnings)
    if(NOT arg_MAIN)
        target_link_libraries(${name} PRIVATE GTest::gtest_main)
    endif()
    if(TARGET ac_sanitizer_options)
        target_sources(${name} PRIVATE $<TARGET_OBJECTS:ac_sanitizer_options>)
    endif()
    if("component" IN_LIST arg_LABELS)
        target_sources(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/component/ended_threads.cpp")
    endif()
    set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
    if(NOT "integration" IN_LIST arg_LABELS)
        add_dependencies(tests_without_server ${name})
    endif()
    gtest_discover_tests(${name}
        TEST_PREFIX "${name}."
        NO_PRETTY_VALUES
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ${fixture}
    )
endfunction()
