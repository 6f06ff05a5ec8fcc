"""Collecting. In: watches, page requests, files of other tools. Out: inbox files of documents, prices and page outcomes."""
