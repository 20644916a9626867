"""The desk of people: who is signed in at this station, and what that lets them do."""
