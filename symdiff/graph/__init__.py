"""The graph of a function: structure, building, checking, the reference interpreter."""
