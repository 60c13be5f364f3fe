"""Administration: people, teams and roles without leaving the keyboard."""
