# Two images of docker-compose.yaml. Never built where this was written: there is no Docker engine there.

FROM apache/airflow:3.3.2 AS airflow
COPY --chown=airflow:0 pyproject.toml README.md LICENSE /opt/aib_airflow/
COPY --chown=airflow:0 aib_airflow /opt/aib_airflow/aib_airflow
# Naming Airflow's version keeps pip from moving it.
RUN pip install --no-cache-dir "apache-airflow==${AIRFLOW_VERSION}" /opt/aib_airflow

FROM airflow AS emulator
RUN pip install --no-cache-dir "apache-airflow==${AIRFLOW_VERSION}" "/opt/aib_airflow[emulator]"
USER root
RUN aib setup && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["aib", "emulator"]
