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
  const flagText = flags.map((flag) => ` ${flag}`).join('');
  const demo = (rest: string) => `npm run demo --${rest}${flagText}`;
  const other =
    scenario === 'upgrade'
      ? { command: flagText ? demo('') : 'npm run demo', shows: 'the life of a cluster' }
      : { command: demo(' upgrade'), shows: 'an upgrade under a deployment that stays available' };
  return [
    other,
    { command: `node dist/examples/list-fleet.js${flagText}`, shows: 'every cluster of the account' },
    {
      command: `node dist/examples/watch-clusters.js${flagText}`,
      shows: 'clusters as they change, until Ctrl-C',
    },
  ];
}
