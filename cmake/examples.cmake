# ac_add_example(<name> [TIMEOUT <seconds>])
# Builds examples/<name>.cpp against the library as its users see it. With tests on, the ctest entry example.<name>
# (label "example") runs it as a reader would, `<name> HOST PORT`, against the node that AC_CONTACT_POINT and AC_PORT tell.
function(ac_add_example name)
    cmake_parse_arguments(arg "" "TIMEOUT" "" ${ARGN})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    add_executable(${name} ${name}.cpp)
    target_link_libraries(${name} PRIVATE async_cassandra::async_cassandra ac_warnings)
    if(TARGET ac_sanitizer_options)
        target_sources(${name} PRIVATE $<TARGET_OBJECTS:ac_sanitizer_options>)
    endif()
    set_target_properties(${name} PROPERTIES
        CXX_EXTENSIONS OFF
        UNITY_BUILD OFF
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/examples"
    )
    if(AC_BUILD_TESTS)
        add_test(NAME example.${name}
            COMMAND sh -c "exec \"$1\" \"$AC_CONTACT_POINT\" \"$AC_PORT\"" sh $<TARGET_FILE:${name}>
        )
        set_tests_properties(example.${name} PROPERTIES LABELS example TIMEOUT ${arg_TIMEOUT})
    endif()
endfunction()
