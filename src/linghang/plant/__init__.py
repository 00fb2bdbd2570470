"""What a factory is: ISA-95 tables, codes of industries and regions, units, and the checks of records."""
