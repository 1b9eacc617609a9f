"""Ask this container's web server whether it runs. Exit code 0 means yes."""

import http.client
import os
import sys


def main():
    """Request /healthz under a host name that the site answers to."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    connection.request("GET", "/healthz", headers={"Host": host})
    sys.exit(0 if connection.getresponse().status == 200 else 1)


if __name__ == "__main__":
    main()
