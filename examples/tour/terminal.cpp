// SPDX-License-Identifier: Apache-2.0
#include "terminal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace tour {

namespace {

const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;

}  // namespace

void heading(std::string_view title)
{
    std::printf("\n%.*s\n", static_cast<int>(title.size()), title.data());
}

void line(const char* name, const char* format, ...)
{
    std::printf("%s  %-9s ", on_terminal ? "\r\x1b[K" : "", name);
    std::va_list arguments;
    va_start(arguments, format);
    std::vprintf(format, arguments);
    va_end(arguments);
    std::printf("\n");
    std::fflush(stdout);
}

void progress(const char* name, double fraction)
{
    if (!on_terminal)
        return;
    std::printf("\r  %-9s %3.0f %%", name, 100 * fraction);
    std::fflush(stdout);
}

std::string grouped(double number)
{
    std::string digits = std::to_string(std::llround(number));
    for (std::size_t end = digits.size(); end > 3; end -= 3)
        digits.insert(end - 3, 1, ',');
    return digits;
}

double seconds_since(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double resident_mib()
{
    std::ifstream file{"/proc/self/statm"};
    double all_pages = 0;
    double resident_pages = 0;
    file >> all_pages >> resident_pages;
    return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

double peak_mib()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return std::max(static_cast<double>(used.ru_maxrss) / 1024.0, resident_mib());
}

}  // namespace tour
