"""What is stocked: categories, brands, products, packs and their GTINs; files in and out."""
