"""What an engineer does with the feeds: reads stored messages again, has them checked, and tries a listener out."""
