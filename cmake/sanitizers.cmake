# Directory-wide, because every object of a program must be built alike: Asio and GoogleTest users included.
if(AC_SANITIZE)
    add_compile_options(-fsanitize=${AC_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${AC_SANITIZE})
    if(AC_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()

if(AC_COVERAGE)
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
