"""Systems that read a table of numbers: learners on plain arrays, nested inside folds, and the system around them."""
