#!/bin/sh -e
# Close what a server does not need: root's password, passwords over SSH, a talkative kernel.
# /etc/image-release says how far to go: HARDENING=baseline or HARDENING=strict.
sudo sh -e <<'ROOT'
. /etc/image-release

echo "ssh: keys only, no root, no X11"
install -d -m 755 /run/sshd
cat >/etc/ssh/sshd_config.d/50-hardening.conf <<'SSHD'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
X11Forwarding no
ClientAliveInterval 300
LoginGraceTime 30
Banner /etc/issue.net
SSHD
if [ "$HARDENING" = strict ]; then
  echo "ssh: strict, so no forwarding and three tries"
  printf 'AllowTcpForwarding no\nAllowAgentForwarding no\nMaxAuthTries 3\n' >>/etc/ssh/sshd_config.d/50-hardening.conf
fi
chmod 600 /etc/ssh/sshd_config.d/50-hardening.conf
/usr/sbin/sshd -t
echo "ssh: the configuration is valid"

echo "kernel: no redirects, no source routing, no addresses in logs"
cat >/etc/sysctl.d/60-hardening.conf <<'SYSCTL'
kernel.dmesg_restrict = 1
kernel.kptr_restrict = 2
kernel.unprivileged_bpf_disabled = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.all.log_martians = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv6.conf.all.accept_redirects = 0
SYSCTL
if [ "$HARDENING" = strict ]; then
  echo "kernel: strict, so only root may trace processes"
  echo "kernel.yama.ptrace_scope = 2" >>/etc/sysctl.d/60-hardening.conf
fi
/usr/sbin/sysctl -e -q -p /etc/sysctl.d/60-hardening.conf

echo "root: password locked"
/usr/bin/passwd -q -l root
ROOT
