# SPDX-License-Identifier: Apache-2.0
"""The two ways in which a command ends without having done its work."""


class Failure(Exception):
    """Something outside went wrong; the message says what, and what to do about it. Exit code 1."""


class BadUsage(Exception):
    """The command line asks for something that makes no sense. Exit code 2."""
