import { forbiddenValue, invalidValue, negativeCauses, required } from '../schema/causes.js';
import type { Probe } from './core.js';
import { httpHeader, portName, portNumber } from './formats.js';
import type { Cause } from './resource.js';

interface Handlers {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: {
    readonly port?: number | string;
    readonly httpHeaders?: readonly { readonly name?: string }[];
  };
  readonly tcpSocket?: { readonly port?: number | string };
  readonly grpc?: { readonly port?: number };
  readonly sleep?: { readonly seconds?: number };
}

type Checked = Handlers & {
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
};

const TIMES = [
  ...(['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds'] as const),
  ...(['successThreshold', 'failureThreshold'] as const),
];

/** Validates a probe at `path`. A pod is restarted or started by one success; only its readiness may need several. */
export function probeCauses(probe: Probe | null | undefined, path: string): Cause[] {
  if (!probe) return [];
  const checked = probe as Checked;
  return [
    ...handlerCauses(checked, path, ['exec', 'httpGet', 'tcpSocket', 'grpc']),
    ...TIMES.flatMap((name) => negativeCauses(`${path}.${name}`, checked[name])),
    ...endCauses(checked, path),
  ];
}

function endCauses(
  { successThreshold = 1, terminationGracePeriodSeconds: grace }: Checked,
  path: string,
): Cause[] {
  const field = `${path}.terminationGracePeriodSeconds`;
  if (path.endsWith('.readinessProbe'))
    return grace === undefined ? [] : [invalidValue(field, grace, 'must not be set for readinessProbes')];
  return [
    ...(successThreshold === 1
      ? []
      : [invalidValue(`${path}.successThreshold`, successThreshold, 'must be 1')]),
    ...(grace !== undefined && grace <= 0 ? [invalidValue(field, grace, 'must be greater than 0')] : []),
  ];
}

/** The hooks of a container. */
export interface Lifecycle {
  readonly postStart?: Handlers;
  readonly preStop?: Handlers;
}

/** Validates the hooks of a container at `path` of a pod with this grace period in seconds. */
export function lifecycleCauses(lifecycle: Lifecycle, path: string, grace: number): Cause[] {
  return (['postStart', 'preStop'] as const).flatMap((name) => {
    const hook = lifecycle[name];
    if (!hook) return [];
    return [
      ...handlerCauses(hook, `${path}.${name}`, ['exec', 'httpGet', 'tcpSocket', 'sleep']),
      ...sleepCauses(hook, `${path}.${name}.sleep`, grace),
    ];
  });
}

/** Only the first handler is validated. */
function sleepCauses({ exec, httpGet, tcpSocket, sleep }: Handlers, field: string, grace: number): Cause[] {
  if (!sleep || exec || httpGet || tcpSocket) return [];
  const { seconds = 0 } = sleep;
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  return seconds < 0 || seconds > grace ? [invalidValue(field, seconds, why)] : [];
}

function handlerCauses(handlers: Handlers, path: string, names: readonly (keyof Handlers)[]): Cause[] {
  const [first, second] = names.filter((name) => handlers[name] !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  const causes = CHECKS[first](handlers, path);
  return second === undefined
    ? causes
    : [...causes, forbiddenValue(`${path}.${second}`, 'may not specify more than 1 handler type')];
}

const CHECKS: Readonly<Record<keyof Handlers, (handlers: Handlers, path: string) => Cause[]>> = {
  exec: ({ exec }, path) => (exec?.command?.length ? [] : [required(`${path}.exec.command`)]),
  httpGet: ({ httpGet = {} }, path) => [
    ...portCauses(httpGet.port, `${path}.httpGet.port`),
    ...(httpGet.httpHeaders ?? []).flatMap(({ name = '' }) =>
      httpHeader(name).map((why) => invalidValue(`${path}.httpGet.httpHeaders`, name, why)),
    ),
  ],
  tcpSocket: ({ tcpSocket }, path) => portCauses(tcpSocket?.port, `${path}.tcpSocket.port`),
  grpc: ({ grpc }, path) => portCauses(grpc?.port, `${path}.grpc.port`),
  // Depends on the grace period of the pod.
  sleep: () => [],
};

/** Validates the number or the name of a port at `field`. */
export function portCauses(port: number | string = 0, field: string): Cause[] {
  const problems = typeof port === 'number' ? portNumber(port) : portName(port);
  return problems.map((why) => invalidValue(field, port, why));
}
