"""How the product bears load: many requests to the web service while its workers are killed."""
