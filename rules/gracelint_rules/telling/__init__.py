"""How findings are worded, and the fixes that they offer."""
