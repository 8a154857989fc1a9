"""Endpoints of buying."""

from stillage.purchasing.api.suppliers import SupplierProductViewSet, SupplierSummary, SupplierViewSet

__all__ = ["SupplierProductViewSet", "SupplierSummary", "SupplierViewSet"]
