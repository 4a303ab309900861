import * as baseline from './baseline.js';
import type { LevelVersion } from './policy.js';
import * as restricted from './restricted.js';
import type { SecuredPod } from './secured-pod.js';
import type { Check, Violation } from './violation.js';

/** A check from a minor version on; `over` names the baseline check that it replaces. */
interface VersionedCheck {
  readonly id: string;
  readonly from: number;
  readonly check: Check;
  readonly over?: string;
}

const SYSCTLS = [
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies'],
  ...['net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start'],
];
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...[...SYSCTLS_27, 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout'],
  ...['net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'],
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const SELINUX = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

/** In the order of their messages. */
const BASELINE: readonly VersionedCheck[] = [
  { id: 'appArmorProfile', from: 0, check: baseline.appArmorProfile },
  { id: 'capabilities', from: 0, check: baseline.capabilitiesBaseline },
  { id: 'hostNamespaces', from: 0, check: baseline.hostNamespaces },
  { id: 'hostPathVolumes', from: 0, check: baseline.hostPathVolumes },
  { id: 'hostPorts', from: 0, check: baseline.hostPorts },
  { id: 'hostProbes', from: 34, check: baseline.hostProbes },
  { id: 'privileged', from: 0, check: baseline.privileged },
  { id: 'procMount', from: 0, check: baseline.procMount },
  { id: 'procMount', from: 35, check: restricted.exceptInUserNamespace(baseline.procMount) },
  { id: 'seLinuxOptions', from: 0, check: baseline.seLinuxOptions(SELINUX) },
  { id: 'seLinuxOptions', from: 31, check: baseline.seLinuxOptions([...SELINUX, 'container_engine_t']) },
  { id: 'seccompProfile', from: 19, check: baseline.seccompProfileBaseline },
  { id: 'sysctls', from: 0, check: baseline.sysctls(SYSCTLS) },
  { id: 'sysctls', from: 27, check: baseline.sysctls(SYSCTLS_27) },
  { id: 'sysctls', from: 29, check: baseline.sysctls(SYSCTLS_29) },
  { id: 'sysctls', from: 32, check: baseline.sysctls(SYSCTLS_32) },
  { id: 'windowsHostProcess', from: 0, check: baseline.windowsHostProcess },
];

const { exceptInUserNamespace, exceptOnWindows } = restricted;

/** What the level restricted adds. */
const RESTRICTED: readonly VersionedCheck[] = [
  { id: 'escalation', from: 8, check: restricted.allowPrivilegeEscalation },
  { id: 'escalation', from: 25, check: exceptOnWindows(restricted.allowPrivilegeEscalation) },
  { id: 'capabilitiesRestricted', from: 22, check: restricted.capabilitiesRestricted, over: 'capabilities' },
  {
    id: 'capabilitiesRestricted',
    from: 25,
    check: exceptOnWindows(restricted.capabilitiesRestricted),
    over: 'capabilities',
  },
  { id: 'procMountRestricted', from: 35, check: baseline.procMount, over: 'procMount' },
  { id: 'volumes', from: 0, check: restricted.restrictedVolumes, over: 'hostPathVolumes' },
  { id: 'runAsNonRoot', from: 0, check: restricted.runAsNonRoot },
  { id: 'runAsNonRoot', from: 35, check: exceptInUserNamespace(restricted.runAsNonRoot) },
  { id: 'runAsUser', from: 23, check: restricted.runAsUser },
  { id: 'runAsUser', from: 35, check: exceptInUserNamespace(restricted.runAsUser) },
  { id: 'seccompRestricted', from: 19, check: restricted.seccompProfileRestricted, over: 'seccompProfile' },
  {
    id: 'seccompRestricted',
    from: 25,
    check: exceptOnWindows(restricted.seccompProfileRestricted),
    over: 'seccompProfile',
  },
];

/** What a pod violates of a level: the reasons with their details, in the order of Kubernetes. */
export function violations(pod: SecuredPod, { level, minor }: LevelVersion): Violation[] {
  if (level === 'privileged') return [];
  const own = level === 'restricted' ? atVersion(RESTRICTED, minor) : [];
  const replaced = new Set(own.map(({ over }) => over));
  const checks = [...atVersion(BASELINE, minor).filter(({ id }) => !replaced.has(id)), ...own];
  return checks.flatMap(({ check }) => check(pod) ?? []);
}

/** The newest form of each check that the version has. */
function atVersion(checks: readonly VersionedCheck[], minor: number): VersionedCheck[] {
  const newest = new Map<string, VersionedCheck>();
  for (const check of checks) if (check.from <= minor) newest.set(check.id, check);
  return [...newest.values()];
}

/** `privileged (container "main" must not …), hostPort (…)`. */
export function violationText(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
