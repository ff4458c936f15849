# Directory-wide, because every object of a program must be built alike: Asio and GoogleTest users included.
if(AC_SANITIZE)
    add_compile_options(-fsanitize=${AC_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${AC_SANITIZE})
    if(AC_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
    if(AC_SANITIZE MATCHES "thread")
        # ThreadSanitizer does not know the fences with which Asio orders its counts; these it knows.
        add_compile_definitions(BOOST_ASIO_DISABLE_STD_ATOMIC)
    endif()
    add_library(ac_sanitizer_options OBJECT "${CMAKE_CURRENT_LIST_DIR}/sanitizer_options.cpp")
    target_compile_definitions(ac_sanitizer_options PRIVATE "AC_SUPPRESSIONS=\"${PROJECT_SOURCE_DIR}/tests\"")
endif()

# What libFuzzer steers by, in every object; the fuzzer itself is linked in tests/fuzz.
if(AC_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
endif()

if(AC_COVERAGE)
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
