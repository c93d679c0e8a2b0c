"""Figures of symdiff, printed as tables by ``python -m tests.benchmarks``. Nothing here is asserted."""
