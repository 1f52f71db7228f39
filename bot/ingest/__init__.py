"""One module a format turns files into documents; `registry` chooses among them."""
