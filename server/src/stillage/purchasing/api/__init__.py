"""Endpoints of buying."""

from stillage.purchasing.api.suppliers import SupplierProductViewSet, SupplierViewSet

__all__ = ["SupplierProductViewSet", "SupplierViewSet"]
