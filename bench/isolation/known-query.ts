import { Agent } from 'undici';
import { queryGraph, type GraphEndpoint } from '../platform/graph-endpoint.js';

/** What the other account asks: a page of its clusters with their pools, over three subgraphs. */
const KNOWN = `query Known {
  clusters(first: 10) {
    nodes { id name state region { id localName } nodePools(first: 5) { nodes { name totalNodes } } workloads { nodes { name } } }
  }
}`;

/** Milliseconds between two requests. */
const PACE = 50;

/** Milliseconds of answers, in the order in which they were due. */
export interface Latencies {
  readonly query: readonly number[];
  /** Of `GET /healthz`, which asks for nothing. */
  readonly health: readonly number[];
  /** Queries and health requests that were answered with an error, or not at all. */
  readonly failures: number;
}

/**
 * Sends the known query and asks for health at an even pace, however long answers take, for so many seconds; waits for
 * the last answer. Latency counts from when a request was due, so that a stall is counted for all that fell into it.
 */
export async function measureKnownQuery(endpoint: GraphEndpoint, seconds: number): Promise<Latencies> {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const own = { ...endpoint, agent };
  let failures = 0;
  const failed = () => void (failures += 1);
  const health = new URL('/healthz', endpoint.url);
  const began = performance.now();
  const query: Promise<number>[] = [];
  const healthy: Promise<number>[] = [];
  for (let due = began; due < began + seconds * 1000; due += PACE) {
    await new Promise((wake) => setTimeout(wake, Math.max(0, due - performance.now())));
    query.push(since(due, queryGraph(own, KNOWN).catch(failed)));
    healthy.push(
      since(
        due,
        fetch(health)
          .then((answer) => answer.arrayBuffer())
          .catch(failed),
      ),
    );
  }
  const latencies = { query: await Promise.all(query), health: await Promise.all(healthy) };
  await agent.close();
  return { ...latencies, failures };
}

async function since(due: number, answer: Promise<unknown>): Promise<number> {
  await answer;
  return performance.now() - due;
}
