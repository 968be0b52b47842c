"""Results for people: pages that stand alone, images, and lines for the terminal."""
