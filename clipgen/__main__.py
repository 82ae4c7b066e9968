"""`python -m clipgen` is `clipgen`, for machines where the script is not on the PATH."""

from clipgen.cli.main import main

if __name__ == "__main__":
    main()
