"""The report of an experiment: its answer, tables, figures, methods text and checklists, on one page and as files."""
