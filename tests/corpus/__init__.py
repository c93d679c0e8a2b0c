"""The corpus: small plain functions, by what of Python they use."""
