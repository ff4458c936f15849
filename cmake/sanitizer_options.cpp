// SPDX-License-Identifier: Apache-2.0
// What the sanitizers do is part of the test programs, so that it is the same however they are started.
// AC_SUPPRESSIONS is the folder of the suppression files.

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
