# SPDX-License-Identifier: Apache-2.0
"""A local Cassandra cluster out of plain Java processes, one per loopback address.

command_line    arguments, output, exit codes
lifecycle       start, stop and the faults: what happens to the nodes of an instance, and in which order
shape           what a cluster looks like: nodes, data centres, addresses, ports, tokens
instance        where an instance keeps its files, its lock, its recorded state
configuration   cassandra.yaml, rackdc, logback: from a shape to files
certificates    a certificate authority with server and client certificates, made by openssl
server          Java, Maven, the server's jars and the command line of a node
processes       a recorded process, and signals that reach only that process
interruption    Ctrl-C and its like, kept away from the places where they would do harm
ports           which ports are free, and who holds those that are not
readiness       when a node counts as ready, and the whole cluster
log_tail        the last lines of a node's logs
report          what `status` and `start` print
cql             the little of the native protocol that readiness needs
"""
