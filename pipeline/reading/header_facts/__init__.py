"""What a DICOM header says beside the pixels: examination, pixel spacing, padding."""
