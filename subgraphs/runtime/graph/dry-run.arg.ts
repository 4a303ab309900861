import { Arg } from 'type-graphql';

/** The argument `dryRun` of every mutation; docs/graph.md describes dry runs. */
export const DryRun = (): ReturnType<typeof Arg> =>
  Arg('dryRun', () => Boolean, {
    nullable: true,
    description:
      'Whether to check only, without persisting anything. Returns existing objects in their expected state, and null for the operation and for objects that would be created. Default: false.',
  });
