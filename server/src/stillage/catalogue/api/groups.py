"""Endpoints: categories and brands."""

from typing import ClassVar

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue.models import Brand, Category
from stillage.rest.fields import Percent, StrictModel, Text

_FIELDS = ("id", "name", "version", "created_at", "updated_at")
_SET = ("id", "version", "created_at", "updated_at")


class CategorySerializer(StrictModel):
    name = Text(max_length=120, validators=[])
    tax_rate_percent = Percent(required=False)

    class Meta:
        model = Category
        fields = ("id", "name", "tax_rate_percent", "version", "created_at", "updated_at")
        read_only_fields = _SET


class BrandSerializer(StrictModel):
    name = Text(max_length=120, validators=[])

    class Meta:
        model = Brand
        fields = _FIELDS
        read_only_fields = _SET


class CategoryViewSet(MasterViewSet):
    """Kinds of drinks."""

    model = Category
    serializer_class = CategorySerializer
    view_permission = "catalogue.view"
    change_permission = "catalogue.change"
    natural_key = "name"
    orderings: ClassVar[dict[str, Ordering]] = {"name": Ordering(("name",)), "id": Ordering(("id",))}
    default_ordering = "name"
    search_fields = ("name",)


class BrandViewSet(MasterViewSet):
    """The names on the labels."""

    model = Brand
    serializer_class = BrandSerializer
    view_permission = "catalogue.view"
    change_permission = "catalogue.change"
    natural_key = "name"
    orderings: ClassVar[dict[str, Ordering]] = {"name": Ordering(("name",)), "id": Ordering(("id",))}
    default_ordering = "name"
    search_fields = ("name",)
