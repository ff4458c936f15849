// SPDX-License-Identifier: Apache-2.0
// CMake makes a precompiled header for a target; this is the target's one file.
