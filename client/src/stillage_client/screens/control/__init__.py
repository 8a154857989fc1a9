"""The screens of control: where a lot went and calling it back, counting, and transfers between warehouses."""
