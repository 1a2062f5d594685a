"""The stages of a build, one module a stage."""
