"""Measures how well the bot answers: question sets, runs, measures, reports."""
