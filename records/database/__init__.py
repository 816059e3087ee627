"""The store's database: its tables, their migrations, and transactions that end whole."""
