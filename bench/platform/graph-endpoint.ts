import { Agent, request } from 'undici';

/** A GraphQL endpoint and the credentials of a client. */
export interface GraphEndpoint {
  readonly url: string;
  readonly token: string;
  /** Token of the platform's operator, for raising quotas. */
  readonly operator?: string;
  readonly agent?: Agent;
}

interface Body<T> {
  readonly data?: T | null;
  readonly errors?: readonly unknown[];
}

/** Sends one operation and returns its data. Throws on errors. */
export async function queryGraph<T>(
  endpoint: GraphEndpoint,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const { statusCode, body } = await request(endpoint.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${endpoint.token}` },
    body: JSON.stringify({ query, variables }),
    ...(endpoint.agent && { dispatcher: endpoint.agent }),
  });
  const result = (await body.json()) as Body<T>;
  if (result.data && !result.errors) return result.data;
  throw new Error(`the graph returned status ${statusCode}: ${JSON.stringify(result).slice(0, 2_000)}`);
}

/** Polls a condition every 250 ms; throws when `seconds` have passed. */
export async function until(
  condition: string,
  seconds: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${condition}: not within ${seconds} s`);
    await new Promise((wake) => setTimeout(wake, 250));
  }
}
