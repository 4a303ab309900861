import type { ServerResponse } from 'node:http';
import { NotReadyError } from '../../../kernel/not-ready-error.js';
import type { SubgraphSource } from '../../upstream/call/subgraph-source.js';
import { send } from './respond.js';

/** Readiness of the gateway and the state of each subgraph. */
export interface GatewayReadiness {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly [fact: string]: unknown;
}

/** Ready when every subgraph reports ready within two seconds and the gateway is not draining. */
export async function gatewayReadiness(
  sources: Iterable<SubgraphSource>,
  draining: boolean,
): Promise<GatewayReadiness> {
  const checks = await Promise.all(
    [...sources].map(async (source) => [source.name, await stateOf(source)] as const),
  );
  const ready = !draining && checks.every(([, state]) => state === 'ok');
  return { ready, draining, subgraphs: Object.fromEntries(checks) };
}

/** Sends 200 when the gateway is ready, else 503. */
export async function sendReadiness(
  response: ServerResponse,
  sources: Iterable<SubgraphSource>,
  draining: boolean,
): Promise<void> {
  const readiness = await gatewayReadiness(sources, draining);
  send(response, readiness.ready ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(readiness));
}

/** Returns `ok`, `unreachable`, or the reason that the subgraph reports for not being ready. */
async function stateOf(source: SubgraphSource): Promise<string> {
  try {
    await source.ping(AbortSignal.timeout(2000));
    return 'ok';
  } catch (error) {
    return error instanceof NotReadyError ? error.message : 'unreachable';
  }
}
