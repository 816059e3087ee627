"""In: studies by C-STORE or from a PACS that is asked; new radiographs wait on the worklist."""
