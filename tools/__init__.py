"""What runs on the host: the simulated phone, build, flash, configure, figures. Needs .venv."""
