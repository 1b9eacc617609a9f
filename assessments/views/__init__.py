"""Pages of assessments. HTTP only: they read through querysets and change through actions."""
