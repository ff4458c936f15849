find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(libdeflate REQUIRED)

if(AC_BUILD_TOOLS OR AC_BUILD_BENCH)
    find_package(CLI11 REQUIRED)
    find_package(fmt 9 REQUIRED)
endif()

if(AC_BUILD_TESTS)
    find_package(GTest REQUIRED)
    find_package(nlohmann_json REQUIRED)
    find_package(rapidcheck REQUIRED CONFIG)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()

if(AC_BUILD_BENCH)
    find_package(benchmark REQUIRED)
endif()
