import { Arg } from 'type-graphql';

/** The argument `dryRun` of every mutation; docs/graph.md describes dry runs. */
export const DryRun = (): ReturnType<typeof Arg> =>
  Arg('dryRun', () => Boolean, {
    nullable: true,
    description:
      'Only check: nothing is persisted. Answers what exists as it would be, and null for what would be created, the operation included. Default false.',
  });
