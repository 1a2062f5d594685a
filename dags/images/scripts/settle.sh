#!/bin/sh -e
# Keep an unattended server small and quiet: a bounded journal, security updates by themselves, no questions.
sudo sh -e <<'ROOT'
echo "journal: 200 MB on disk, 30 days"
install -d -m 755 /etc/systemd/journald.conf.d
cat >/etc/systemd/journald.conf.d/50-limits.conf <<'JOURNAL'
[Journal]
Storage=persistent
SystemMaxUse=200M
MaxRetentionSec=30day
JOURNAL

echo "apt: security updates daily, nothing recommended, no questions"
cat >/etc/apt/apt.conf.d/52-unattended <<'APT'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Install-Recommends "false";
Dpkg::Options { "--force-confdef"; "--force-confold"; };
APT

echo "core dumps: off"
install -d -m 755 /etc/security/limits.d
echo '* hard core 0' >/etc/security/limits.d/50-no-core.conf

echo "message of the day: what this image is"
. /etc/image-release
printf '%s (%s), hardening: %s\n' "$IMAGE_NAME" "$IMAGE_BASE" "$HARDENING" >/etc/motd
cat /etc/motd
ROOT
