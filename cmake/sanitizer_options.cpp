// SPDX-License-Identifier: Apache-2.0
// What the sanitizers do is part of the test programs, so that it is the same however they are started.
// AC_SUPPRESSIONS is the folder of the suppression files.

#if defined(__SANITIZE_THREAD__)

#include <sanitizer/tsan_interface.h>

#include <cstring>
#include <exception>

#include <dlfcn.h>

// The counts of exception objects live in the C++ runtime library, which is not instrumented: ThreadSanitizer would take
// the end of an exception that several threads have seen for a race. Here it is told what the counts order.
namespace {

constexpr const char* release_name = "_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv";

void* next_function(const char* name)
{
    return dlsym(RTLD_NEXT, name);
}

void pass_through_count(void* exception)
{
    if (exception == nullptr)
        return;
    __tsan_release(exception);
    __tsan_acquire(exception);
}

}  // namespace

extern "C" {

// exception_ptr::_M_release
void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void** self)
{
    using function = void (*)(void**);
    static const auto next = reinterpret_cast<function>(next_function(release_name));
    pass_through_count(*self);
    next(self);
}

void __cxa_end_catch()
{
    using function = void (*)();
    static const auto next = reinterpret_cast<function>(next_function("__cxa_end_catch"));
    {
        const std::exception_ptr caught = std::current_exception();
        void* exception = nullptr;
        std::memcpy(&exception, &caught, sizeof exception);
        pass_through_count(exception);
    }
    next();
}

}  // extern "C"

#endif

extern "C" {

const char* __asan_default_options()
{
    return "halt_on_error=1:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:"
           "check_initialization_order=1:suppressions=" AC_SUPPRESSIONS "/asan.supp";
}

const char* __lsan_default_options()
{
    return "print_suppressions=0:suppressions=" AC_SUPPRESSIONS "/lsan.supp";
}

const char* __ubsan_default_options()
{
    return "halt_on_error=1:print_stacktrace=1:suppressions=" AC_SUPPRESSIONS "/ubsan.supp";
}

const char* __tsan_default_options()
{
    return "halt_on_error=1:second_deadlock_stack=1:suppressions=" AC_SUPPRESSIONS "/tsan.supp";
}
}
