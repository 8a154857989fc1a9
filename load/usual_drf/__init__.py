"""What Stillage is compared with: a movement written the way most Django REST projects write it."""
