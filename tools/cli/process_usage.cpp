// SPDX-License-Identifier: Apache-2.0
#include "process_usage.hpp"

#include <algorithm>
#include <fstream>

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
    // The kernel counts KiB, and brings its record of the most up to date now and then only.
    return std::max(static_cast<double>(own_usage().ru_maxrss) / 1024.0, resident_mib());
}

}  // namespace async_cassandra::cli
