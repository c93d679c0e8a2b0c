"""Published functions: scalar numerical code as people write it, differentiated as it stands in its package."""
