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
    # GCC 12 warns about std::string's own operator+ when it inlines deeply (its bug 105651).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
    $<$<BOOL:${AC_WERROR}>:-Werror>
)
