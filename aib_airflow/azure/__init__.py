"""Azure Resource Manager over the official SDKs: one module a noun. Never imports Airflow."""
