"""From files in a folder to one CT series with its place in the patient."""
