"""Office files: archives of XML, each kind read by a module of its own."""
