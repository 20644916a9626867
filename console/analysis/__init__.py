"""What the ward's alarms come to: pure figures over columns, and the desk that answers screens and reports."""
