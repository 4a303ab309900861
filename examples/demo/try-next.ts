import type { ScenarioName } from './steps.js';

/** A command to try after the demo. */
export interface Suggestion {
  readonly command: string;
  readonly shows: string;
}

/** The command that deletes clusters left by the demo; `flags` select the same platform. */
export function cleanCommand(flags: readonly string[]): string {
  return ['npm run demo -- clean', ...flags].join(' ');
}

/** Commands to try after a scenario; `flags` select the same platform. */
export function tryNext(scenario: ScenarioName, flags: readonly string[]): readonly Suggestion[] {
  const own = flags.map((flag) => ` ${flag}`).join('');
  const demo = (rest: string) => `npm run demo --${rest}${own}`;
  const other =
    scenario === 'upgrade'
      ? { command: own ? demo('') : 'npm run demo', shows: 'the life of a cluster' }
      : { command: demo(' upgrade'), shows: 'an upgrade under a deployment that stays available' };
  return [
    other,
    { command: `node dist/examples/list-fleet.js${own}`, shows: 'every cluster of the account' },
    { command: `node dist/examples/watch-clusters.js${own}`, shows: 'clusters as they change, until Ctrl-C' },
  ];
}
