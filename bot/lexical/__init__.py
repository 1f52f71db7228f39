"""BM25 over an inverted index, with the scores of rank_bm25."""
