"""What changed thresholds would have done on the ward's own last days, worked out beside the running ward."""
