"""Checklists of reporting: what the run can answer is filled in, what only authors can is left open by name."""
