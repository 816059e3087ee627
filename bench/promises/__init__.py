"""What the product promises of radiographs and files, counted."""
