"""Endpoints of selling."""

from stillage.sales.api.customers import CustomerProductViewSet, CustomerSummary, CustomerViewSet

__all__ = ["CustomerProductViewSet", "CustomerSummary", "CustomerViewSet"]
