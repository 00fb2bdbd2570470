"""How data comes in: spreadsheets, CSV, Parquet and SQL sources become records."""
