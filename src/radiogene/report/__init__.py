"""Results for people: pages that stand alone, pictures, and lines for the terminal."""
