import { isBadSeccomp, seccompProfileBaseline } from './baseline.js';
import type { SecuredContainer, SecuredPod, SecurityContext } from './secured-pod.js';
import { type Check, containersNamed, plural, quoted, setters, sorted } from './violation.js';

/** Requires containers not to gain privileges. */
export const allowPrivilegeEscalation: Check = ({ containers }) => {
  const bad = containers.filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersNamed(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

/** Requires containers to drop all capabilities. */
export const capabilitiesRestricted: Check = ({ containers }) => {
  const capabilities = ({ securityContext }: SecuredContainer) => securityContext?.capabilities;
  const added = (container: SecuredContainer) =>
    (capabilities(container)?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const keeping = containers.filter((container) => !capabilities(container)?.drop?.includes('ALL'));
  const adding = containers.filter((container) => added(container).length > 0);
  const details = [
    ...(keeping.length > 0
      ? [`${containersNamed(keeping)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adding.length > 0
      ? [
          `${containersNamed(adding)} must not include ${quoted(sorted(adding.flatMap(added)))} in securityContext.capabilities.add`,
        ]
      : []),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const VOLUMES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim'],
  ...['projected', 'secret'],
];

/** Forbids volumes of the host and of storage that pods attach themselves. */
export const restrictedVolumes: Check = ({ spec: { volumes = [] } }) => {
  const bad = volumes.filter((volume) => !VOLUMES.some((source) => volume[source]));
  if (bad.length === 0) return undefined;
  const types = sorted(
    bad.map((volume) => Object.keys(volume).find((key) => key !== 'name' && volume[key]) ?? 'unknown'),
  );
  const verb = plural(bad.length, 'uses', 'use');
  return {
    reason: 'restricted volume types',
    detail: `${plural(bad.length, 'volume')} ${quoted(bad.map(({ name }) => name))} ${verb} ${plural(types.length, 'restricted volume type')} ${quoted(types)}`,
  };
};

/** The containers without a value of their own, unless the pod has a good one. */
function unset(
  { spec, containers }: SecuredPod,
  has: (context: SecurityContext) => boolean,
): readonly SecuredContainer[] {
  if (spec.securityContext && has(spec.securityContext)) return [];
  return containers.filter(({ securityContext }) => !securityContext || !has(securityContext));
}

/** Requires users other than root. */
export const runAsNonRoot: Check = (pod) => {
  const reason = 'runAsNonRoot != true';
  const by = setters(pod, (context) => context.runAsNonRoot === false);
  if (by) return { reason, detail: `${by} must not set securityContext.runAsNonRoot=false` };
  const missing = unset(pod, (context) => context.runAsNonRoot !== undefined);
  if (missing.length === 0) return undefined;
  return { reason, detail: `pod or ${containersNamed(missing)} must set securityContext.runAsNonRoot=true` };
};

/** Forbids the user root. */
export const runAsUser: Check = (pod) => {
  const by = setters(pod, (context) => context.runAsUser === 0);
  return by ? { reason: 'runAsUser=0', detail: `${by} must not set runAsUser=0` } : undefined;
};

/** Requires a seccomp profile. */
export const seccompProfileRestricted: Check = (pod) => {
  const bad = seccompProfileBaseline(pod);
  if (bad) return bad;
  const missing = unset(pod, (context) => !!context.seccompProfile && !isBadSeccomp(context));
  if (missing.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersNamed(missing)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

/** The check, but not of pods for Windows. */
export function exceptOnWindows(check: Check): Check {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod));
}

/** The check, but not of pods in a user namespace of their own. */
export function exceptInUserNamespace(check: Check): Check {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod));
}
