"""The service over HTTP: who may ask, what is sent, what is answered, what is counted."""
