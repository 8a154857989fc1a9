"""What keeps the summaries."""

from stillage.analytics.operations.write_flows import bring_up_to_date, write_flows

__all__ = ["bring_up_to_date", "write_flows"]
