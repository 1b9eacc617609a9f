"""HTTP alone: fetch, ask a form, call an action, render."""
