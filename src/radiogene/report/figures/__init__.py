"""The paper's figures as drawings: each from a small input of its own, on a printed page 180 mm wide."""
