"""Goods from one warehouse to another, visible while they are on the way."""
