"""The one address."""

from django.urls import path

from usual_drf.views import MovementCreate

urlpatterns = [path("api/movements/", MovementCreate.as_view())]
