"""The classifier across hospitals: taught on several, measured on those left out."""
