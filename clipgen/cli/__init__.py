"""The command-line shell: commands parse, call and print; nothing else."""
