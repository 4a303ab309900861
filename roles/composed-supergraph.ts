import { readFile } from 'node:fs/promises';
import type { SupergraphManager } from '@apollo/gateway';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Log } from '../kernel/log.js';

const configSchema = z.strictObject({
  /** The subgraphs: their names in the supergraph, and the URL of each. */
  subgraphs: z.array(z.strictObject({ name: z.string().min(1), url: z.url() })).min(1),
  /** Headers of the requests for the subgraphs' schemas. */
  introspectionHeaders: z.record(z.string(), z.string()).default({}),
  /** Seconds between two requests for the subgraphs' schemas; 0 requests them only at the start. Default 10. */
  pollIntervalSeconds: z.number().min(0).max(86_400).default(10),
});

/**
 * Composes the supergraph of the subgraphs that a YAML file lists: queries the schema of each (`_service { sdl }`), and again
 * at an interval. Rejects with the file's name when the file is not valid.
 */
export async function composedSupergraphManager(file: string, log: Log): Promise<SupergraphManager> {
  const { subgraphs, introspectionHeaders, pollIntervalSeconds } = await readConfig(file);
  // Loading takes a second, and no other role needs it.
  const { IntrospectAndCompose, RemoteGraphQLDataSource } = await import('@apollo/gateway');
  const manager = new IntrospectAndCompose({
    subgraphs,
    introspectionHeaders,
    ...(pollIntervalSeconds > 0 && { pollIntervalInMs: pollIntervalSeconds * 1000 }),
    logger: log,
  });
  const getDataSource = ({ url = '' }: { url?: string | undefined }) => new RemoteGraphQLDataSource({ url });
  return { initialize: (hooks) => manager.initialize({ ...hooks, getDataSource }) };
}

async function readConfig(file: string): Promise<z.infer<typeof configSchema>> {
  const parsed = configSchema.safeParse(parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${file} is not a valid list of subgraphs:\n${z.prettifyError(parsed.error)}`);
}
