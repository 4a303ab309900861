import type { ScenarioName } from './steps.js';

/** A command that a user may try after the demo. */
export interface Suggestion {
  readonly command: string;
  readonly shows: string;
}

/** The command that deletes what the demo has left; `flags` are those with which it reaches the same platform. */
export function cleanCommand(flags: readonly string[]): string {
  return ['npm run demo -- clean', ...flags].join(' ');
}

/** What to try after a story; `flags` are those with which the examples reach the same platform. */
export function tryNext(story: ScenarioName, flags: readonly string[]): readonly Suggestion[] {
  const own = flags.map((flag) => ` ${flag}`).join('');
  const demo = (rest: string) => `npm run demo --${rest}${own}`;
  const other =
    story === 'upgrade'
      ? { command: own ? demo('') : 'npm run demo', shows: 'the whole way of a cluster' }
      : { command: demo(' upgrade'), shows: 'an upgrade under a deployment that goes on serving' };
  return [
    other,
    { command: `node dist/examples/list-fleet.js${own}`, shows: 'every cluster of the account' },
    { command: `node dist/examples/watch-clusters.js${own}`, shows: 'clusters as they change, until Ctrl-C' },
  ];
}
