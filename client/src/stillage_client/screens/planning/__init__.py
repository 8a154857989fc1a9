"""Planning on screens: what to buy, what will not sell in time, and what is forecast."""
