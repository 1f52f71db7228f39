"""A thread of questions, each read in the light of those before."""
