"""How good an explanation is: faithfulness, stability, agreement, shortcuts, and their ratings."""
