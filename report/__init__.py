"""The report: prompt, writer, claim check and export."""
