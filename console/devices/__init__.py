"""The engineer's desk: ports, live lines, identification, and changes of the configuration while the ward runs."""
