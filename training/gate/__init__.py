"""The input gate: the network that says what a picture is, how it is taught and measured."""
