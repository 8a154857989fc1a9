"""What will be drunk: weekly demand, forecast with quantiles. Arrays in, arrays out; no database, no HTTP."""
