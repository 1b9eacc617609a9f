"""What ``./dev`` does: private database and queue, the demo, the tests, the checks. No part of a deployment."""
