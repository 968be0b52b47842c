"""From probability to call: thresholds and calibration, fitted on training-side predictions and stored as JSON."""
