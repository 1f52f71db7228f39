"""One module an engine; each is opened in a process of its own.

A module offers some of these functions, which take the material and return how to
ask: a function of a query's number.

- ``lexical``: ranks passages by words.
- ``hybrid``: by words and meaning, with the query's vector given.
- ``encoded``: the same, with the query encoded. What it needs may be saved beforehand
  in the material's folder by ``save``; opening counts as cold start.
- ``vectors``: by meaning alone, with the query's vector given.
"""
