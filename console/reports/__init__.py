"""Reports: what is printed of a shift, a patient, a recovery and the ward's alarms, put together from the store."""
