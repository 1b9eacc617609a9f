"""Quality of assessments: a manager's countersign, random dip samples, checks against a rubric, feedback, follow-up."""
