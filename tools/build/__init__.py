"""Makes what goes onto a board: `image` the flash's files, `frozen` a firmware of its own.

`sizes` tells what they take. Used by make, flash, deploy and the manifest.
"""
