import { Arg } from 'type-graphql';

/** The argument of mutations that can be rehearsed. */
export const DryRun = (): ReturnType<typeof Arg> =>
  Arg('dryRun', () => Boolean, {
    nullable: true,
    description:
      'Only check: write nothing. Answers what exists as it would be afterwards, and null for what would be created, the operation included. Default false.',
  });
