"""Tests of symdiff; a package, so that the corpus can be imported by all of them."""
