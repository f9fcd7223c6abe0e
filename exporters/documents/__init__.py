"""Documents: reports, registers and labels as values, and what writes them as XLSX, PDF and CSV."""
