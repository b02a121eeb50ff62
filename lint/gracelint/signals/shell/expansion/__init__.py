"""What words become: parameters, arithmetic, patterns."""
