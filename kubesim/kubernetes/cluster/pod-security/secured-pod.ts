import type { Container, Pod, PodSpec, PodVolume, Probe } from '../../kinds/core.js';

interface Profile {
  readonly type?: string;
}

/** The fields of a security context that the levels read, of a pod or a container. */
export interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly procMount?: string;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly appArmorProfile?: Profile;
  readonly seccompProfile?: Profile;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  readonly sysctls?: readonly { readonly name: string }[];
}

interface Handler {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
}

/** A container with the fields that the levels read. */
export type SecuredContainer = Omit<
  Container,
  'ports' | 'livenessProbe' | 'readinessProbe' | 'startupProbe'
> & {
  readonly securityContext?: SecurityContext;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
  readonly livenessProbe?: (Probe & Handler) | null;
  readonly readinessProbe?: (Probe & Handler) | null;
  readonly startupProbe?: (Probe & Handler) | null;
};

/** A pod's spec with the fields that the levels read. */
type SecuredSpec = Omit<PodSpec, 'containers' | 'initContainers' | 'volumes'> & {
  readonly containers: readonly SecuredContainer[];
  readonly initContainers?: readonly SecuredContainer[];
  readonly ephemeralContainers?: readonly SecuredContainer[];
  readonly securityContext?: SecurityContext;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly hostUsers?: boolean;
  readonly os?: { readonly name?: string };
  readonly volumes?: readonly (PodVolume & Readonly<Record<string, unknown>>)[];
};

/** A pod, or the template of one, as the levels read it. */
export interface SecuredPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: SecuredSpec;
  readonly containers: readonly SecuredContainer[];
}

/** A pod as the levels read it. */
export function securedPod({
  metadata,
  spec,
}: {
  readonly metadata?: Partial<Pod['metadata']>;
  readonly spec: PodSpec;
}): SecuredPod {
  const secured = spec as SecuredSpec;
  const { initContainers = [], containers, ephemeralContainers = [] } = secured;
  return {
    annotations: metadata?.annotations ?? {},
    spec: secured,
    containers: [...initContainers, ...containers, ...ephemeralContainers],
  };
}
