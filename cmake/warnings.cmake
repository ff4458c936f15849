# Linked privately by every target of the project; never exported.
add_library(ac_warnings INTERFACE)
target_compile_options(ac_warnings INTERFACE
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    -Wsign-conversion
    -Wnon-virtual-dtor
    -Woverloaded-virtual
    $<$<BOOL:${AC_WERROR}>:-Werror>
)
