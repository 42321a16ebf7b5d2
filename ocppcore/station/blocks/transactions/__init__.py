"""Transactions: from the token and the cable to the delivered StopTransaction."""
