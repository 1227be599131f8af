"""One file a technology, each behind a port; nothing else imports these technologies."""
