import type { SecuredContainer, SecurityContext } from './secured-pod.js';
import { type Check, containersNamed, contextsOf, plural, quoted, setters, sorted } from './violation.js';

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** Forbids other AppArmor profiles than those of the runtime and the node. */
export const appArmorProfile: Check = (pod) => {
  const isBad = ({ appArmorProfile: profile }: SecurityContext) =>
    !!profile && !['RuntimeDefault', 'Localhost'].includes(profile.type ?? '');
  const annotations = Object.entries(pod.annotations)
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !/^$|^runtime\/default$|^localhost\//.test(value))
    .map(([key, value]) => `${key}="${value}"`)
    .sort();
  const by = setters(pod, isBad);
  const all = [
    ...(by ? [by] : []),
    ...(annotations.length > 0 ? [plural(annotations.length, 'annotation')] : []),
  ];
  if (all.length === 0) return undefined;
  const bad = contextsOf(pod).filter(isBad);
  const values = [...sorted(bad.map((context) => context.appArmorProfile?.type ?? '')), ...annotations];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${all.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const DEFAULT_CAPABILITIES = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** Forbids capabilities beyond the default ones. */
export const capabilitiesBaseline: Check = ({ containers }) => {
  const added = ({ securityContext }: SecuredContainer) =>
    (securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const bad = containers.filter((container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = quoted(sorted(bad.flatMap(added)));
  return {
    reason: 'non-default capabilities',
    detail: `${containersNamed(bad)} must not include ${names} in securityContext.capabilities.add`,
  };
};

/** Forbids the namespaces of the host. */
export const hostNamespaces: Check = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]);
  if (used.length === 0) return undefined;
  return { reason: 'host namespaces', detail: used.map((name) => `${name}=true`).join(', ') };
};

/** Forbids volumes of the host. */
export const hostPathVolumes: Check = ({ spec: { volumes = [] } }) => {
  const bad = volumes.filter((volume) => volume['hostPath']).map(({ name }) => name);
  if (bad.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural(bad.length, 'volume')} ${quoted(bad)}` };
};

/** Forbids ports of the host. */
export const hostPorts: Check = ({ containers }) => {
  const used = ({ ports = [] }: SecuredContainer) =>
    ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const bad = containers.filter((container) => used(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(bad.flatMap(used));
  const verb = plural(bad.length, 'uses', 'use');
  return {
    reason: 'hostPort',
    detail: `${containersNamed(bad)} ${verb} ${plural(ports.length, 'hostPort')} ${ports.join(', ')}`,
  };
};

/** Forbids probes and life-cycle handlers of other hosts. */
export const hostProbes: Check = ({ containers }) => {
  const bad = containers.filter((container) => probedHosts(container).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = sorted(bad.flatMap(probedHosts));
  const names = sorted(bad.map(({ name }) => name));
  const what = plural(hosts.length, 'probe or lifecycle host');
  return {
    reason: 'probe or lifecycle host',
    detail: `${plural(names.length, 'container')} ${quoted(names)} ${plural(names.length, 'uses', 'use')} ${what} ${quoted(hosts)}`,
  };
};

function probedHosts({ livenessProbe, readinessProbe, startupProbe, lifecycle }: SecuredContainer): string[] {
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers.flatMap(
    (handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => !!host) as string[],
  );
}

/** Forbids privileged containers. */
export const privileged: Check = ({ containers }) => {
  const bad = containers.filter(({ securityContext }) => securityContext?.privileged);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${containersNamed(bad)} must not set securityContext.privileged=true`,
  };
};

/** Forbids an unmasked /proc. */
export const procMount: Check = ({ containers }) => {
  const typeOf = ({ securityContext }: SecuredContainer) => securityContext?.procMount ?? 'Default';
  const bad = containers.filter((container) => typeOf(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = quoted(sorted(bad.map(typeOf)));
  return {
    reason: 'procMount',
    detail: `${containersNamed(bad)} must not set securityContext.procMount to ${types}`,
  };
};

/** Forbids SELinux users, roles, and types that are not those of containers. */
export function seLinuxOptions(types: readonly string[]): Check {
  const badType = ({ seLinuxOptions: options }: SecurityContext) =>
    options && !types.includes(options.type ?? '') ? [options.type ?? ''] : [];
  return (pod) => {
    const by = setters(
      pod,
      (context) =>
        badType(context).length > 0 || !!context.seLinuxOptions?.user || !!context.seLinuxOptions?.role,
    );
    if (!by) return undefined;
    const contexts = contextsOf(pod);
    const bad = sorted(contexts.flatMap(badType));
    const data = [
      ...(bad.length > 0 ? [`${plural(bad.length, 'type')} ${quoted(bad)}`] : []),
      ...(contexts.some((context) => context.seLinuxOptions?.user) ? ['user may not be set'] : []),
      ...(contexts.some((context) => context.seLinuxOptions?.role) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${by} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
    };
  };
}

/** Whether a seccomp profile is one that the levels forbid. */
export const isBadSeccomp = ({ seccompProfile: profile }: SecurityContext): boolean =>
  !!profile && !['RuntimeDefault', 'Localhost'].includes(profile.type ?? '');

/** Forbids other seccomp profiles than those of the runtime and the node. */
export const seccompProfileBaseline: Check = (pod) => {
  const by = setters(pod, isBadSeccomp);
  if (!by) return undefined;
  const types = sorted(
    contextsOf(pod)
      .filter(isBadSeccomp)
      .map((context) => context.seccompProfile?.type ?? ''),
  );
  return {
    reason: 'seccompProfile',
    detail: `${by} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
};

/** Forbids kernel parameters that are not safe. */
export function sysctls(allowed: readonly string[]): Check {
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => !allowed.includes(name));
    return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
  };
}

/** Forbids processes of a Windows host. */
export const windowsHostProcess: Check = (pod) => {
  const by = setters(pod, (context) => !!context.windowsOptions?.hostProcess);
  return by
    ? { reason: 'hostProcess', detail: `${by} must not set securityContext.windowsOptions.hostProcess=true` }
    : undefined;
};
