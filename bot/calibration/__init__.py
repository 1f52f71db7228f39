"""From scores to probabilities, and to a threshold with a proven error rate."""
