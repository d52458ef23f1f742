"""The house itself: who imports whom, the catalogue of settings, what the documents name and show.

Needs the sources only, and reads them as text. Used by `make test`; what is stale is made anew by
`make docs`.
"""
