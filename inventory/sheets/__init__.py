"""Sheets: the inventory as XLSX, a folder of CSV files or TOML, read and written in Vietnamese and English."""
