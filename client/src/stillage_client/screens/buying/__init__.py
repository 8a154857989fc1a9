"""The screens of buying: suppliers, purchase orders, deliveries, putting away, and what goes back."""
