// SPDX-License-Identifier: Apache-2.0
#include "process_usage.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace async_cassandra::cli {

namespace {

constexpr double mib = 1024.0 * 1024.0;

rusage own_usage()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used;
}

std::chrono::microseconds duration_of(const timeval& time)
{
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

}  // namespace

std::chrono::microseconds cpu_time()
{
    const rusage used = own_usage();
    return duration_of(used.ru_utime) + duration_of(used.ru_stime);
}

double resident_mib()
{
    std::ifstream file{"/proc/self/statm"};
    double all_pages = 0;
    double resident_pages = 0;
    if (!(file >> all_pages >> resident_pages))
        return 0;
    return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / mib;
}

double peak_resident_mib()
{
    // Not ru_maxrss: Linux carries that over from the program that started this one.
    std::ifstream file{"/proc/self/status"};
    double peak_kib = 0;
    for (std::string word; file >> word;)
        if (word == "VmHWM:" && file >> peak_kib)
            break;
    // The kernel brings its record up to date now and then only.
    return std::max(peak_kib / 1024.0, resident_mib());
}

}  // namespace async_cassandra::cli
