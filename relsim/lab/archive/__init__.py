"""The archive: what is finished, kept through crashes, read again and reproduced."""
