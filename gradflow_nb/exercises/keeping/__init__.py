"""What is kept beside the notebook: every attempt, a line each."""
