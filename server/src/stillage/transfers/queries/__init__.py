"""Reads of the room: transfers as answers, what they would send, and what they bring."""
