import { createClient, GraphQLRequestError, TransportError } from '@fleetgraph/client';
import { graphql } from '../generated/index.js';
import { DemoFailure } from './demo-failure.js';

const Hello = graphql(`
  query DemoHello {
    __typename
  }
`);

/** Milliseconds to wait for a response; a platform that has just started on a busy machine takes seconds. */
const DEADLINE = 15_000;

/** Checks that a platform accepts the token. Throws a DemoFailure with the remedy if not. */
export async function findPlatform({ url, token }: { url: string; token: string }): Promise<void> {
  await using client = createClient({ url, token, retry: { maxElapsedMs: 0 } });
  try {
    await client.query(Hello, {}, { signal: AbortSignal.timeout(DEADLINE) });
  } catch (error) {
    throw problem(url, error);
  }
}

function problem(url: string, error: unknown): unknown {
  if (error instanceof GraphQLRequestError && error.code === 'UNAUTHENTICATED')
    return new DemoFailure(
      `the platform at ${url} does not accept the token: ${error.message}\n` +
        'Use the token of its state folder (--home or FLEETGRAPH_HOME), or another one (--token)',
    );
  const isUnreachable =
    error instanceof TransportError || (error instanceof Error && error.name === 'TimeoutError');
  if (!isUnreachable) return error;
  return new DemoFailure(
    `no platform answers at ${url} (${error.message})\n` +
      'Start one with `npm start` in another terminal, or set its address with --port, PORT or --url',
  );
}
