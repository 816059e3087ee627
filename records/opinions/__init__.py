"""What a reader thought before the machine's result was shown, and how often both agree."""
