import { Client } from 'undici';
import type { BenchQuery } from './queries.js';

/** A server under load. */
export interface Target {
  readonly url: string;
  /** Headers of each connection; one connection per entry. */
  readonly connections: readonly Readonly<Record<string, string>>[];
}

/** Load lasts at least this long and has at least this many requests. */
export interface Amount {
  readonly seconds: number;
  readonly requests: number;
}

export interface LoadResult {
  /** Milliseconds from sending each request to the last byte of its response. */
  readonly latencies: number[];
  /** Milliseconds from the first to the last request. */
  readonly wall: number;
}

/**
 * Sends requests over the target's connections, one at a time on each. Throws when a response is not 200 or does not have
 * `bytes` bytes.
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
        while (isRunning()) {
          sent += 1;
          latencies.push(await timeRequest(client, pathname, headers));
        }
      } finally {
        await client.close();
      }
    }),
  );
  return { latencies, wall: performance.now() - begin };

  function isRunning(): boolean {
    return sent < amount.requests || performance.now() - begin < amount.seconds * 1000;
  }

  async function timeRequest(
    client: Client,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<number> {
    const start = performance.now();
    const response = await client.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
    });
    const size = (await response.body.bytes()).byteLength;
    const wrong = response.statusCode !== 200 || (bytes !== undefined && size !== bytes);
    if (wrong)
      throw new Error(
        `${target.url}: ${query.name} got status ${response.statusCode} and ${size} bytes, expected 200 and ${bytes}`,
      );
    return performance.now() - start;
  }
}

/** Sends one request; returns the data of the response and the size of its body. Throws when it contains errors. */
export async function sendOnce(target: Target, query: BenchQuery): Promise<{ data: unknown; bytes: number }> {
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...target.connections[0] },
    body: JSON.stringify({ query: query.query, operationName: query.name, variables: query.variables }),
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
  if (!data || errors)
    throw new Error(`${target.url}: ${query.name} got status ${response.status}: ${text.slice(0, 2_000)}`);
  return { data, bytes: Buffer.byteLength(text) };
}
