"""Stages that only watch."""
