# SPDX-License-Identifier: Apache-2.0
# `make` alone prints what there is. CMake and its presets do the building; this file only gives the recipes names.

SHELL := /bin/bash
JOBS ?= $(shell nproc)
SEEDS ?= 1000
RUNS ?= 10500000

.DEFAULT_GOAL := help
.PHONY: help deps build test demo lint format coverage test-asan test-tsan sim fuzz bench show-1 show-2 show-3 clean

help: ## print this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | \
	    while IFS=$$'\t' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

deps: ## install the Debian packages needed, or print the line that does
	@tools/deps

build: deps ## library, command, tests, examples and benchmarks, optimised, in build/release
	@tools/build release $(JOBS)

test: deps ## everything that must pass, as continuous integration runs it
	@tools/run_suites.py all --jobs $(JOBS)

demo: build ## start a local Cassandra, show what the client does, stop it
	@tools/demo.py

lint: deps ## clang-format and clang-tidy over the tracked files
	@tools/build lint $(JOBS) --configure-only
	@tools/lint.py --build build/lint --jobs $(JOBS)

format: deps ## rewrite the tracked C++ files as clang-format wants them
	@tools/lint.py --format

coverage: deps ## line coverage per floor, from unit, component and simulation tests
	@tools/run_suites.py coverage --jobs $(JOBS)

test-asan: deps ## all suites and the examples under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/run_suites.py asan --jobs $(JOBS)

test-tsan: deps ## all suites and the examples under ThreadSanitizer
	@tools/run_suites.py tsan --jobs $(JOBS)

sim: build ## simulation with many seeds: make sim SEEDS=100000
	@tools/run_suites.py sim --seeds $(SEEDS) --jobs $(JOBS)

fuzz: deps ## libFuzzer on every decoder, bounded: make fuzz RUNS=100000 (of all targets together)
	@tools/fuzz.py --runs $(RUNS) --jobs $(JOBS)

bench: build ## benchmarks against our own canned server
	@bench/run

show-1: build ## the long demonstrations: a real node, large counts, figures
	@tools/show_1.py

show-2: build ## large pages: memory, the loop's turns, those who wait
	@tools/show_2.py

show-3: build ## three real nodes under load, ten minutes of faults; two data centers
	@tools/show_3.py

clean: ## remove what was built; the downloaded server stays
	rm -rf build
