"""What is handed in: application, self-assessment, gaps, annual review; reviewing a draft; standard documents."""
