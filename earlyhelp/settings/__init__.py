"""Settings: ``base`` is production, ``dev`` is the demo, ``test`` is the test suite."""
