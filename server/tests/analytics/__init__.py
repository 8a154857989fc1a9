"""Flows and reports."""
