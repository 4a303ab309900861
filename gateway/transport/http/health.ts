import type { ServerResponse } from 'node:http';
import type { SubgraphSource } from '../../execute/sources/subgraph-source.js';
import { send } from './respond.js';

/** Answers 200 when every subgraph answers within two seconds and the gateway is not draining, else 503. */
export async function answerReady(
  response: ServerResponse,
  sources: Iterable<SubgraphSource>,
  draining: boolean,
): Promise<void> {
  const checks = await Promise.all(
    [...sources].map(async (source) => [source.name, await answers(source)] as const),
  );
  const ready = !draining && checks.every(([, answered]) => answered);
  const subgraphs = Object.fromEntries(
    checks.map(([name, answered]) => [name, answered ? 'ok' : 'unreachable']),
  );
  const body = JSON.stringify({ ready, draining, subgraphs });
  send(response, ready ? 200 : 503, 'application/json; charset=utf-8', body);
}

async function answers(source: SubgraphSource): Promise<boolean> {
  try {
    await source.ping(AbortSignal.timeout(2000));
    return true;
  } catch {
    return false;
  }
}
