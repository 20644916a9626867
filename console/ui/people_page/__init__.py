"""The page of people: who may sign in, what each may do, and the table of rights."""

from console.ui.people_page.page import PeoplePage

__all__ = ["PeoplePage"]
