import { duplicate, invalidValue, required } from '../schema/causes.js';
import { relativePathCauses } from './path-rules.js';
import type { Cause } from './resource.js';

interface SeccompProfile {
  readonly type?: string;
  readonly localhostProfile?: string;
}

/** What the contexts of a pod and of a container have in common. */
interface Common {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly seccompProfile?: SeccompProfile;
}

/** The security context of a pod. */
export interface PodSecurityContext extends Common {
  readonly fsGroup?: number;
  readonly supplementalGroups?: readonly number[];
  readonly sysctls?: readonly { readonly name?: string }[];
}

/** The security context of a container. */
export interface SecurityContext extends Common {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[] };
  readonly procMount?: string;
}

/** Validates the security context of a pod at `path`. */
export function podSecurityContextCauses(context: PodSecurityContext, path: string): Cause[] {
  const { fsGroup, supplementalGroups = [], sysctls = [] } = context;
  return [
    ...idCauses(fsGroup, `${path}.fsGroup`),
    ...commonCauses(context, path),
    ...supplementalGroups.flatMap((group, index) => idCauses(group, `${path}.supplementalGroups[${index}]`)),
    ...sysctlCauses(
      sysctls.map(({ name = '' }) => name),
      `${path}.sysctls`,
    ),
  ];
}

/** Validates the security context of a container at `path`. */
export function securityContextCauses(context: SecurityContext, path: string): Cause[] {
  const { privileged, allowPrivilegeEscalation, capabilities } = context;
  const needs = (what: string) =>
    invalidValue(path, context, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  const mayNot = allowPrivilegeEscalation === false;
  return [
    ...commonCauses(context, path),
    ...(mayNot && privileged ? [needs('`privileged` to true')] : []),
    ...(mayNot && capabilities?.add?.includes('CAP_SYS_ADMIN')
      ? [needs('`capabilities.Add` CAP_SYS_ADMIN')]
      : []),
  ];
}

function commonCauses({ runAsUser, runAsGroup, seccompProfile }: Common, path: string): Cause[] {
  return [
    ...idCauses(runAsUser, `${path}.runAsUser`),
    ...idCauses(runAsGroup, `${path}.runAsGroup`),
    ...(seccompProfile ? seccompCauses(seccompProfile, `${path}.seccompProfile.localhostProfile`) : []),
  ];
}

const HIGHEST_ID = 2_147_483_647;

/** Validates the number of a user or a group. */
function idCauses(id: number | undefined, field: string): Cause[] {
  if (id === undefined || (id >= 0 && id <= HIGHEST_ID)) return [];
  return [invalidValue(field, id, `must be between 0 and ${HIGHEST_ID}, inclusive`)];
}

function seccompCauses({ type, localhostProfile }: SeccompProfile, field: string): Cause[] {
  if (type !== 'Localhost')
    return localhostProfile === undefined
      ? []
      : [invalidValue(field, localhostProfile, 'can only be set when seccomp type is Localhost')];
  return localhostProfile === undefined
    ? [required(field, 'must be set when seccomp type is Localhost')]
    : relativePathCauses(localhostProfile, field);
}

const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL = new RegExp(`^(${SEGMENT}[\\./])*${SEGMENT}$`);
const SYSCTL_LENGTH = 253;

function sysctlCauses(names: readonly string[], path: string): Cause[] {
  const why = `must have at most ${SYSCTL_LENGTH} characters and match regex ${SYSCTL.source}`;
  return names.flatMap((name, index) => {
    const field = `${path}[${index}].name`;
    if (name === '') return [required(field)];
    if (name.length > SYSCTL_LENGTH || !SYSCTL.test(name)) return [invalidValue(field, name, why)];
    return names.indexOf(name) < index ? [duplicate(field, name)] : [];
  });
}
