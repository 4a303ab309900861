import type { ServerResponse } from 'node:http';
import type { SubgraphSource } from '../../execute/sources/subgraph-source.js';
import { send } from './respond.js';

/** Whether a gateway can answer requests now, and which subgraphs it reaches. */
export interface GatewayReadiness {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly [fact: string]: unknown;
}

/** It is ready when every subgraph answers within two seconds and it is not draining. */
export async function gatewayReadiness(
  sources: Iterable<SubgraphSource>,
  draining: boolean,
): Promise<GatewayReadiness> {
  const checks = await Promise.all(
    [...sources].map(async (source) => [source.name, await answers(source)] as const),
  );
  const ready = !draining && checks.every(([, answered]) => answered);
  const subgraphs = Object.fromEntries(
    checks.map(([name, answered]) => [name, answered ? 'ok' : 'unreachable']),
  );
  return { ready, draining, subgraphs };
}

/** Answers 200 when the gateway is ready, else 503. */
export async function answerReady(
  response: ServerResponse,
  sources: Iterable<SubgraphSource>,
  draining: boolean,
): Promise<void> {
  const readiness = await gatewayReadiness(sources, draining);
  send(response, readiness.ready ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(readiness));
}

async function answers(source: SubgraphSource): Promise<boolean> {
  try {
    await source.ping(AbortSignal.timeout(2000));
    return true;
  } catch {
    return false;
  }
}
