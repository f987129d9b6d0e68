"""What went wrong: an answer is matched against wrong backward passes on the same graph.

No author writes down wrong answers. `passes` has what a backward pass is made of, `catalogue` and `arrays` the slips,
`diagnosis` the matching.
"""
