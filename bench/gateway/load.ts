import { Client } from 'undici';
import type { BenchQuery } from './queries.js';

/** A server under load. */
export interface Target {
  readonly url: string;
  /** Headers of each connection. There are as many connections as entries. */
  readonly connections: readonly Readonly<Record<string, string>>[];
}

/** How much is asked: until so much time has passed, and so many requests at the least. */
export interface Amount {
  readonly seconds: number;
  readonly requests: number;
}

export interface LoadResult {
  /** Milliseconds from sending to the answer's last byte, of each request. */
  readonly latencies: number[];
  /** Milliseconds from the first to the last request. */
  readonly wall: number;
}

/**
 * Sends the requests over the target's connections, each of which waits for its answer before it sends the next.
 * Throws when an answer is not `bytes` long (if given) or not 200.
 */
export async function load(
  target: Target,
  query: BenchQuery,
  amount: Amount,
  bytes?: number,
): Promise<LoadResult> {
  const { origin, pathname } = new URL(target.url);
  const body = JSON.stringify({ query: query.query, operationName: query.name, variables: query.variables });
  const latencies: number[] = [];
  let sent = 0;
  const begin = performance.now();
  await Promise.all(
    target.connections.map(async (headers) => {
      const client = new Client(origin);
      try {
        while (goesOn()) {
          sent += 1;
          latencies.push(await once(client, pathname, headers));
        }
      } finally {
        await client.close();
      }
    }),
  );
  return { latencies, wall: performance.now() - begin };

  function goesOn(): boolean {
    return sent < amount.requests || performance.now() - begin < amount.seconds * 1000;
  }

  async function once(
    client: Client,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<number> {
    const asked = performance.now();
    const answer = await client.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
    });
    const size = (await answer.body.bytes()).byteLength;
    const wrong = answer.statusCode !== 200 || (bytes !== undefined && size !== bytes);
    if (wrong)
      throw new Error(
        `${target.url} answered ${answer.statusCode} with ${size} bytes to ${query.name}; expected ${bytes}`,
      );
    return performance.now() - asked;
  }
}

/** Asks once; answers the body's data and its size in bytes. Throws on errors in it. */
export async function answerOf(target: Target, query: BenchQuery): Promise<{ data: unknown; bytes: number }> {
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...target.connections[0] },
    body: JSON.stringify({ query: query.query, operationName: query.name, variables: query.variables }),
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
  if (!data || errors)
    throw new Error(`${target.url} answered ${response.status} to ${query.name}: ${text.slice(0, 2_000)}`);
  return { data, bytes: Buffer.byteLength(text) };
}
