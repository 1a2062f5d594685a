"""The scripts of ours that run on a build machine."""

from __future__ import annotations

from aib_airflow.remote.job import BASE_DIR

INVENTORY = (
    "dpkg-query -W -f='${Package} ${Version}\\n' 2>/dev/null"
    " || rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE}\\n' 2>/dev/null || true"
)

DEPROVISIONING_SCRIPT = "/tmp/DeprovisioningScript.sh"  # noqa: S108  # Image Builder's contract with templates

# Image Builder's documented default (Microsoft's image-builder-json page, "Generalize").
_DEFAULT_DEPROVISIONING = r"""
WAAGENT=/usr/sbin/waagent
waagent -version 1> /dev/null 2>&1
if [ $? -eq 0 ]; then
  WAAGENT=waagent
fi
$WAAGENT -force -deprovision+user && export HISTSIZE=0 && sync
"""


def generalize(admin_username: str, public_key: str) -> bytes:
    """Return the script that generalises the machine and powers it off; it runs as root.

    First what the template's author, or Image Builder's default, says; then every trace of the build that
    is ours. The last command powers the machine off: a stopped machine is the proof that all went well,
    since its user and key are gone by then.
    """
    return f"""#!/bin/bash
trap 'echo "generalize: line $LINENO exited with $?"' ERR
set -eE -o pipefail

if [ -f {DEPROVISIONING_SCRIPT} ]; then
  echo "Running the template's {DEPROVISIONING_SCRIPT}"
else
  echo "Running the default deprovisioning"
  cat > {DEPROVISIONING_SCRIPT} <<'DEFAULT'
{_DEFAULT_DEPROVISIONING.strip()}
DEFAULT
fi
sh {DEPROVISIONING_SCRIPT}
rm -f {DEPROVISIONING_SCRIPT}

echo "Removing what the build left behind"
if id {admin_username} >/dev/null 2>&1; then
  userdel --force --remove {admin_username} 2>/dev/null || [ $? -eq 12 ]
fi
rm -f /etc/sudoers.d/90-cloud-init-users /etc/sudoers.d/waagent
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
rm -f /root/.bash_history /home/*/.bash_history
if [ -f /root/.ssh/authorized_keys ]; then
  sed -i '\\|{public_key.split()[1]}|d' /root/.ssh/authorized_keys
fi
if command -v cloud-init >/dev/null; then
  cloud-init clean --logs --seed
fi
rm -rf /var/lib/cloud
truncate --size 0 /etc/machine-id
rm -f /var/lib/dbus/machine-id
rm -rf /var/log/journal/* /var/lib/systemd/random-seed
for log in wtmp btmp lastlog; do
  if [ -f /var/log/$log ]; then truncate --size 0 /var/log/$log; fi
done
sync
echo "Generalised; powering off"
# A moment for the follower to read the lines above, before the job's own directory goes.
sleep 2
rm -rf {BASE_DIR}
sync
systemctl poweroff --force
""".encode()
