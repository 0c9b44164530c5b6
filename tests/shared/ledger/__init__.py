"""Tests of the ledger: real SQLCipher files, no stand-ins."""
