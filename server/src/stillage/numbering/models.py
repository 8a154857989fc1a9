"""One row a series: the number that comes next."""

from django.db import models


class Series(models.Model):
    """A run of numbers, such as sales orders. `next_number` is what the next document gets."""

    name = models.CharField(max_length=40, primary_key=True)
    next_number = models.BigIntegerField(default=1)
