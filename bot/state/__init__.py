"""What changes while the bot runs: questions taken in, threads, answers, votes."""
