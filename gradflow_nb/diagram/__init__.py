"""A gradient flow as a picture, and the same in words."""
