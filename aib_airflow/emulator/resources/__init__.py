"""Microsoft.Resources: subscriptions, resource groups, what is in them, and the providers."""
