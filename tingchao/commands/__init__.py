"""The command line, a module a topic: each adds its commands to the one typer app."""
