import type { ExecutionResult, GraphQLError } from 'graphql';
import type { GraphSession } from '../../kit/cluster-lifecycle.js';
import { socketClient } from '../../kit/subscribe.js';

/**
 * The first message of a subscription: an event, an error, or the bookmark (`data` null) that follows the last existing event.
 */
export async function firstFrame(
  { url, account, scopes, subject }: GraphSession,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<ExecutionResult> {
  const client = await socketClient(url, account, { ...(scopes && { scopes }), ...(subject && { subject }) });
  try {
    const stream = client.iterate({ query, variables, extensions: { bookmarks: true } });
    for await (const frame of stream) return frame as ExecutionResult;
    throw new Error(`nothing came of ${query}`);
  } catch (errors) {
    // graphql-transport-ws rejects a subscription with a list of errors.
    if (Array.isArray(errors)) return { errors: errors as readonly GraphQLError[] };
    throw errors;
  } finally {
    await client.dispose();
  }
}
