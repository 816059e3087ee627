"""Benches of LIME: speed and fidelity beside the reference implementation."""
