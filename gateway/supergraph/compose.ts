import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/** Input of composition: one subgraph. */
export interface ComposedSubgraph {
  readonly name: string;
  /** Federation 2 SDL. */
  readonly sdl: string;
  /**
   * URL written into the supergraph; URLs passed to the gateway take precedence. Default
   * `http://<name>.subgraph/graphql`.
   */
  readonly url?: string;
}

/**
 * Composes subgraphs into supergraph SDL. The SDL does not depend on the order of the subgraphs. Throws one
 * error that lists every composition error.
 */
export function composeSupergraph(subgraphs: readonly ComposedSubgraph[]): string {
  const sorted = [...subgraphs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const result = composeServices(
    sorted.map(({ name, sdl, url }) => ({
      name,
      url: url ?? `http://${name}.subgraph/graphql`,
      typeDefs: parse(sdl, { noLocation: true }),
    })),
  );
  if (!result.errors) return `${result.supergraphSdl.trimEnd()}\n`;
  const lines = result.errors.map(
    (error) => `- ${String(error.extensions['code'] ?? 'ERROR')}: ${error.message}`,
  );
  throw new Error(`the subgraphs do not compose:\n${lines.join('\n')}`);
}
