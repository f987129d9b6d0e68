"""Without PyTorch its part of the package cannot be imported, so the doctests there are left out."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("torch") else ["gradflow_nb/torch"]
