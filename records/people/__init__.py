"""Who works with the store where a login is on: users and their roles, sign-ins, sessions."""
