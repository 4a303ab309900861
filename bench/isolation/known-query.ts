import { Agent } from 'undici';
import { queryGraph, type GraphEndpoint } from '../platform/graph-endpoint.js';

/** The measured query: a page of clusters with their pools, over three subgraphs. Its plan is cached. */
const KNOWN = `query Known {
  clusters(first: 10) {
    nodes { id name state region { id localName } nodePools(first: 5) { nodes { name totalNodes } } workloads { nodes { name } } }
  }
}`;

/** Milliseconds between two requests. */
const INTERVAL_MS = 50;

/** Milliseconds of responses, in the order of the requests. */
export interface Latencies {
  readonly query: readonly number[];
  /** Milliseconds of each `GET /healthz`. */
  readonly health: readonly number[];
  /** Requests that failed. */
  readonly failures: number;
}

/**
 * Sends the known query and `GET /healthz` at a constant rate for so many seconds and waits for the last response. Latency
 * counts from the time a request was due, so that a stall counts for every request in it (no coordinated omission).
 */
export async function measureKnownQuery(endpoint: GraphEndpoint, seconds: number): Promise<Latencies> {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const target = { ...endpoint, agent };
  let failures = 0;
  const failed = () => void (failures += 1);
  const health = new URL('/healthz', endpoint.url);
  const start = performance.now();
  const query: Promise<number>[] = [];
  const healthChecks: Promise<number>[] = [];
  for (let due = start; due < start + seconds * 1000; due += INTERVAL_MS) {
    await new Promise((wake) => setTimeout(wake, Math.max(0, due - performance.now())));
    query.push(since(due, queryGraph(target, KNOWN).catch(failed)));
    healthChecks.push(
      since(
        due,
        fetch(health)
          .then((response) => response.arrayBuffer())
          .catch(failed),
      ),
    );
  }
  const latencies = { query: await Promise.all(query), health: await Promise.all(healthChecks) };
  await agent.close();
  return { ...latencies, failures };
}

async function since(due: number, response: Promise<unknown>): Promise<number> {
  await response;
  return performance.now() - due;
}
