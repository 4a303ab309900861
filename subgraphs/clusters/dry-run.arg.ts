import { Arg } from 'type-graphql';

/** The argument of mutations that can be rehearsed. */
export const DryRun = (): ReturnType<typeof Arg> =>
  Arg('dryRun', () => Boolean, {
    nullable: true,
    description: 'Check and answer as if it were done, but do nothing.',
  });
