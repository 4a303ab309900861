import { Agent, request } from 'undici';

/** A graph as one client sees it. */
export interface GraphEndpoint {
  /** Where GraphQL is answered. */
  readonly url: string;
  /** The client's bearer token. */
  readonly token: string;
  /** Token of the platform's operator, where quotas are raised. */
  readonly operator?: string;
  readonly agent?: Agent;
}

interface Body<T> {
  readonly data?: T | null;
  readonly errors?: readonly unknown[];
}

/** Asks and answers the data. Throws on any error. */
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
  const answer = (await body.json()) as Body<T>;
  if (answer.data && !answer.errors) return answer.data;
  throw new Error(`the graph answered ${statusCode}: ${JSON.stringify(answer).slice(0, 2_000)}`);
}

/** Asks again every 250 ms until the answer satisfies; throws when `seconds` have passed. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((wake) => setTimeout(wake, 250));
  }
}
