"""The corpus of small plain functions, crossed with transforms and evaluations by test_programs.py."""

from __future__ import annotations

from tests.corpus.branches import BRANCHES
from tests.corpus.calls import CALLS
from tests.corpus.loops import LOOPS
from tests.corpus.objects import OBJECTS
from tests.corpus.program import Program
from tests.corpus.statements import STATEMENTS
from tests.corpus.textbook import TEXTBOOK
from tests.corpus.vectors import VECTORS

PROGRAMS: tuple[Program, ...] = (*STATEMENTS, *BRANCHES, *CALLS, *LOOPS, *VECTORS, *OBJECTS, *TEXTBOOK)
