"""Are two expressions equal wherever both are real? `equivalence` says; the others find points and digits."""
