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
    # GCC 12 warns falsely when it inlines deeply: about std::string's own operator+ (its bug 105651), and about Asio's
    # coroutine frames, whose operator new and delete it takes for strangers when it has inlined one of them.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict$<SEMICOLON>-Wno-mismatched-new-delete>
    $<$<BOOL:${AC_WERROR}>:-Werror>
)
